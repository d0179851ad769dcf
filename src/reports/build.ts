import { isDiskFull, removeTree } from "../adapters/files/files.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { TestResult } from "../suite/results.ts";
import { collectLogs, tooLarge } from "./collect.ts";
import { COMMITTED_SUMMARY, committedSummary } from "./committed-summary.ts";
import { renderDiagram } from "./diagram.ts";
import { renderHashFile } from "./hash-file.ts";
import { type Manifest, manifestPath, parseManifest, serialiseManifest } from "./manifest.ts";
import { type ManifestInput, manifestOf, second } from "./manifest-of-run.ts";
import {
  type Recording,
  recordingOfSame,
  renderMetadata,
  roundedSeconds,
  testMetadata,
  utcSecond,
} from "./metadata.ts";
import { reportNames } from "./names.ts";
import { compileNormaliser, type Normaliser } from "./normalise.ts";
import type { Places } from "./normalise-places.ts";
import { behaviourFiles, type PreviousReports, readPreviousMetadata } from "./previous.ts";
import { METADATA_FILE } from "./reports-place.ts";
import type { Found, SecretGuard } from "./secrets/guard.ts";
import { redactEnvironment, redactNames } from "./secrets/names.ts";
import { secretGuard } from "./secrets/open-guard.ts";
import { type BuiltReport, type ReportStore, type StagedReport, Staging } from "./staging.ts";
import { renderSummary, type SummaryTest } from "./summary.ts";

/** Everything that reports are made from; nothing is asked of the machine or the clock. */
export interface ReportsInput extends ManifestInput {
  readonly places: Places;
  /** Absolute path of the repository's top level. */
  readonly topLevel: string;
  /** The session's name, for `gate run --from`. */
  readonly session: string;
  /** Directories that links among the logs may lead into. */
  readonly logRoots: readonly string[];
  /** For large reports. Made anew: what an earlier attempt left there goes. */
  readonly stagingDirectory: string;
  readonly store: ReportStore;
  readonly previous: PreviousReports | null;
}

export interface BuiltReports {
  /** Manifest and hash file included. */
  readonly files: readonly BuiltReport[];
  readonly manifest: Manifest;
  readonly warnings: readonly Problem[];
}

/** A test, and what was found in it before its reports are made. */
interface DescribedTest extends SummaryTest {
  readonly found: readonly Found[];
}

/**
 * Makes the reports of a session, as git blobs. A refusal touches nothing else; it names everything that is
 * refused, not only the first.
 */
export async function buildReports(input: ReportsInput): Promise<Result<BuiltReports, readonly Problem[]>> {
  const guard = await secretGuard(input.suite, input.session);
  const compiled = compileNormaliser(input.suite.normalise, input.places, guard.text);
  if (!compiled.ok) return compiled;
  const unfinished = input.results.tests.filter(({ outcome }) => outcome === null);
  if (unfinished.length > 0) return err(unfinished.map((test) => neverEnded(test, input)));
  try {
    return await build(input, compiled.value, guard);
  } catch (error) {
    if (!isFull(error)) throw error;
    return err([
      problem("disk-full", `the disk is full: the reports of session ${input.session} could not be stored`, {
        hint: `make room, then  gate run --from ${input.session}`,
        suite: input.suite.name,
      }),
    ]);
  }
}

/** git says it in words only. */
function isFull(error: unknown): boolean {
  return (
    isDiskFull(error) ||
    (error instanceof Error && /No space left on device|Disk quota exceeded/.test(error.message))
  );
}

function neverEnded(test: TestResult, { suite, session }: ReportsInput): Problem {
  return problem("results-invalid", `${test.id} never ended; no reports are made of session ${session}`, {
    suite: suite.name,
  });
}

