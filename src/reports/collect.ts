import { isAbsolute, relative } from "node:path";
import { type RawLog, rawLogOpener } from "../adapters/files/raw-log.ts";
import type { StagedFile } from "../adapters/files/staged-file.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { LogSource, SuiteResults } from "../suite/results.ts";
import { logPaths, SUITE_LOGS } from "./names.ts";
import type { Normaliser } from "./normalise.ts";
import { whyNotText } from "./readable-text.ts";
import type { StagedReport, Staging } from "./staging.ts";

export interface CollectOptions {
  /** Directories that links may lead into: the session's, and where artifacts were left. */
  readonly roots: readonly string[];
  readonly topLevel: string;
  readonly suite: string;
  /** Name of the session, for what to do next. */
  readonly session: string;
  readonly maxReportBytes: number;
}

/** One raw log and where it goes. */
interface LogToCollect {
  readonly source: LogSource;
  /** Id of its test; null: of the suite as a whole. */
  readonly test: string | null;
  readonly path: string;
}

export interface CollectedLogs {
  readonly staged: readonly StagedReport[];
  readonly refused: readonly Problem[];
}

/** Makes a report of every log, normalised; what cannot be one is refused by name. */
export async function collectLogs(
  results: SuiteResults,
  directories: ReadonlyMap<string, string>,
  normaliser: Normaliser,
  staging: Staging,
  options: CollectOptions,
): Promise<CollectedLogs> {
  const open = rawLogOpener(options.roots);
  const staged: StagedReport[] = [];
  const refused: Problem[] = [];
  for (const log of logsOf(results, directories)) {
    await staging.pause();
    const raw = open(log.source.path);
    const copied = raw.ok ? await copyLog(raw.value, log.path, normaliser, staging, options) : raw;
    if (copied.ok) staged.push(copied.value);
    else refused.push(refusal(log, copied.error, options));
  }
  return { staged, refused };
}

function logsOf(
  { tests, logs }: SuiteResults,
  directories: ReadonlyMap<string, string>,
): readonly LogToCollect[] {
  return [
    ...placed(logs, null, SUITE_LOGS),
    ...tests.flatMap((test) => placed(test.logs, test.id, directories.get(test.id) ?? test.id)),
  ];
}

function placed(logs: readonly LogSource[], test: string | null, directory: string): readonly LogToCollect[] {
  const paths = logPaths(logs.map(({ name }) => name));
  return logs.map((source, index) => ({ source, test, path: `logs/${directory}/${paths[index]}` }));
}

async function copyLog(
  raw: RawLog,
  path: string,
  normaliser: Normaliser,
  staging: Staging,
  { maxReportBytes }: CollectOptions,
): Promise<Result<StagedReport, string>> {
  const file = staging.open();
  try {
    const copied = await copyText(raw, file, normaliser, staging, maxReportBytes);
    if (copied.ok) return ok(staging.finish(path, file));
    file.abandon();
    return copied;
  } catch (error) {
    file.abandon();
    throw error;
  } finally {
    raw.close();
  }
}

async function copyText(
  raw: RawLog,
  file: StagedFile,
  normaliser: Normaliser,
  staging: Staging,
  maxReportBytes: number,
): Promise<Result<null, string>> {
  const stream = normaliser.stream();
  for (let first = true; ; first = false) {
    const block = raw.read();
    if (!block.ok) return block;
    const { value: bytes } = block;
    const reason = first && bytes !== null ? whyNotText(bytes) : null;
    if (reason !== null) return err(reason);
    file.write(bytes === null ? stream.end() : stream.push(bytes));
    if (file.bytes > maxReportBytes) return err(tooLarge(raw.size, maxReportBytes));
    if (bytes === null) return ok(null);
    await staging.pause();
  }
}

export function tooLarge(rawBytes: number, limit: number): string {
  return `has more than ${readableSize(limit)} when normalised (${readableSize(rawBytes)} raw), the limit of max-report-size`;
}

function readableSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${units[unit]}`;
}

function refusal({ source, test }: LogToCollect, reason: string, options: CollectOptions): Problem {
  const place = relative(options.topLevel, source.path);
  const inside = !place.startsWith("..") && !isAbsolute(place);
  const owner = test === null ? "of the suite" : `of ${test}`;
  return problem("report-refused", `log ${source.name} ${owner} ${reason}: ${inside ? place : source.path}`, {
    hint: `mend or remove it, or raise max-report-size in gate.yaml; then  gate run --from ${options.session}`,
    path: inside ? place : null,
    suite: options.suite,
  });
}
