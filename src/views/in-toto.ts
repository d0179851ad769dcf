import type { JsonObject, TestOutcome } from "../protocol.ts";
import { unreachable } from "../result.ts";
import type { BelievedEvidence } from "./believed-evidence.ts";

type InTotoResult = "PASSED" | "WARNED" | "FAILED";

/** An in-toto Statement v1 with the predicate test-result v0.1; not signed: that is the pipeline's part. */
export interface TestResultStatement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: "https://in-toto.io/attestation/test-result/v0.1";
  readonly predicate: {
    readonly result: InTotoResult;
    readonly configuration: readonly ResourceDescriptor[];
    readonly passedTests: readonly string[];
    readonly warnedTests: readonly string[];
    readonly failedTests: readonly string[];
  };
}

interface ResourceDescriptor {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly mediaType?: string;
  readonly annotations: JsonObject;
}

/**
 * The subjects are the tested sources: the commit with its tree, and the suite's inputs by gate's fingerprint,
 * which is the same in every commit that has the same inputs.
 */
export function testResultStatement(evidence: BelievedEvidence): TestResultStatement {
  const { commit, tree, manifest } = evidence;
  const tests = sortedByResult(evidence);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: "commit", digest: { gitCommit: commit, gitTree: tree } },
      { name: `inputs of ${manifest.suite}`, digest: { gateFingerprint: manifest.fingerprint } },
    ],
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: resultOf(evidence, tests),
      configuration: [configuration(evidence), record(evidence)],
      passedTests: tests.PASSED,
      warnedTests: tests.WARNED,
      failedTests: tests.FAILED,
    },
  };
}

function configuration({
  manifest,
  configurationFile: { path, blob },
}: BelievedEvidence): ResourceDescriptor {
  const annotations = { suite: manifest.suite, command: manifest.run.command };
  return { name: path, digest: { gitBlob: blob }, annotations };
}

/** The manifest says on what it was run, and by whom. */
function record({ manifest, manifestFile, assurance, signer }: BelievedEvidence): ResourceDescriptor {
  const { machine, run, runner, recordedBy } = manifest;
  return {
    name: manifestFile.path,
    digest: { gitBlob: manifestFile.blob, sha256: manifestFile.sha256 },
    mediaType: "application/json",
    annotations: {
      verdict: manifest.verdict,
      assurance,
      signer,
      recordedBy: recordedBy.name,
      started: run.started,
      ended: run.ended,
      runner: `${runner.name} ${runner.version}`.trim(),
      machine: [machine.os, ...machine.gpus.map(({ name }) => name)].join(", "),
    },
  };
}

function sortedByResult({ manifest }: BelievedEvidence): Readonly<Record<InTotoResult, readonly string[]>> {
  const sorted: Record<InTotoResult, string[]> = { PASSED: [], WARNED: [], FAILED: [] };
  for (const [id, { outcome }] of manifest.tests) sorted[resultOfTest(outcome)].push(id);
  return sorted;
}

function resultOfTest(outcome: TestOutcome): InTotoResult {
  switch (outcome) {
    case "passed":
      return "PASSED";
    case "failed":
    case "error":
      return "FAILED";
    case "skipped":
    case "xfailed":
    case "xpassed":
    case "flaky":
      return "WARNED";
    default:
      return unreachable(outcome);
  }
}

function resultOf(
  { manifest }: BelievedEvidence,
  tests: Readonly<Record<InTotoResult, readonly string[]>>,
): InTotoResult {
  if (manifest.verdict !== "passed" || tests.FAILED.length > 0) return "FAILED";
  return tests.WARNED.length > 0 ? "WARNED" : "PASSED";
}
