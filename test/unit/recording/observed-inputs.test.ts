import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { olderThan, undeclaredInputs } from "../../../src/recording/observed-inputs.ts";
import { oneSuite, suiteOf } from "../config/sample.ts";

const reads = {
  byTest: new Map([
    ["a", new Set(["prompts/system.md"])],
    ["b", new Set<string>()],
  ]),
  all: new Set(["prompts/system.md", "pytest.ini"]),
};

function said(undeclared: readonly string[], lines = "") {
  return undeclaredInputs(suiteOf(oneSuite(lines)), { undeclared, untracked: [], unread: [] }, reads);
}

describe("tracked files that were read and are not declared", () => {
  it("are named with the tests that read them; what was read before the tests, with all", () => {
    expect(said(["prompts/system.md", "pytest.ini"])).toMatchObject([
      {
        code: "undeclared-input",
        severity: "warning",
        message: "the run read prompts/system.md, which inputs: does not name (1 of 2 tests).",
        hint: 'Add "prompts/system.md" to inputs:, or see  gate status --inputs',
      },
      { message: "the run read pytest.ini, which inputs: does not name (2 of 2 tests)." },
    ]);
  });

  it("are errors where gate.yaml says so, and only the first are named", () => {
    const many = Array.from({ length: 13 }, (_, index) => `data/${index}.json`);
    const problems = said(many, "    undeclared-inputs: error\n");
    expect(problems).toHaveLength(11);
    expect(problems.every(({ severity }) => severity === "error")).toBe(true);
    expect(problems.at(-1)?.message).toBe("the run read 3 more tracked files that inputs: does not name.");
  });
});

describe("files that a run read", () => {
  it("were there before where they are older than its start", async () => {
    const topLevel = mkdtempSync(join(tmpdir(), "gate-older-"));
    onTestFinished(() => rmSync(topLevel, { recursive: true }));
    for (const [name, seconds] of [
      ["before", 1000],
      ["after", 3000],
    ] as const) {
      writeFileSync(join(topLevel, name), "");
      utimesSync(join(topLevel, name), seconds, seconds);
    }
    const started = new Date(2_000_000);
    expect(await olderThan({ topLevel }, ["before", "after", "gone"], started)).toEqual(["before"]);
  });
});
