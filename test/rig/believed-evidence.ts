import { blobId, commitId, treeId } from "../../src/adapters/git/ids.ts";
import type { TestOutcome } from "../../src/protocol.ts";
import type { BelievedEvidence } from "../../src/views/believed-evidence.ts";

/** Evidence of tests with these outcomes, by id. */
export function evidenceOf(
  outcomes: Readonly<Record<string, TestOutcome>>,
  changes: Partial<BelievedEvidence> = {},
): BelievedEvidence {
  const tests = new Map(
    Object.entries(outcomes).map(([id, outcome]) => {
      const message = outcome === "skipped" ? "no weights here" : null;
      return [id, { outcome, duration: 0.25, message, reads: null }];
    }),
  );
  return {
    commit: commitId("c".repeat(40)),
    tree: treeId("d".repeat(40)),
    manifestFile: {
      path: "test-reports/model-tests.json",
      blob: blobId("e".repeat(40)),
      sha256: "f".repeat(64),
    },
    configurationFile: { path: "gate.yaml", blob: blobId("a".repeat(40)) },
    assurance: "consistent",
    signer: null,
    manifest: {
      suite: "model-tests",
      fingerprint: "ab".repeat(32),
      inputs: { files: 3, ignored: [] },
      verdict: "passed",
      tests,
      deselected: 0,
      run: {
        started: "2026-02-13T14:25:00Z",
        ended: "2026-02-13T14:27:22Z",
        duration: 142,
        command: "pytest",
      },
      machine: {
        os: "Linux 6.18 x86_64",
        cpus: 2,
        memoryBytes: 8,
        node: "v20.20.2",
        gpus: [{ name: "RTX 4090", driver: "550", memoryMiB: 16384 }],
      },
      environment: null,
      reads: null,
      runner: { name: "pytest", version: "9.0" },
      recordedBy: { name: "Ann" },
      sessions: { earlier: 0, verdicts: new Map() },
      reports: new Map(),
    },
    ...changes,
  };
}
