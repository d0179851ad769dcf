import { describe, expect, it } from "vitest";
import { proposeInputs } from "../../../src/recording/input-proposals.ts";

const leaveOut = (unread: readonly string[], read: readonly string[] = []) =>
  proposeInputs({ inputs: [] }, { undeclared: [], unread }, [...unread, ...read]).leaveOut;

describe("what may be left out", () => {
  it("is a few files by name, though they are all that their directory has", () => {
    expect(leaveOut(["old/a.json", "old/b.json"], ["src/a.py"])).toEqual(["!old/a.json", "!old/b.json"]);
  });

  it("is a directory of many, and shows that it is one", () => {
    const many = ["old/a.json", "old/b.json", "old/deep/c.json"];
    expect(leaveOut(many, ["src/a.py"])).toEqual(["!old/"]);
    expect(leaveOut(many, ["old/deep/read.json"])).toEqual(many.map((path) => `!${path}`));
  });

  it("is not what the tools read that make the environment", () => {
    expect(leaveOut(["uv.lock", "pyproject.toml", "a [1].txt"])).toEqual(["!a [[]1].txt"]);
  });
});
