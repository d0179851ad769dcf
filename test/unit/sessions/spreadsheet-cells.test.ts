import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CellTexts, cellText } from "../../../src/sessions/spreadsheet-cells.ts";

const LONGEST = 32_767;

describe("the text of a cell", () => {
  it.each([
    ["plain", "plain"],
    ["a\tb\nc", "a\tb\nc"],
    ["a\r\nb", "a\nb"],
    ["a\rb", "a\\u000db"],
    ["\u001b[31mred\u0000", "\\u001b[31mred\\u0000"],
    ["\ud83d", "\\ud83d"],
    ["\ufffd\uffff", "\ufffd\\uffff"],
    ["\u{1fffe}", "\\u{1fffe}"],
    ["😀 é", "😀 é"],
    ["_x0041_ and _x00e9_", "_x005F_x0041_ and _x005F_x00e9_"],
    ["_x41_", "_x41_"],
    ["=1+1", "=1+1"],
  ])("of %j is %j", (text, shown) => {
    expect(cellText(text)).toBe(shown);
  });

  it("ends, where it is too long, with how long it was", () => {
    const cut = cellText("x".repeat(40_000));
    expect(cut).toHaveLength(LONGEST);
    expect(cut.endsWith(" … [cut: 40000 characters]")).toBe(true);
    expect(cellText("x".repeat(LONGEST))).toBe("x".repeat(LONGEST));
  });

  it("fits and holds nothing that XML forbids, whatever it was", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(anything, fc.integer({ min: 60, max: 200 }), (text, longest) => {
        const shown = cellText(text, longest);
        expect(shown.length).toBeLessThanOrEqual(longest + 1);
        expect(shown).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u);
      }),
    );
  });
});

describe("the texts of a report", () => {
  it("are whole as long as there is room, short from then on, and counted", () => {
    const texts = new CellTexts(1000);
    const long = "x".repeat(600);
    expect(texts.take(long)).toBe(long);
    expect(texts.take(long)).toHaveLength(200);
    expect(texts.take("short")).toBe("short");
    expect(texts.shortened).toBe(1);
  });
});
