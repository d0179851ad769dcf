import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonMembers, NotJson } from "../../../src/gaps/json-members.ts";

const MIB = 1 << 20;

/** Takes a text apart in pieces of so many bytes, and puts it together again. */
function reassembled(text: string, pieceBytes: number, mostBytes = MIB): unknown {
  const members = new JsonMembers("files", mostBytes);
  const bytes = Buffer.from(text);
  const outer: [string, unknown][] = [];
  const inner: [string, unknown][] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const { inside, key, value } of members.push(bytes.subarray(at, at + pieceBytes))) {
      (inside ? inner : outer).push([key, value]);
    }
  }
  members.end();
  if (members.found) outer.push(["files", Object.fromEntries(inner)]);
  return Object.fromEntries(outer);
}

const anyObject = fc.dictionary(fc.string(), fc.jsonValue());
const anyReport = fc.record(
  { meta: fc.jsonValue(), files: anyObject, totals: fc.jsonValue(), 'a "quoted\\ {name': fc.jsonValue() },
  { requiredKeys: [] },
);
const anySpace = fc.constantFrom(undefined, 1, "\t", "\r\n ");
const anyPiece = fc.integer({ min: 1, max: 40 });

describe("a JSON document, a member at a time", () => {
  it("is the same document, however it is cut and spaced", () => {
    fc.assert(
      fc.property(anyReport, anySpace, anyPiece, (report, space, piece) => {
        const text = ` ${JSON.stringify(report, null, space)}\n`;
        expect(reassembled(text, piece)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("is refused wherever JSON.parse refuses it", () => {
    const anyEdit = fc.tuple(
      fc.nat(),
      fc.constantFrom("", "{", "}", "[", "]", ",", '"', ":", "\\", "x", "1"),
    );
    fc.assert(
      fc.property(
        anyReport,
        fc.array(anyEdit, { minLength: 1, maxLength: 3 }),
        anyPiece,
        (report, edits, piece) => {
          let text = JSON.stringify(report);
          for (const [place, put] of edits) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + put + text.slice(at + 1);
          }
          fc.pre(!isJsonObject(text));
          expect(() => reassembled(text, piece)).toThrow(NotJson);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ["", "is empty"],
    ["  \n", "is empty"],
    ['{"meta": {}, "files": {"a.py": {}', "breaks off"],
    ["[1, 2]", "is not a JSON object"],
    ["version: 1\n", "is not a JSON object"],
    ['{"files": {}} {}', "is not a JSON object"],
    ['{"files": {}, "files": {}}', "has two members of the same name"],
    ['{"files": {"a.py": NaN}}', 'is not JSON: "\\"a.py\\": NaN" is not a member'],
    ['{"files": {},}', "is not a JSON object"],
  ])("%j %s", (text, complaint) => {
    expect(() => reassembled(text, 7)).toThrow(new NotJson(complaint));
  });

  it("holds no member that is longer than agreed, and no text that is no JSON", () => {
    const long = JSON.stringify({ files: { "a.py": "x".repeat(3 * MIB) } });
    expect(() => reassembled(long, 64 * 1024, 2 * MIB)).toThrow("has a member of more than 2 MiB");
    const members = new JsonMembers("files", MIB);
    expect(() => members.push(Buffer.alloc(64 * 1024))).toThrow(NotJson);
  });

  it("takes time in proportion where brackets follow each other for ever", () => {
    const hostile = `{"a":${"{}".repeat(500_000)}`;
    expect(() => reassembled(hostile, 64 * 1024, 4 * MIB)).toThrow("breaks off");
  });
});

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
