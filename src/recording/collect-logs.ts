import { dirname, join } from "node:path";
import { copyOf, makeDirectory } from "../adapters/files/files.ts";
import { findFiles } from "../adapters/files/globs.ts";
import type { Suite } from "../config/configuration.ts";
import { type LogSource, partOf, type SuiteResults, type TestResult } from "../suite/results.ts";
import type { SessionFolder } from "../suite/session.ts";

const NEVER = ["**/.git/**", "**/node_modules/**", ".gate/**"];

/** When a run wrote its files, in milliseconds since 1970. */
export interface RunTime {
  readonly from: number;
  /** Infinity while nothing else has had time to write. */
  readonly to: number;
}

/** Copies the log files that match `logs:` and that the run wrote in the working tree into the session. */
export async function collectLogs(
  suite: Suite,
  folder: SessionFolder,
  topLevel: string,
  { from, to }: RunTime,
): Promise<void> {
  if (suite.logs.length === 0) return;
  const found = await findFiles(topLevel, suite.logs, [...NEVER, `${suite.reports}/**`]);
  for (const file of found.filter(({ modifiedMs }) => modifiedMs >= from && modifiedMs <= to)) {
    const copy = join(folder.artifacts, "worktree", file.path);
    await makeDirectory(dirname(copy));
    await copyOf(file.absolute, copy);
  }
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
): Promise<SuiteResults> {
  if (suite.logs.length === 0) return results;
  const named = new Set(
    [...results.logs, ...results.tests.flatMap(({ logs }) => logs)].map(({ path }) => path),
  );
  const found = await Promise.all(
    parts.map(async ({ artifacts }, index) => {
      const files = await findFiles(artifacts, suite.logs, []);
      return files.map((file) => ({ ...file, part: index + 1 }));
    }),
  );
  const owners = new Map<string, LogSource[]>();
  const ownerless: LogSource[] = [];
  for (const { path, absolute, part } of found.flat()) {
    if (named.has(absolute)) continue;
    const owner = ownerOf(path, results.tests);
    const source = {
      name: path
        .split("/")
        .slice(owner === null ? 0 : owner.depth + 1)
        .join("/"),
      path: absolute,
    };
    if (owner !== null && owner.part !== part) continue;
    if (owner === null) ownerless.push({ ...source, name: source.name.replace(/^worktree\//, "") });
    else owners.set(owner.id, [...(owners.get(owner.id) ?? []), source]);
  }
  return {
    ...results,
    logs: [...results.logs, ...ownerless],
    tests: results.tests.map((test) => ({ ...test, logs: [...test.logs, ...(owners.get(test.id) ?? [])] })),
  };
}

function ownerOf(
  path: string,
  tests: readonly TestResult[],
): { readonly id: string; readonly part: number; readonly depth: number } | null {
  const folders = path.split("/").slice(0, -1);
  for (const [depth, folder] of folders.entries()) {
    const owners = tests.filter(({ name, id }) => name === folder || id === folder);
    const [owner] = owners;
    if (owner !== undefined && owners.length === 1) return { id: owner.id, part: partOf(owner), depth };
  }
  return null;
}
