import { describe, expect, it } from "vitest";
import { minutes } from "../../../src/judgement/sentences.ts";

describe("a duration in a sentence", () => {
  it.each([
    [0, "0.0 s"],
    [149, "0.1 s"],
    [9_949, "9.9 s"],
    [9_950, "10 s"],
    [41_400, "41 s"],
    [59_499, "59 s"],
    [59_500, "1:00"],
    [133_000, "2:13"],
    [3_599_600, "60:00"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(minutes(milliseconds)).toBe(text);
  });
});
