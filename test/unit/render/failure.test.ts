import { describe, expect, it } from "vitest";
import { GitError } from "../../../src/adapters/git/command.ts";
import { describeFailure } from "../../../src/render/failure.ts";

const coded = (code: string) =>
  Object.assign(new Error(`${code}: open '/x'`), { code, syscall: "open", path: "/x" });

describe("an error that no command has foreseen", () => {
  it.each([
    [coded("ENOSPC"), 1, "disk-full"],
    [coded("EACCES"), 1, "file-system"],
    [new GitError(["log", "HEAD"], "failed with exit code 128", "fatal: bad object"), 1, "git-failed"],
    [new TypeError("x is undefined"), 70, "internal-error"],
    ["thrown text", 70, "internal-error"],
  ])("is one problem with a code: %s", (error, exit, code) => {
    const { document, text, ...said } = describeFailure(error);
    expect(said.exit).toBe(exit);
    expect(document).toMatchObject({ schema: "gate/failure@1", problems: [{ code, severity: "error" }] });
    expect(text).toContain(document.problems[0]?.message);
    expect(text).toContain(document.problems[0]?.hint);
  });

  it("says where to report a bug, and where it happened", () => {
    const { text } = describeFailure(new TypeError("x is undefined"));
    expect(text).toMatch(/^gate {2}this is a bug in gate\. Please report it, with what follows: https:/);
    expect(text).toContain("TypeError: x is undefined\n    at ");
  });
});
