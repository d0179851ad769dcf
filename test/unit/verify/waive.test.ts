import { describe, expect, it } from "vitest";
import { type ProblemCode, problem, warning } from "../../../src/problem.ts";
import type { SuiteVerification, WaiverFacts } from "../../../src/verify/verification.ts";
import { waive } from "../../../src/verify/waive.ts";

const WAIVER: WaiverFacts = {
  reason: "no GPU",
  until: "2026-02-20T14:27:22Z",
  by: "Ann",
  signed: false,
  path: "gate-exceptions/waivers/model-tests-abababababab.json",
};

function suiteWith(...codes: readonly ProblemCode[]): SuiteVerification {
  return {
    name: "model-tests",
    fingerprint: "ab".repeat(32),
    recorded: null,
    verdict: null,
    tests: null,
    assurance: null,
    signer: null,
    evidence: null,
    attempts: null,
    changes: [],
    waiver: null,
    problems: codes.map((code) => problem(code, code, { path: "src/a.py", hint: "do something" })),
  };
}

describe("a waiver that holds", () => {
  it.each<ProblemCode>(["stale-evidence", "missing-evidence", "verdict-not-accepted", "inputs-collapsed"])(
    "makes a warning of %s, and keeps the rest of it",
    (code) => {
      const suite = suiteWith(code);
      expect(waive(suite, WAIVER)).toEqual({
        ...suite,
        waiver: WAIVER,
        problems: [warning(code, code, { path: "src/a.py", hint: "do something" })],
      });
    },
  );

  it.each<ProblemCode>([
    "tampered-report",
    "missing-report",
    "untracked-report",
    "manifest-invalid",
    "objects-missing",
    "policy-weakened",
    "unsigned",
    "untrusted-signer",
    "inputs-empty",
  ])("leaves %s an error", (code) => {
    expect(waive(suiteWith(code), WAIVER)).toEqual(suiteWith(code));
    const both = waive(suiteWith("stale-evidence", code), WAIVER);
    expect(both.problems.map(({ severity }) => severity)).toEqual(["warning", "error"]);
  });

  it("is not said of a suite that needs none", () => {
    expect(waive(suiteWith(), WAIVER).waiver).toBeNull();
  });
});