async function build(
  input: ReportsInput,
  normaliser: Normaliser,
  guard: SecretGuard,
): Promise<Result<BuiltReports, readonly Problem[]>> {
  const { suite } = input;
  const { results, found, renamed } = redactNames(input.results, guard);
  await removeTree(input.stagingDirectory);
  const staging = new Staging(input.stagingDirectory, input.store);
  const directories = reportNames(results.tests);
  const logs = await collectLogs(results, directories, normaliser, staging, {
    roots: input.logRoots,
    topLevel: input.topLevel,
    suite: suite.name,
    session: input.session,
    maxReportBytes: suite.maxReportBytes,
    guard,
  });
  const tests = results.tests.map((test): DescribedTest => {
    const metadata = guard.gather(() => testMetadata(test, normaliser));
    return {
      metadata: metadata.made,
      directory: directories.get(test.id) ?? test.id,
      found: [...(found.get(test.id) ?? []), ...metadata.found],
    };
  });
  const diagrams = await stageDiagrams(tests, normaliser, staging, guard);
  const refused = [...logs.refused, ...oversized(diagrams, input)];
  if (refused.length > 0) return err([...refused, ...guard.refusals()]);
  const behaviour = await staging.withBlobs([...logs.staged, ...diagrams]);
  const summary = `${suite.name}-latest.txt`;
  const described = [
    ...(await stageMetadata(tests, behaviour, staging, input, guard)),
    staging.text(
      summary,
      guard.sealed(summary, renderSummary(suite.name, input.verdict, tests, results.deselected)),
    ),
    ...stagedSummary(input, tests, staging, guard),
    staging.text(`${suite.name}.hash`, renderHashFile(input.fingerprint, suite.name)),
  ];
  const tooMuch = oversized(described, input);
  if (tooMuch.length > 0) return err([...tooMuch, ...guard.refusals()]);
  const reports = [...behaviour, ...(await staging.withBlobs(described))];
  const manifest = sealedManifest(manifestOf(withIds(input, renamed), tests, reports), guard);
  const refusals = guard.refusals();
  if (refusals.length > 0) return err(refusals);
  const table = staging.text(manifestPath(suite.name), serialiseManifest(manifest));
  const files = [...reports, ...(await staging.withBlobs([table]))];
  return ok({ files, manifest, warnings: [...logs.warnings, ...guard.warnings()] });
}

/** What was read is told by the tests' ids. */
function withIds(input: ReportsInput, renamed: ReadonlyMap<string, string>): ReportsInput {
  if (renamed.size === 0) return input;
  const setOf = new Map([...input.reads.setOf].map(([id, set]) => [renamed.get(id) ?? id, set]));
  return { ...input, reads: { ...input.reads, setOf } };
}

/** A name in the text would lose its place, or be there twice: before it is written, all of them are redacted. */
function sealedManifest(manifest: Manifest, guard: SecretGuard): Manifest {
  const { environment } = manifest;
  const { made, found } = guard.gather(() => environment && redactEnvironment(environment, guard));
  const named = { ...manifest, environment: made };
  const text = serialiseManifest(named);
  const sealed = guard.sealed(manifestPath(manifest.suite), text, found);
  if (sealed === text) return named;
  const parsed = parseManifest(Buffer.from(sealed));
  if (!parsed.ok) throw new Error(`the manifest cannot be redacted: ${parsed.error}`);
  return parsed.value;
}

async function stageDiagrams(
  tests: readonly DescribedTest[],
  normaliser: Normaliser,
  staging: Staging,
  guard: SecretGuard,
): Promise<readonly StagedReport[]> {
  const staged: StagedReport[] = [];
  for (const { metadata, directory, found } of tests) {
    await staging.pause();
    const path = `${directory}.puml`;
    const diagram = guard.gather(() => renderDiagram(metadata.test, normaliser));
    staged.push(staging.text(path, guard.sealed(path, diagram.made, [...found, ...diagram.found])));
  }
  return staged;
}

/** Where gate.yaml wants the summary of a session among the reports. */
function stagedSummary(
  { suite, verdict, results }: ReportsInput,
  tests: readonly DescribedTest[],
  staging: Staging,
  guard: SecretGuard,
): readonly StagedReport[] {
  if (suite.summary !== "committed") return [];
  const text = committedSummary(suite, verdict, tests, results.deselected);
  return [staging.text(COMMITTED_SUMMARY, guard.sealed(COMMITTED_SUMMARY, text))];
}

/** A test whose other files are the previous ones keeps its metadata, down to the time of recording. */
async function stageMetadata(
  tests: readonly DescribedTest[],
  behaviour: readonly BuiltReport[],
  staging: Staging,
  { run, previous }: ReportsInput,
  guard: SecretGuard,
): Promise<readonly StagedReport[]> {
  const unchanged = await readPreviousMetadata(previous, behaviourFiles(behaviour));
  const staged: StagedReport[] = [];
  for (const { metadata, directory, found } of tests) {
    await staging.pause();
    const now: Recording = {
      timestamp: utcSecond(metadata.test.startedAt) ?? second(run.started),
      duration: roundedSeconds(metadata.test.duration),
    };
    const before = unchanged.get(directory);
    const recording = (before === undefined ? null : recordingOfSame(metadata, before, guard.unseen)) ?? now;
    const path = `logs/${directory}/${METADATA_FILE}`;
    staged.push(staging.text(path, guard.sealed(path, renderMetadata(metadata, recording), found)));
  }
  return staged;
}

/** Logs are stopped while they are written; this is for what was made of prompts and messages. */
function oversized(staged: readonly StagedReport[], { suite, session }: ReportsInput): readonly Problem[] {
  return staged
    .filter(({ bytes }) => bytes > suite.maxReportBytes)
    .map(({ path, bytes }) =>
      problem("report-refused", `${suite.reports}/${path} ${tooLarge(bytes, suite.maxReportBytes)}`, {
        hint: `raise max-report-size in gate.yaml; then  gate run --from ${session}`,
        suite: suite.name,
      }),
    );
}
