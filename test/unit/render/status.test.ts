import { describe, expect, it } from "vitest";
import type { SuiteStatus } from "../../../src/commands/status-document.ts";
import { renderStatus } from "../../../src/render/status.ts";

const suite: SuiteStatus = {
  name: "model-tests",
  decision: "run",
  reason: "the inputs changed after the recorded run",
  fingerprint: "0".repeat(64),
  recorded: null,
  inputs: { files: 3 },
  changes: [],
  staleSince: null,
  evidence: null,
  lastRun: null,
  next: null,
  problems: [],
};

function changed(reading: number, of: number): string {
  const changes = [{ path: "src/router.py", change: "modified" as const, tests: { reading, of } }];
  const document = {
    schema: "gate/status@1" as const,
    revision: null,
    suites: [{ ...suite, changes }],
    problems: [],
  };
  return renderStatus(document, new Date("2026-02-13T14:27:22Z"));
}

describe("a changed input", () => {
  it.each([
    [7, 22, "(7 of 22 tests read it)"],
    [22, 22, "(all 22 tests read it)"],
    [1, 1, "(its only test reads it)"],
    [0, 3, "(0 of 3 tests read it)"],
  ])("says how many tests read it: %i of %i", (reading, of, said) => {
    expect(changed(reading, of)).toContain(`modified  src/router.py  ${said}`);
  });
});
