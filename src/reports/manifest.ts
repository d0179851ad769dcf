import { TEST_OUTCOMES, type TestOutcome } from "../protocol.ts";
import { err, ok, type Result } from "../result.ts";
import type { MachineFacts } from "../suite/machine.ts";
import type { RunEnvironment } from "../suite/observations.ts";
import type { ResumedTest, Verdict } from "../suite/results.ts";
import { type CanonicalValue, canonicalJson, isCanonicalJson } from "./canonical-json.ts";
import { isDigest, isSuiteName } from "./digests.ts";
import {
  readDeselected,
  readEnvironment,
  readInputs,
  readMachine,
  readReadSets,
  readRun,
} from "./manifest-members.ts";
import {
  checkParts,
  type ManifestPart,
  partsForm,
  readParts,
  readResumed,
  resumedForm,
} from "./manifest-parts.ts";
import { type ReportDigests, readReports, reportsApart } from "./manifest-reports.ts";
import { Members, Unexpected } from "./members.ts";
import type { ReadSets } from "./read-sets.ts";

const MANIFEST_SCHEMA = "gate/manifest@1";

/** The reports' own table: what was run on what, and every report's digest. `<suite>.json`, committed. */
export interface Manifest {
  readonly suite: string;
  readonly fingerprint: string;
  readonly inputs: {
    readonly files: number;
    /** What the patterns match and git ignores: part of the run, not of the fingerprint. Absent where none. */
    readonly ignored: readonly string[];
  };
  readonly verdict: Verdict;
  /** By test id. */
  readonly tests: ReadonlyMap<string, ManifestTest>;
  /** How many tests exist besides these and were not selected to run. Absent where none. */
  readonly deselected: number;
  readonly run: ManifestRun;
  /** The parts of a run that was resumed. */
  readonly parts?: readonly ManifestPart[];
  readonly machine: MachineFacts;
  /** What the tests ran in; null where their runner does not tell. */
  readonly environment: RunEnvironment | null;
  /** null where nobody saw what was read. */
  readonly reads: ReadSets | null;
  readonly runner: { readonly name: string; readonly version: string };
  readonly recordedBy: { readonly name: string };
  /** Sessions of this fingerprint before this one, here on this machine, and how they ended. */
  readonly sessions: { readonly earlier: number; readonly verdicts: ReadonlyMap<Verdict, number> };
  /** By path relative to the reports directory: every report but the manifest and its signature. */
  readonly reports: ReportDigests;
}

export interface ManifestTest {
  readonly outcome: TestOutcome;
  /** Seconds in this run; null where the runner does not say. */
  readonly duration: number | null;
  /** Reason of a skip or of an expected failure; null otherwise. */
  readonly message: string | null;
  /** Which of `reads.sets` it read; null where that was not seen. */
  readonly reads: number | null;
  /** The most of one GPU's memory in use while it ran, rounded up; absent where nobody saw. */
  readonly peakVramMiB?: number;
  /** Absent where it ended in the first part of the run, as most do. */
  readonly resumed?: ResumedTest;
}

interface ManifestRun {
  /** RFC 3339 in UTC, to the second. */
  readonly started: string;
  readonly ended: string;
  /** Seconds. */
  readonly duration: number;
  readonly command: string;
}

const VERDICTS: readonly Verdict[] = [
  "passed",
  "failed",
  "incomplete",
  "timed-out",
  "out-of-memory",
  "interrupted",
  "no-tests",
];

export function manifestPath(suite: string): string {
  return `${suite}.json`;
}

export function signaturePath(suite: string): string {
  return `${suite}.json.sig`;
}

/** The manifest's bytes: one form for one content. */
export function serialiseManifest(manifest: Manifest): string {
  const { run, machine, sessions } = manifest;
  const text = canonicalJson({
    schema: MANIFEST_SCHEMA,
    suite: manifest.suite,
    fingerprint: manifest.fingerprint,
    inputs: {
      files: manifest.inputs.files,
      ...(manifest.inputs.ignored.length === 0 ? {} : { ignored: manifest.inputs.ignored }),
    },
    verdict: manifest.verdict,
    tests: mapValues(manifest.tests, ({ outcome, duration, message, reads, resumed, peakVramMiB }) => ({
      outcome,
      duration_s: duration,
      ...(message === null ? {} : { message }),
      ...(reads === null ? {} : { reads }),
      ...(resumed === undefined ? {} : resumedForm(resumed)),
      ...(peakVramMiB === undefined ? {} : { peak_vram_mib: peakVramMiB }),
    })),
    ...(manifest.deselected === 0 ? {} : { deselected: manifest.deselected }),
    run: { started: run.started, ended: run.ended, duration_s: run.duration, command: run.command },
    ...(manifest.parts === undefined ? {} : { parts: partsForm(manifest.parts) }),
    machine: {
      os: machine.os,
      cpus: machine.cpus,
      memory_bytes: machine.memoryBytes,
      node: machine.node,
      gpus: machine.gpus.map(({ name, driver, memoryMiB }) => ({ name, driver, memory_mib: memoryMiB })),
    },
    ...(manifest.environment === null ? {} : { environment: { ...manifest.environment } }),
    ...(manifest.reads === null ? {} : { reads: { files: manifest.reads.files, sets: manifest.reads.sets } }),
    runner: { name: manifest.runner.name, version: manifest.runner.version },
    recorded_by: { name: manifest.recordedBy.name },
    sessions: { earlier: sessions.earlier, verdicts: sessions.verdicts },
    reports: mapValues(manifest.reports, ({ mode, blob, sha256 }) => `${mode} ${blob} ${sha256}`),
  });
  return `${text}\n`;
}

