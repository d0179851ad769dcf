import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryTail } from "../../../src/adapters/files/tail.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gate-tail-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function reader(longest = 1000) {
  const tail = new DirectoryTail(directory, ".ndjson", longest);
  return () => {
    const lines: string[] = [];
    while (tail.read((line) => lines.push(line)));
    return lines;
  };
}

describe("what is appended to the files of a directory", () => {
  it("comes line by line, each once, however it was cut", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\n", ""));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
        const file = join(directory, `${Math.random()}.ndjson`);
        writeFileSync(file, "");
        const read = reader();
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
        const seen: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          appendFileSync(file, bytes.subarray(at, at + cut));
          at += cut;
          seen.push(...read());
        }
        appendFileSync(file, bytes.subarray(at));
        seen.push(...read());
        rmSync(file);
        expect(seen).toEqual(lines);
      }),
    );
  });

  it("is read whole where it is large, and a line without its end not yet", () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index} ${"x".repeat(60)}`);
    writeFileSync(join(directory, "1.ndjson"), `${lines.join("\n")}\nhalf`);
    const read = reader();
    expect(read()).toEqual(lines);
    appendFileSync(join(directory, "1.ndjson"), " and half\n");
    expect(read()).toEqual(["half and half"]);
  });

  it("leaves out lines that are too long, and what is no file of its own", () => {
    writeFileSync(join(directory, "1.ndjson"), `short\n${"x".repeat(2_000_000)}\nlast\n`);
    mkdirSync(join(directory, "2.ndjson"));
    symlinkSync("/etc/passwd", join(directory, "3.ndjson"));
    writeFileSync(join(directory, "4.txt"), "other\n");
    expect(reader()()).toEqual(["short", "last"]);
  });

  it("is nothing where there is no directory", () => {
    rmSync(directory, { recursive: true });
    expect(reader()()).toEqual([]);
  });
});
