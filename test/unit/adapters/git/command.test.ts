import { expect, it } from "vitest";
import { GitError } from "../../../../src/adapters/git/command.ts";

it.each([
  ["fatal: bad object HEAD\n", "fatal: bad object HEAD"],
  ["warning: lazy fetching disabled\nfatal: could not fetch abc\n", "fatal: could not fetch abc"],
  ["hint: try\nerror: no such path\nfatal: it ended\n", "error: no such path"],
  ["something else\nmore\n", "something else"],
])("what git died of is told, and not what it said before: %j", (stderr, said) => {
  const { message } = new GitError(["log", "HEAD"], "failed with exit code 128", stderr);
  expect(message).toBe(`git log failed with exit code 128: ${said}`);
});
