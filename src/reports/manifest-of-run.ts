import type { Suite } from "../config/configuration.ts";
import type { TestOutcome } from "../protocol.ts";
import { type MemorySample, peakDuring } from "../sessions/peak-memory.ts";
import type { MachineFacts } from "../suite/machine.ts";
import type { RunEnvironment } from "../suite/observations.ts";
import type { SuiteResults, Verdict } from "../suite/results.ts";
import type { Manifest, ManifestTest } from "./manifest.ts";
import type { ManifestPart } from "./manifest-parts.ts";
import { roundedSeconds } from "./metadata.ts";
import type { PackedReads } from "./read-sets.ts";
import type { BuiltReport } from "./staging.ts";
import type { SummaryTest } from "./summary.ts";

/** What the manifest tells of a run. */
export interface ManifestInput {
  readonly suite: Suite;
  readonly results: SuiteResults;
  readonly verdict: Verdict;
  readonly fingerprint: string;
  readonly inputs: Manifest["inputs"];
  readonly run: RunFacts;
  readonly machine: MachineFacts;
  readonly environment: RunEnvironment | null;
  /** Which inputs the tests read. */
  readonly reads: PackedReads;
  /** What the GPUs' memory held, in the order of time. */
  readonly memorySamples: readonly MemorySample[];
  readonly recordedBy: string;
  /** Sessions of this fingerprint before this one, and how they ended. */
  readonly earlierSessions: Manifest["sessions"];
}

interface RunFacts {
  readonly started: Date;
  readonly ended: Date;
  /** Of a run that was resumed. */
  readonly parts?: readonly ManifestPart[];
}

/** The table of a run's reports. */
export function manifestOf(
  input: ManifestInput,
  tests: readonly SummaryTest[],
  reports: readonly BuiltReport[],
): Manifest {
  const { suite, run, reads } = input;
  return {
    suite: suite.name,
    fingerprint: input.fingerprint,
    inputs: input.inputs,
    verdict: input.verdict,
    tests: new Map(tests.map(({ metadata }) => [metadata.test.id, manifestTest(metadata, input)])),
    deselected: input.results.deselected,
    run: {
      started: second(run.started),
      ended: second(run.ended),
      duration: roundedSeconds(secondsOf(run)) ?? 0,
      command: suite.run,
    },
    ...(run.parts === undefined ? {} : { parts: run.parts.map(roundedPart) }),
    machine: input.machine,
    environment: input.environment,
    reads: reads.files.length === 0 ? null : { files: reads.files, sets: reads.sets },
    runner: { name: input.results.runner.name, version: input.results.runner.version },
    recordedBy: { name: input.recordedBy },
    sessions: input.earlierSessions,
    reports: new Map(reports.map(({ path, blob, sha256 }) => [path, { mode: "100644", blob, sha256 }])),
  };
}

/** Nothing of it ran between its parts. */
function secondsOf({ started, ended, parts }: RunFacts): number {
  if (parts === undefined) return (ended.getTime() - started.getTime()) / 1000;
  return parts.reduce((sum, { duration }) => sum + duration, 0);
}

function roundedPart(part: ManifestPart): ManifestPart {
  return { ...part, duration: roundedSeconds(part.duration) ?? 0 };
}

function manifestTest(
  { test, message }: SummaryTest["metadata"],
  { reads, memorySamples }: ManifestInput,
): ManifestTest {
  if (test.outcome === null) throw new Error(`${test.id} never ended`);
  const peakVramMiB = peakDuring(memorySamples, test);
  return {
    outcome: test.outcome,
    duration: roundedSeconds(test.duration),
    message: reasonIn(test.outcome, message),
    reads: reads.setOf.get(test.id) ?? null,
    ...(peakVramMiB === null ? {} : { peakVramMiB }),
    ...(test.resumed === undefined ? {} : { resumed: test.resumed }),
  };
}

/** Why it did not have to pass. A runner may have more to say of an expected failure; metadata.json has it. */
function reasonIn(outcome: TestOutcome, message: string | null): string | null {
  if (outcome === "skipped") return message;
  return outcome === "xfailed" ? (message?.split("\n", 1)[0] ?? null) : null;
}

/** RFC 3339 in UTC. */
export function second(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
