import { dirname, join } from "node:path";
import micromatch from "micromatch";
import { copyOf, makeDirectory } from "../adapters/files/files.ts";
import { type FoundFile, findFiles } from "../adapters/files/globs.ts";
import type { Suite } from "../config/configuration.ts";
import { type LogSource, partOf, type SuiteResults, type TestResult } from "../suite/results.ts";
import type { SessionFolder } from "../suite/session.ts";

const NEVER = ["**/.git/**", "**/node_modules/**", ".gate/**"];

/** Where the copies of files from the working tree are, beside what the run itself left among its artifacts. */
const COPIES = "worktree";
const copiesIn = (artifacts: string) => join(artifacts, COPIES);

/** When a run wrote its files, in milliseconds since 1970. */
export interface RunTime {
  readonly from: number;
  /** Infinity while nothing else has had time to write. */
  readonly to: number;
}

/**
 * Copies the log files that match `logs:` and that the run wrote in the working tree into the session, and those below
 * GATE_ARTIFACTS whose names are no UTF-8: a copy has a name that can be written down.
 */
export async function collectLogs(
  suite: Suite,
  folder: SessionFolder,
  topLevel: string,
  { from, to }: RunTime,
): Promise<void> {
  if (suite.logs.length === 0) return;
  const found = await findFiles(topLevel, suite.logs, [...NEVER, `${suite.reports}/**`]);
  const written = found.filter(({ modifiedMs }) => modifiedMs >= from && modifiedMs <= to);
  const own = await ownFiles(folder.artifacts, suite.logs);
  const misnamed = own.filter(({ place }) => typeof place !== "string");
  for (const { path, place } of [...written, ...misnamed]) {
    const copy = join(copiesIn(folder.artifacts), path);
    await makeDirectory(dirname(copy));
    await copyOf(place, copy);
  }
}

export interface WithLogs {
  readonly results: SuiteResults;
  /** Patterns of `logs:` that have met none of them. */
  readonly idle: readonly string[];
}

/**
 * Adds the log files that match `logs:` and that no event has named: the copies from the working tree, and
 * those below GATE_ARTIFACTS, of each part of the run. A folder on their way that bears a test's name says whose they
 * are; a test that ended in one part has none from another.
 */
export async function withCollectedLogs(
  suite: Suite,
  parts: readonly SessionFolder[],
  results: SuiteResults,
): Promise<WithLogs> {
  if (suite.logs.length === 0) return { results, idle: [] };
  const told = [...results.logs, ...results.tests.flatMap(({ logs }) => logs)];
  const named = new Set(told.map(({ path }) => path));
  const found = (
    await Promise.all(parts.map((folder, index) => logsIn(folder, suite.logs, index + 1)))
  ).flat();
  const owners = new Map<string, LogSource[]>();
  const ownerless: LogSource[] = [];
  for (const { path, absolute, part } of found) {
    if (named.has(absolute)) continue;
    const folders = path.split("/");
    const owner = ownerOf(folders.slice(0, -1), results.tests);
    const name = folders.slice(owner === null ? 0 : owner.depth + 1).join("/");
    if (owner === null) ownerless.push({ name, path: absolute });
    else if (owner.part === part)
      owners.set(owner.id, [...(owners.get(owner.id) ?? []), { name, path: absolute }]);
  }
  return {
    results: {
      ...results,
      logs: [...results.logs, ...ownerless],
      tests: results.tests.map((test) => ({
        ...test,
        logs: [...test.logs, ...(owners.get(test.id) ?? [])],
      })),
    },
    idle: idlePatterns(suite.logs, [...found.map(({ path }) => path), ...told.map(({ name }) => name)]),
  };
}

interface FoundLog {
  /** From where the patterns count: the top of the repository, or the directory that GATE_ARTIFACTS names. */
  readonly path: string;
  readonly absolute: string;
  readonly part: number;
}

async function logsIn(
  { artifacts }: SessionFolder,
  patterns: readonly string[],
  part: number,
): Promise<readonly FoundLog[]> {
  const [copies, own] = await Promise.all([
    findFiles(copiesIn(artifacts), patterns, []),
    ownFiles(artifacts, patterns),
  ]);
  return [...copies, ...own].flatMap(({ path, place }) =>
    typeof place === "string" ? [{ path, absolute: place, part }] : [],
  );
}

/** What the run itself left among its artifacts. */
function ownFiles(artifacts: string, patterns: readonly string[]): Promise<readonly FoundFile[]> {
  return findFiles(artifacts, patterns, [`${COPIES}/**`]);
}

/** What a runner has named may lie anywhere: the name alone counts. Braces may hold several names, or none. */
function idlePatterns(patterns: readonly string[], found: readonly string[]): readonly string[] {
  const names = found.map((path) => path.slice(path.lastIndexOf("/") + 1));
  return patterns.filter((pattern) => {
    if (/[{(]/.test(pattern)) return names.length === 0;
    const last = pattern.slice(pattern.lastIndexOf("/") + 1);
    const isMet = micromatch.matcher(last === "**" ? "*" : last, { dot: true });
    return !pattern.startsWith("!") && !names.some((name) => isMet(name));
  });
}

function ownerOf(
  folders: readonly string[],
  tests: readonly TestResult[],
): { readonly id: string; readonly part: number; readonly depth: number } | null {
  for (const [depth, folder] of folders.entries()) {
    const owners = tests.filter(({ name, id }) => name === folder || id === folder);
    const [owner] = owners;
    if (owner !== undefined && owners.length === 1) return { id: owner.id, part: partOf(owner), depth };
  }
  return null;
}
