import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readEditable } from "../../../../src/adapters/files/editing.ts";

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), "gate-editing-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe("a file of the user's that cannot be edited", () => {
  it.each<[string, (at: string) => void, string]>([
    ["a directory", (at) => mkdirSync(at), "is a directory"],
    ["a link to itself", (at) => symlinkSync(at, at), "cannot be read: a circle of symbolic links"],
    ["a link to nowhere", (at) => symlinkSync("absent", at), "is a symbolic link that leads nowhere"],
    ["bytes", (at) => writeFileSync(at, Buffer.from([0xff])), "is not UTF-8 text"],
  ])("is said to be so, in words that go on from its name: %s", async (_, make, sentence) => {
    const root = directory();
    make(join(root, "lefthook.yml"));
    expect(await readEditable(root, "lefthook.yml")).toEqual({ ok: false, error: sentence });
  });
});
