import { describe, expect, it } from "vitest";
import { ruleLines } from "../../../src/ignore/rule-lines.ts";

const patterns = (text: string) => ruleLines(text).map(({ line, pattern }) => `${line} ${pattern}`);

describe("the rules of an ignore file", () => {
  it("are its lines but for comments and empty ones, by their numbers", () => {
    expect(patterns("# a\n\n*.log\n   \n!keep.log\n\\#a#")).toEqual(["3 *.log", "5 !keep.log", "6 \\#a#"]);
    expect(patterns("")).toEqual([]);
  });

  it("have no blanks at the end but those that a backslash protects", () => {
    expect(patterns("a  \nb\\ \nc\\  \nd \\\ne\\\\ \n\tf\t\n")).toEqual([
      "1 a",
      "2 b\\ ",
      "3 c\\ ",
      "4 d \\",
      "5 e\\\\",
      "6 \tf\t",
    ]);
  });

  it("are read without a carriage return, and without a mark at the start", () => {
    expect(patterns("\uFEFF*.log\r\nb \r\n\uFEFFc\r\r\n")).toEqual(["1 *.log", "2 b", "3 \uFEFFc\r"]);
  });

  it("carry the comment that stands above them", () => {
    const text = "# of the server\n# and its jobs\n*.log\nlogs/\n\nbare\n# next\nnext\n";
    expect(ruleLines(text).map(({ comment }) => comment)).toEqual([
      "of the server and its jobs",
      "of the server and its jobs",
      "",
      "next",
    ]);
  });
});
