import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, isCanonicalJson } from "../../../src/reports/canonical-json.ts";

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("0", "9", "10", "-1", "4294967295", "__proto__", "\uff41", "\u{1f600}", "é"),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, 1.5, -1, 1e21),
    fc.string({ unit: "binary" }),
    fc.array(tie("value")),
    fc.uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name }).map(Object.fromEntries),
  ),
})).value;

describe("the one byte form of JSON", () => {
  it("is told from every other, whatever the keys are", () => {
    fc.assert(
      fc.property(json, (value) => {
        const written = JSON.stringify(value, null, 2);
        const canonical = canonicalJson(JSON.parse(written));
        expect(isCanonicalJson(canonical, JSON.parse(canonical))).toBe(true);
        expect(isCanonicalJson(written, JSON.parse(written))).toBe(written === canonical);
      }),
    );
  });

  it("is what it was before it was parsed", () => {
    fc.assert(
      fc.property(json, (value) => {
        const canonical = canonicalJson(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      }),
    );
  });

  it.each([
    ["keys out of order", '{\n  "b": 1,\n  "a": 2\n}'],
    ["keys out of order within a list", '[\n  {\n    "b": 1,\n    "a": 2\n  }\n]'],
    ["keys in the order of JavaScript", '{\n  "9": 1,\n  "10": 2\n}'],
    ["keys in the order of UTF-16", '{\n  "\u{1f600}": 1,\n  "\uff41": 2\n}'],
    ["a key twice", '{\n  "a": 1,\n  "a": 1\n}'],
    ["no blanks", '{"a":1}'],
    ["a number in another form", "1.0"],
    ["an escape that need not be one", '"\\u0041"'],
  ])("is not that with %s", (_, text) => {
    expect(isCanonicalJson(text, JSON.parse(text))).toBe(false);
  });
});
