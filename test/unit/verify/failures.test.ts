import { constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { GitError } from "../../../src/adapters/git/command.ts";
import { problemOfFailure } from "../../../src/verify/failures.ts";

const problemOf = (stderr: string) =>
  problemOfFailure(new GitError(["write-tree"], "failed with exit code 128", stderr), null);

describe("a question that git could not answer", () => {
  it.each([
    "fatal: Unable to create '/repo/.git/index.lock': Permission denied",
    "fatal: Unable to create '/repo/.git/index.lock': Read-only file system",
    "fatal: unable to write new index file: No space left on device",
  ])("for want of a place to write says so, and accuses no object: %s", (stderr) => {
    const { code, hint } = problemOf(stderr);
    expect(code).toBe("git-failed");
    expect(hint).toMatch(/who may write it/);
  });

  it("in as many words as a text can hold is a no, and no bug", () => {
    const tooLong = () => Buffer.alloc(constants.MAX_STRING_LENGTH + 1).toString("latin1");
    let thrown: unknown = null;
    try {
      tooLong();
    } catch (error) {
      thrown = error;
    }
    expect(problemOfFailure(thrown, null)).toMatchObject({ code: "git-failed", severity: "error" });
  });

  it("for another reason leads to git's own check, and for a lost object to where that is", () => {
    expect(problemOf("fatal: index file corrupt").hint).toMatch(/git fsck/);
    expect(problemOf(`error: invalid object ${"a".repeat(40)}: missing`).code).toBe("objects-missing");
  });
});