/** Reads a manifest; accepts only the bytes that `serialiseManifest` writes, and says what is wrong else. */
export function parseManifest(bytes: Uint8Array): Result<Manifest, string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const { rest, reports } = reportsApart(text) ?? { rest: text, reports: null };
    const json: CanonicalValue = JSON.parse(rest);
    const manifest = readManifest(json, reports);
    const inForm = rest.endsWith("\n") && isCanonicalJson(rest.slice(0, -1), json);
    return inForm ? ok(manifest) : err("it is not in the form gate writes");
  } catch (error) {
    if (error instanceof Unexpected) return err(error.message);
    if (error instanceof SyntaxError) return err("it is not JSON");
    if (error instanceof TypeError) return err("it is not UTF-8");
    throw error;
  }
}

function readManifest(json: unknown, reportsRead: ReportDigests | null): Manifest {
  const members = new Members(json, "");
  const schema = members.text("schema");
  if (schema !== MANIFEST_SCHEMA) throw new Unexpected(foreignSchema(schema));
  const suite = members.text("suite", isSuiteName);
  const reads = members.optional("reads", (key) => readReadSets(members.members(key)));
  const parts = members.optional("parts", () => readParts(members));
  const listed = members.record("reports");
  const manifest: Manifest = {
    suite,
    fingerprint: members.text("fingerprint", isDigest),
    inputs: readInputs(members.members("inputs")),
    verdict: readVerdict(members, "verdict"),
    tests: members.members("tests").table((tests, id) => readTest(tests.members(id), reads)),
    deselected: readDeselected(members),
    run: readRun(members.members("run")),
    ...(parts === null ? {} : { parts }),
    machine: readMachine(members.members("machine")),
    environment: members.optional("environment", (key) => readEnvironment(members.members(key))),
    reads,
    runner: readRunner(members.members("runner")),
    recordedBy: readRecorder(members.members("recorded_by")),
    sessions: readSessions(members.members("sessions")),
    reports: reportsRead ?? readReports(listed),
  };
  members.end();
  for (const own of [manifestPath(suite), signaturePath(suite)]) {
    if (manifest.reports.has(own)) throw new Unexpected(`reports: the manifest cannot list ${own}`);
  }
  checkParts(manifest);
  return manifest;
}

function foreignSchema(schema: string): string {
  return schema.startsWith("gate/manifest@")
    ? `its schema is ${schema}; this gate reads ${MANIFEST_SCHEMA}`
    : "it is not a manifest";
}

function readVerdict(members: Members, key: string): Verdict {
  const text = members.text(key);
  const verdict = VERDICTS.find((one) => one === text);
  if (verdict === undefined) throw new Unexpected(`${members.place(key)} is not a verdict`);
  return verdict;
}

function readTest(members: Members, readSets: ReadSets | null): ManifestTest {
  const text = members.text("outcome");
  const outcome = TEST_OUTCOMES.find((one) => one === text);
  if (outcome === undefined) throw new Unexpected(`${members.place("outcome")} is not an outcome`);
  const duration = members.orNull("duration_s", (key) => members.amount(key));
  const message = members.optionalProse("message");
  const reads = members.optional("reads", (key) => members.count(key));
  if (reads !== null && reads >= (readSets?.sets.length ?? 0)) {
    throw new Unexpected(`${members.place("reads")} is not one of reads.sets`);
  }
  const resumed = readResumed(members);
  const peak = members.optional("peak_vram_mib", (key) => members.count(key));
  members.end();
  const optional = {
    ...(resumed === null ? {} : { resumed }),
    ...(peak === null ? {} : { peakVramMiB: peak }),
  };
  return { outcome, duration, message, reads, ...optional };
}

function readRunner(members: Members): Manifest["runner"] {
  const runner = { name: members.text("name"), version: members.text("version") };
  members.end();
  return runner;
}

function readRecorder(members: Members): Manifest["recordedBy"] {
  const recorder = { name: members.text("name") };
  members.end();
  return recorder;
}

function readSessions(members: Members): Manifest["sessions"] {
  const earlier = members.count("earlier");
  const counts = members.members("verdicts").table((table, key) => table.count(key));
  members.end();
  const verdicts = new Map<Verdict, number>();
  for (const [key, count] of counts) {
    const verdict = VERDICTS.find((one) => one === key);
    if (verdict === undefined) throw new Unexpected(`sessions.verdicts.${key} is not a verdict`);
    verdicts.set(verdict, count);
  }
  return { earlier, verdicts };
}

/** The number of inputs that a manifest tells of, without a look at the rest; null for what is no manifest. */
export function inputsCounted(bytes: Uint8Array): number | null {
  try {
    const text = new TextDecoder().decode(bytes);
    const manifest = new Members(JSON.parse(reportsApart(text)?.rest ?? text), "");
    return manifest.members("inputs").count("files");
  } catch (error) {
    if (error instanceof Unexpected || error instanceof SyntaxError) return null;
    throw error;
  }
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, convert: (value: V) => W): ReadonlyMap<K, W> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}
