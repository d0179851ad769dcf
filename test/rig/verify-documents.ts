import type { VerifiedSuite, VerifyDocument } from "../../src/commands/verify-document.ts";

/** What verify says of a commit with one suite, all well; with changes where a test wants some. */
export function verifyDocumentOf(
  suites: readonly Partial<VerifiedSuite>[] = [{}],
  changes: Partial<VerifyDocument> = {},
): VerifyDocument {
  return {
    schema: "gate/verify@1",
    revision: "HEAD",
    commit: "4f1c2aa08a1c1f4f0e8f9d5a2b7c6d3e1f0a9b8c",
    ok: true,
    suites: suites.map(suiteOf),
    landing: null,
    problems: [],
    ...changes,
  };
}

function suiteOf(changes: Partial<VerifiedSuite>): VerifiedSuite {
  return {
    name: "model-tests",
    fingerprint: "ab".repeat(32),
    recorded: "ab".repeat(32),
    verdict: "passed",
    tests: { passed: 22, failed: 0, errors: 0, skipped: 1, xfailed: 0, xpassed: 0, flaky: 0, deselected: 0 },
    assurance: "consistent",
    signer: null,
    evidence: { by: "Ann", at: "2026-02-13T14:27:22Z", on: "RTX 4090" },
    attempts: { earlier: 0, verdicts: {} },
    changes: [],
    waiver: null,
    problems: [],
    ...changes,
  };
}
