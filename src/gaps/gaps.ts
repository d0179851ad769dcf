import { compareByBytes } from "../reports/canonical-json.ts";
import { err, ok, type Result } from "../result.ts";
import { patternTests } from "../suite/pattern-tests.ts";
import { isProductionFile } from "../suite/production-files.ts";
import type { Reads } from "../suite/reads.ts";
import { type PatternTests, patternTestsByContext } from "./context-tests.ts";
import { type Coverage, coverageOf, type ProductionFile } from "./coverage.ts";
import type { CoverageReport } from "./coverage-report.ts";
import { type ReadingTests, readingTests } from "./reading-tests.ts";
import { placeFiles } from "./report-paths.ts";
import { testReader } from "./test-contexts.ts";

/** What a suite leaves untested. */
export interface Gaps {
  /** null where there is no coverage report. */
  readonly coverage: SuiteCoverage | null;
  /** Where there is no coverage report: which files the tests read. null where nobody looked. */
  readonly reads: ReadingTests | null;
  /** null where nothing tells what single tests reached. */
  readonly patternTests: PatternTests | null;
}

export interface SuiteCoverage extends Coverage {
  /** Files of the report that are neither tests nor inputs, in byte order. */
  readonly notInputs: readonly string[];
  /** How many inputs of the suite, tests among them, the report names. */
  readonly inputsNamed: number;
}

export interface GapsFacts {
  /** Every input: its path, and whether there is nothing in it. */
  readonly inputs: readonly Input[];
  /** Those that pin what lies outside git: what they name is data, and they are not production files. */
  readonly pins: ReadonlySet<string>;
  readonly report: CoverageReport | null;
  /** What the tests of the last run read; null where nobody looked. */
  readonly reads: Reads | null;
  /** Ids of the tests that the recorded run executed. */
  readonly ran: readonly string[];
  readonly topLevel: string;
  /** In percent. */
  readonly under: number;
}

export interface Input {
  readonly path: string;
  readonly isEmpty: boolean;
}

/** Pure: from what was measured or recorded to what is missing. The error says what is wrong with the report. */
export function gapsOf(facts: GapsFacts): Result<Gaps, string> {
  const { inputs, report, reads } = facts;
  const isProduction = isProductionOf(facts);
  const production = inputs.filter(({ path }) => isProduction(path));
  if (report !== null) return gapsOfReport(facts, report, production);
  const paths = production.map(({ path }) => path);
  return ok({
    coverage: null,
    reads: reads === null ? null : readingTests(paths, reads),
    patternTests: patternTestsByReads(reads, isProduction),
  });
}

function isProductionOf({ pins }: GapsFacts): (path: string) => boolean {
  return (path) => isProductionFile(path) && !pins.has(path);
}

function gapsOfReport(
  facts: GapsFacts,
  report: CoverageReport,
  production: readonly Input[],
): Result<Gaps, string> {
  const { inputs, reads, ran, topLevel, under } = facts;
  const paths = new Set(inputs.map(({ path }) => path));
  const names = report.files.map(({ name }) => name);
  const placed = placeFiles(names, paths, topLevel);
  const testsOf = testReader();
  const files = report.files.map(({ name, counts, contexts }) => ({
    name,
    path: placed.get(name) ?? null,
    counts,
    tests: testsOf(contexts),
  }));
  const byPath = new Map<string, (typeof files)[number]>();
  for (const file of files) {
    if (file.path === null) continue;
    const other = byPath.get(file.path);
    if (other !== undefined) return err(`has ${file.path} twice: as ${other.name} and as ${file.name}`);
    byPath.set(file.path, file);
  }
  const namesTests = files.some(({ tests }) => tests.length > 0);
  const known = production.flatMap(({ path, isEmpty }): ProductionFile[] => {
    const file = byPath.get(path);
    if (file !== undefined)
      return [{ path, counts: file.counts, tests: namesTests ? file.tests.length : null }];
    return isEmpty || !CAN_BE_MEASURED.test(path) ? [] : [{ path, counts: null, tests: null }];
  });
  const notInputs = files
    .filter(({ path }) => path === null || (!paths.has(path) && isProductionFile(path)))
    .map(({ name, path }) => path ?? name)
    .toSorted(compareByBytes);
  const inputsNamed = files.filter(({ path }) => path !== null && paths.has(path)).length;
  return ok({
    coverage: { ...coverageOf(known, under), notInputs, inputsNamed },
    reads: null,
    patternTests: patternTestsByContext(files, ran) ?? patternTestsByReads(reads, isProductionOf(facts)),
  });
}

/** Of a prompt or a table of data no line runs: that the report does not mention it says nothing. */
const CAN_BE_MEASURED = /\.pyw?"?$/;

function patternTestsByReads(
  reads: Reads | null,
  isProduction: (path: string) => boolean,
): PatternTests | null {
  if (reads === null) return null;
  const tests = patternTests(reads.byTest, isProduction).toSorted(compareByBytes);
  return { source: "reads", of: reads.byTest.size, tests };
}
