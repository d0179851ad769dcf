import { describe, expect, it } from "vitest";
import {
  archiveRecord,
  byName,
  objectionToPath,
  recordedDigest,
} from "../../../src/sessions/archive-form.ts";
import { type EntryHeader, EntryOrder } from "../../../src/sessions/archive-order.ts";

const SESSION = "RUN_20260213_142722";
const BYTES = 1000;

const file = (path: string, more: Partial<EntryHeader> = {}): EntryHeader => ({
  name: `${SESSION}/${path}`,
  size: 1,
  type: "file",
  pax: null,
  ...more,
});
const directory = (path: string): EntryHeader => file(`${path}/`, { type: "directory", size: 0 });

/** What is said of the last of these entries, when nothing is said of those before. */
function objection(...headers: readonly EntryHeader[]): string | null {
  const order = new EntryOrder(BYTES);
  const said = headers.map((header) => order.objectionTo(header));
  expect(said.slice(0, -1)).toEqual(said.slice(0, -1).map(() => null));
  return said.at(-1) ?? null;
}

describe("the entries of an archive", () => {
  it("are plain files and directories, each after the one that it lies in", () => {
    expect(
      objection(
        file("a.log"),
        directory("logs"),
        file("logs/run.log"),
        directory("logs/step_001"),
        file("logs/step_001/adapter.log"),
        directory("logs/step_002"),
        file("logs/step_002/adapter.log"),
        file("logs_summary.txt"),
      ),
    ).toBeNull();
  });

  it.each([
    ["a link", file("x", { type: "symlink" }), "is a symlink, no plain file"],
    ["a hard link", file("x", { type: "link" }), "is a link, no plain file"],
    ["a device", file("x", { type: "character-device" }), "is a character device, no plain file"],
    ["a fifo", file("x", { type: "fifo" }), "is a fifo, no plain file"],
    ["what nobody knows", file("x", { type: null }), "is of a kind that gate does not know"],
    ["an absolute path", file("x", { name: "/etc/passwd" }), "has an absolute path"],
    ["a drive", file("x", { name: "C:\\x" }), "has an absolute path"],
    ["a way up", file("../../x"), "leads out of the session"],
    ["a way up on Windows", file("a\\..\\..\\x"), "leads out of the session"],
    ["a dot", file("./x"), "has a path that is not plain"],
    ["an empty name", file("a//x"), "has a path that is not plain"],
    ["a path without end", file("x".repeat(5000)), "has a path that is too long"],
    ["what is in no session", file("x", { name: "run/x" }), "is not in a session's directory"],
    ["a session's directory as a file", file("x", { name: SESSION }), "is not in a session's directory"],
    [
      "a file in no directory of the archive",
      file("logs/x"),
      "lies in a directory that is not in the archive",
    ],
    ["a directory with content", { ...directory("x"), size: 3 }, "is no plain directory"],
    ["an extension", file("x", { pax: { path: "y", "GNU.sparse.map": "0" } }), "(GNU.sparse.map)"],
    ["a bomb", file("x", { size: BYTES * 1032 + 1 }), "says that it has 1032001 bytes"],
  ])("are not %s", (_, header, said) => {
    expect(objection(header)).toContain(said);
  });

  it("are there once", () => {
    expect(objection(file("a"), file("b"), file("b"))).toBe("is there twice");
    expect(objection(file("a"), file("b"), file("a"))).toContain("is there twice");
    expect(objection(directory("a"), file("a"))).toContain("is there twice");
    expect(objection(file("a"), directory("a"))).toBeNull();
    expect(objection(file("a"), file("a/b"))).toBe("lies in a directory that is not in the archive");
  });

  it("are of one session", () => {
    const other = file("x", { name: "RUN_20260213_142723/x" });
    expect(objection(file("a"), other)).toBe(`is of another session than ${SESSION}`);
  });
});

describe("an archive's form", () => {
  it("has a record that sha256sum reads", () => {
    const digest = "0f".repeat(32);
    expect(archiveRecord(digest)).toBe(`${digest}  run.tar.gz\n`);
    expect(recordedDigest(archiveRecord(digest))).toBe(digest);
    expect(recordedDigest(`${digest} *elsewhere/run.tar.gz`)).toBe(digest);
    expect(recordedDigest(`${digest}`)).toBeNull();
    expect(recordedDigest(`${digest}  a\n${digest}  b\n`)).toBeNull();
  });

  it("orders names by their bytes, a directory right before what it holds", () => {
    const names = ["a/x", "a-b", "é", "z", "a/", "\u{1f600}", "\uffee"];
    expect(names.toSorted(byName)).toEqual(["a-b", "a/", "a/x", "z", "é", "\uffee", "\u{1f600}"]);
  });

  it("takes the names that files have", () => {
    for (const name of ["a b", "~", "..a", "a..", "naïve.log", "a\nb", "test[x-y].log"])
      expect(objectionToPath(`logs/${name}`)).toBeNull();
  });
});
