import { describe, expect, it } from "vitest";
import { testResultStatement } from "../../../src/views/in-toto.ts";
import { evidenceOf } from "../../rig/believed-evidence.ts";

describe("the in-toto statement of a test result", () => {
  it("names the tested sources, how they were tested, and each test", () => {
    const evidence = evidenceOf({ "a::one": "passed", "a::two": "passed" });
    expect(testResultStatement(evidence)).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [
        { name: "commit", digest: { gitCommit: "c".repeat(40), gitTree: "d".repeat(40) } },
        { name: "inputs of model-tests", digest: { gateFingerprint: "ab".repeat(32) } },
      ],
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: {
        result: "PASSED",
        configuration: [
          {
            name: "gate.yaml",
            digest: { gitBlob: "a".repeat(40) },
            annotations: { suite: "model-tests", command: "pytest" },
          },
          {
            name: "test-reports/model-tests.json",
            digest: { gitBlob: "e".repeat(40), sha256: "f".repeat(64) },
            mediaType: "application/json",
            annotations: {
              verdict: "passed",
              assurance: "consistent",
              signer: null,
              recordedBy: "Ann",
              started: "2026-02-13T14:25:00Z",
              ended: "2026-02-13T14:27:22Z",
              runner: "pytest 9.0",
              machine: "Linux 6.18 x86_64, RTX 4090",
            },
          },
        ],
        passedTests: ["a::one", "a::two"],
        warnedTests: [],
        failedTests: [],
      },
    });
  });

  it.each([
    [{ a: "passed", b: "skipped" }, "WARNED", ["b"], []],
    [{ a: "flaky", b: "xfailed", c: "xpassed" }, "WARNED", ["a", "b", "c"], []],
    [{ a: "passed", b: "failed", c: "error", d: "skipped" }, "FAILED", ["d"], ["b", "c"]],
  ] as const)("says of %j: %s", (outcomes, result, warnedTests, failedTests) => {
    const { predicate } = testResultStatement(evidenceOf(outcomes));
    expect(predicate).toMatchObject({ result, warnedTests, failedTests });
  });

  it("never says that a run passed whose verdict is another", () => {
    const evidence = evidenceOf({ a: "passed" });
    const cutOff = { ...evidence, manifest: { ...evidence.manifest, verdict: "incomplete" as const } };
    expect(testResultStatement(cutOff).predicate.result).toBe("FAILED");
  });
});
