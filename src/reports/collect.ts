import { isAbsolute, relative } from "node:path";
import { type RawLog, rawLogOpener } from "../adapters/files/raw-log.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { LogSource, SuiteResults } from "../suite/results.ts";
import { type BinaryLog, CutNotice, digestOfBinary, noteOfBinary, notePath } from "./log-notes.ts";
import { logPaths, shortNames } from "./names.ts";
import type { Normaliser, NormalisingStream } from "./normalise.ts";
import { whyNotText } from "./readable-text.ts";
import { SUITE_LOGS } from "./reports-place.ts";
import type { SecretGuard } from "./secrets/guard.ts";
import type { StagedReport, Staging } from "./staging.ts";

export interface CollectOptions {
  /** Directories that links may lead into: the session's, and where artifacts were left. */
  readonly roots: readonly string[];
  readonly topLevel: string;
  readonly suite: string;
  /** Name of the session, for what to do next. */
  readonly session: string;
  readonly maxReportBytes: number;
  readonly guard: SecretGuard;
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
  readonly warnings: readonly Problem[];
}

/**
 * Makes a report of every log, normalised. A note stands for a binary one; what else cannot be a report is refused
 * by name.
 */
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
  const warnings: Problem[] = [];
  const logs = logsOf(results, directories);
  const taken = new Set(logs.map(({ path }) => path));
  for (const log of logs) {
    await staging.pause();
    const raw = open(log.source.path);
    const copied = raw.ok ? await copyLog(raw.value, log.path, normaliser, staging, options) : raw;
    if (!copied.ok) refused.push(refusal(log, copied.error, options));
    else if (copied.value.kind === "text") {
      staged.push(copied.value.report);
      if (copied.value.leftOut !== null) warnings.push(cutOff(log, copied.value.leftOut, options));
    } else {
      const path = notePath(log.path, taken);
      taken.add(path);
      staged.push(staging.text(path, noteOfBinary(log.source.name, copied.value.log)));
      warnings.push(notCopied(log, copied.value.log, options));
    }
  }
  return { staged, refused, warnings };
}

function logsOf(
  { tests, logs }: SuiteResults,
  directories: ReadonlyMap<string, string>,
): readonly LogToCollect[] {
  return [
    ...placed(logs, shortNames(logs.map(({ name }) => name)), null, SUITE_LOGS),
    ...tests.flatMap((test) => {
      const names = test.logs.map(({ name }) => name);
      return placed(test.logs, names, test.id, directories.get(test.id) ?? test.id);
    }),
  ];
}

function placed(
  logs: readonly LogSource[],
  names: readonly string[],
  test: string | null,
  directory: string,
): readonly LogToCollect[] {
  const paths = logPaths(names);
  return logs.map((source, index) => ({ source, test, path: `logs/${directory}/${paths[index]}` }));
}

/** What became of a log. */
type Copied =
  | {
      readonly kind: "text";
      readonly report: StagedReport;
      /** What its end says was left out of it, such as `123 bytes`; null where it is whole. */
      readonly leftOut: string | null;
    }
  | { readonly kind: "binary"; readonly log: BinaryLog };

async function copyLog(
  raw: RawLog,
  path: string,
  normaliser: Normaliser,
  staging: Staging,
  { maxReportBytes, guard }: CollectOptions,
): Promise<Result<Copied, string>> {
  try {
    const first = raw.read();
    if (!first.ok) return first;
    const reason = first.value === null ? null : whyNotText(first.value);
    if (first.value !== null && reason !== null) {
      const digest = await digestOfBinary(raw, first.value, reason, () => staging.pause());
      return digest.ok ? ok({ kind: "binary", log: digest.value }) : digest;
    }
    const stream = normaliser.stream(guard.stage(path));
    return await copyText({ raw, first: first.value }, path, stream, staging, maxReportBytes);
  } finally {
    raw.close();
  }
}

async function copyText(
  { raw, first }: { readonly raw: RawLog; readonly first: Buffer | null },
  path: string,
  stream: NormalisingStream,
  staging: Staging,
  maxReportBytes: number,
): Promise<Result<Copied, string>> {
  const file = staging.open();
  const notice = new CutNotice();
  const refuse = (reason: string) => {
    file.abandon();
    return err(reason);
  };
  try {
    for (let block: Result<Buffer | null, string> = ok(first); ; block = raw.read()) {
      if (!block.ok) return refuse(block.error);
      const { value: bytes } = block;
      if (bytes !== null) notice.push(bytes);
      file.write(bytes === null ? stream.end() : stream.push(bytes));
      if (file.bytes > maxReportBytes) return refuse(tooLarge(raw.size, maxReportBytes));
      if (bytes === null) {
        return ok({ kind: "text", report: staging.finish(path, file), leftOut: notice.leftOut() });
      }
      await staging.pause();
    }
  } catch (error) {
    file.abandon();
    throw error;
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

function refusal(log: LogToCollect, reason: string, options: CollectOptions): Problem {
  return problem("report-refused", `${called(log)} ${reason}: ${placeOf(log, options).shown}`, {
    hint: `mend or remove it, or raise max-report-size in gate.yaml; then  gate run --from ${options.session}`,
    path: placeOf(log, options).path,
    suite: options.suite,
  });
}

function notCopied(log: LogToCollect, { reason }: BinaryLog, options: CollectOptions): Problem {
  const message = `${called(log)} ${reason}: a note stands for it in the reports (${placeOf(log, options).shown}).`;
  return warning("report-refused", message, {
    hint: "Let the suite log text, or have logs: in gate.yaml not match the file.",
    path: placeOf(log, options).path,
    suite: options.suite,
  });
}

function cutOff(log: LogToCollect, leftOut: string, options: CollectOptions): Problem {
  return warning("report-refused", `${called(log)} was cut off: ${leftOut} were left out.`, {
    hint: "To have it whole, raise max-report-size in gate.yaml and run again:  gate run --force",
    path: placeOf(log, options).path,
    suite: options.suite,
  });
}

function called({ source, test }: LogToCollect): string {
  return `log ${source.name} ${test === null ? "of the suite" : `of ${test}`}`;
}

function placeOf(
  { source }: LogToCollect,
  { topLevel }: CollectOptions,
): { readonly shown: string; readonly path: string | null } {
  const place = relative(topLevel, source.path);
  const inside = !place.startsWith("..") && !isAbsolute(place);
  return inside ? { shown: place, path: place } : { shown: source.path, path: null };
}
