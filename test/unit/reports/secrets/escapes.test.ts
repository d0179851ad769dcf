import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asWritten, unescaped, withoutParting } from "../../../../src/reports/secrets/escapes.ts";

const written = fc
  .array(fc.constantFrom("a", "bc", "\\n", "\\u0041", '\\"', "\\\\", "\\x42", "\\", "\\q", "é", "😀"), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

describe("escapes", () => {
  it("stand for what JSON says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const inJson = JSON.stringify(text).slice(1, -1);
        expect(unescaped(inJson)?.text ?? inJson).toBe(text);
      }),
    );
  });

  it("are mapped back: each range is what its characters are written as", () => {
    fc.assert(
      fc.property(written, (text) => {
        const read = unescaped(text);
        if (read === null) return;
        const ways = [...read.text].map((_, index) => index).filter((index) => index < read.text.length);
        const parts = ways.map((start) => asWritten(read, { start, end: start + 1 }));
        expect(parts.map(({ start, end }) => text.slice(start, end)).join("")).toBe(
          text.slice(0, parts.at(-1)?.end ?? 0),
        );
      }),
    );
  });

  it("are not parted", () => {
    fc.assert(
      fc.property(written, fc.nat(), fc.nat(), (text, one, other) => {
        const read = unescaped(text);
        if (read === null) return;
        const [start = 0, end = 0] = [one % text.length, other % (text.length + 1)].toSorted((a, b) => a - b);
        if (start === end) return;
        const range = withoutParting(read, { start, end });
        for (const [index, from] of read.starts.entries()) {
          const to = read.ends[index] ?? 0;
          const isApart = range.end <= from || range.start >= to;
          const isWithin = range.start <= from && range.end >= to;
          expect(isApart || isWithin || (range.start === from && range.end < to)).toBe(true);
        }
      }),
    );
  });
});
