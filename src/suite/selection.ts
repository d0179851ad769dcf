import type { DeselectedEvent } from "../protocol.ts";
import { testCount } from "./objections.ts";
import type { SuiteResults } from "./results.ts";

/** What was left out of a run by one option. */
interface LeftOut extends Pick<DeselectedEvent, "option" | "source"> {
  /** Ids. */
  readonly tests: Set<string>;
  files: number;
}

/** By option, and by what holds it. */
export type Selection = ReadonlyMap<string, Readonly<LeftOut>>;

export class SelectionCollection {
  readonly #leftOut = new Map<string, LeftOut>();

  take({ option, source, tests, files }: DeselectedEvent): void {
    const key = `${source} ${option}`;
    const found = this.#leftOut.get(key) ?? { option, source, tests: new Set(), files: 0 };
    this.#leftOut.set(key, found);
    for (const id of tests) found.tests.add(id);
    found.files += files;
  }

  finish(): Selection {
    return this.#leftOut;
  }
}

/**
 * The results with what was left out of them. A test that one command of the suite leaves out and another runs is
 * not left out. A selection that neither gate.yaml nor the project holds is a doubt: elsewhere other tests run.
 */
export function withSelection(results: SuiteResults, selection: Selection): SuiteResults {
  if (selection.size === 0) return results;
  const ran = new Set(results.tests.map(({ id }) => id));
  const groups = [...selection.values()].map(({ tests, ...about }) => ({
    ...about,
    isCounted: tests.size > 0 || about.files > 0,
    tests: [...tests].filter((id) => !ran.has(id)),
  }));
  const doubts = groups
    .filter(
      ({ source, isCounted, tests, files }) => source !== "suite" && (!isCounted || tests.length + files > 0),
    )
    .map(({ option, source, tests, files }) => {
      const count = countText(tests.length, files);
      return source === "cache" ? leftOutByCache(option, count) : leftOutByShell(option, count);
    });
  return {
    ...results,
    deselected: new Set(groups.flatMap(({ tests }) => tests)).size,
    doubts: [...results.doubts, ...doubts],
  };
}

function countText(tests: number, files: number): string {
  const parts = [
    ...(tests > 0 ? [testCount(tests)] : []),
    ...(files > 0 ? [`the tests of ${files === 1 ? "1 file" : `${files} files`}`] : []),
  ];
  return parts.join(" and ");
}

function leftOutByCache(option: string, count: string): string {
  return `${count} did not run because of ${option}, which goes by what ran on this machine before: run the suite without it.`;
}

function leftOutByShell(option: string, count: string): string {
  const what = count === "" ? "Not all tests run with" : `${count} did not run because of`;
  const variable = option.startsWith("--test-") ? "NODE_OPTIONS" : "PYTEST_ADDOPTS";
  return `${what} ${option}, which is in your shell's ${variable} and not in gate.yaml: put it into run:, or  unset ${variable}.`;
}
