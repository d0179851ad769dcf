import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coversTestIds, matchesTestId, patternOfTestId } from "../../../src/suite/wildcard.ts";

describe("a pattern over test ids", () => {
  it.each([
    ["a", "a", true],
    ["a::b[x]", "a::*", true],
    ["a::b[x]", "a::b[*]", true],
    ["a::b[*]", String.raw`a::b[\*]`, true],
    ["a::b[x]", String.raw`a::b[\*]`, false],
    ["a::b[**]", String.raw`a::b[\**]`, true],
    [String.raw`a\n`, String.raw`a\n`, true],
    [String.raw`a\*`, String.raw`a\\*`, true],
    [String.raw`a\n`, "a*n", true],
  ])("%s against %s: %s", (id, pattern, matches) => {
    expect(matchesTestId(id, pattern)).toBe(matches);
  });

  it("can be made for one id alone", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "\\", "[", "]") });
    fc.assert(
      fc.property(text, text, (id, other) => {
        expect(matchesTestId(other, patternOfTestId(id))).toBe(other === id);
      }),
    );
  });

  it.each([
    ["a::b", "a::*", true],
    ["a::*", "a::*", true],
    ["a::*", "a::b", false],
    [String.raw`a\*`, "a*", true],
    [String.raw`a\*`, String.raw`a\*`, true],
    ["a*", String.raw`a\*`, false],
  ])("%s is covered by %s: %s", (narrow, wide, covered) => {
    expect(coversTestIds(narrow, wide)).toBe(covered);
  });
});
