import { describe, expect, it } from "vitest";
import { parseUpdates } from "../../../src/commands/pushed-updates.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);
const NONE = "0".repeat(40);
const parse = (...lines: string[]) => parseUpdates(Buffer.from(lines.map((line) => `${line}\n`).join("")));

describe("what git tells the pre-push hook", () => {
  it("is an update a line", () => {
    expect(parse(`refs/heads/x ${A} refs/heads/y ${B}`, `refs/tags/v ${B} refs/tags/v ${NONE}`)).toEqual([
      { local: "refs/heads/x", tip: A, remote: "refs/heads/y", before: B },
      { local: "refs/tags/v", tip: B, remote: "refs/tags/v", before: null },
    ]);
  });

  it("may name a local commit with spaces, and objects of a sha256 repository", () => {
    const long = "c".repeat(64);
    expect(parse(`:/fix the tier ${long} refs/heads/y ${"0".repeat(64)}`)).toEqual([
      { local: ":/fix the tier", tip: long, remote: "refs/heads/y", before: null },
    ]);
  });

  it.each([
    ["a deletion", `(delete) ${NONE} refs/heads/y ${B}`],
    ["evidence", `refs/gate/evidence/x ${A} refs/gate/evidence/x ${NONE}`],
    ["an empty line", ""],
    ["anything else", "refs/heads/x refs/heads/y"],
  ])("says nothing to judge of %s", (_what, line) => {
    expect(parse(line)).toEqual([]);
  });
});
