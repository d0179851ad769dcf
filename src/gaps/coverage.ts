import { compareByBytes } from "../reports/canonical-json.ts";
import type { BranchCounts, LineCounts } from "./coverage-report.ts";
import { byModule } from "./modules.ts";
import { type Priority, priorityOf } from "./priorities.ts";

/** A production file, and what ran of it. */
export interface FileCoverage extends LineCounts {
  readonly path: string;
  /** False where the report does not mention it: never imported, or left out. Then all counts are 0. */
  readonly measured: boolean;
  readonly uncovered: number;
  /** Of statements and branches, rounded down to tenths; null where there is nothing to cover. */
  readonly percent: number | null;
  /** null where it is not under the threshold. */
  readonly priority: Priority | null;
  /** How many tests ran lines of it; null where the report does not say. */
  readonly tests: number | null;
}

export interface SumOfFiles extends LineCounts {
  readonly files: number;
  readonly notMeasured: number;
  /** Files without a statement. */
  readonly empty: number;
  /** Files under the threshold. */
  readonly under: number;
  readonly uncovered: number;
  readonly percent: number | null;
}

export interface ModuleCoverage extends SumOfFiles {
  /** A directory; `.` for the top level. */
  readonly module: string;
}

export interface Coverage {
  readonly totals: SumOfFiles;
  /** Those with the most uncovered statements first. */
  readonly modules: readonly ModuleCoverage[];
  /** In byte order. */
  readonly files: readonly FileCoverage[];
  /** Paths of the files under the threshold, in the order in which to go about them. */
  readonly gaps: readonly string[];
}

export interface ProductionFile {
  readonly path: string;
  /** What the report says of it; null where it does not mention it. */
  readonly counts: LineCounts | null;
  readonly tests: number | null;
}

/** Sums up production files, and ranks those of which less than `under` percent ran. Pure. */
export function coverageOf(production: readonly ProductionFile[], under: number): Coverage {
  const files = production
    .map((file) => fileCoverage(file, under))
    .toSorted((left, right) => compareByBytes(left.path, right.path));
  return {
    totals: sumOf(files),
    modules: [...byModule(files)]
      .map(([module, of]) => ({ module, ...sumOf(of) }))
      .toSorted((a, b) => b.uncovered - a.uncovered || compareByBytes(a.module, b.module)),
    files,
    gaps: files
      .filter(({ priority }) => priority !== null)
      .toSorted(byUrgency)
      .map(({ path }) => path),
  };
}

/** `files` are in byte order already, and sorting keeps it where nothing else decides. */
function byUrgency(left: FileCoverage, right: FileCoverage): number {
  const [first, second] = [left.priority ?? "", right.priority ?? ""];
  if (first !== second) return first < second ? -1 : 1;
  return right.uncovered - left.uncovered;
}

const NOTHING: LineCounts = { statements: 0, covered: 0, excluded: 0, branches: null };

function fileCoverage({ path, counts, tests }: ProductionFile, under: number): FileCoverage {
  const { statements, covered, excluded, branches } = counts ?? NOTHING;
  const measured = counts !== null;
  const percent = measured ? percentOf({ statements, covered, branches }) : 0;
  const ran = covered + (branches?.covered ?? 0);
  const whole = statements + (branches?.total ?? 0);
  const isUnder = measured ? ran * 100 < under * whole : under > 0;
  const uncovered = statements - covered;
  const priority = isUnder ? priorityOf(ran > 0, measured ? uncovered : null) : null;
  return { path, measured, statements, covered, excluded, branches, uncovered, percent, priority, tests };
}

function sumOf(files: readonly FileCoverage[]): SumOfFiles {
  const sum = (of: (file: FileCoverage) => number) => files.reduce((total, file) => total + of(file), 0);
  const [statements, covered] = [sum((file) => file.statements), sum((file) => file.covered)];
  const branches = sumOfBranches(files.flatMap((file) => file.branches ?? []));
  return {
    files: files.length,
    notMeasured: sum(({ measured }) => Number(!measured)),
    empty: sum((file) => Number(file.measured && file.percent === null)),
    under: sum(({ priority }) => Number(priority !== null)),
    statements,
    covered,
    uncovered: statements - covered,
    excluded: sum((file) => file.excluded),
    branches,
    percent: percentOf({ statements, covered, branches }),
  };
}

function sumOfBranches(branches: readonly BranchCounts[]): BranchCounts | null {
  if (branches.length === 0) return null;
  return branches.reduce((left, right) => ({
    total: left.total + right.total,
    covered: left.covered + right.covered,
    partial: left.partial + right.partial,
  }));
}

/** As coverage.py has it, statements and branches together, but never more than is so: 99.96 is 99.9, not 100. */
function percentOf({ statements, covered, branches }: Omit<LineCounts, "excluded">): number | null {
  const whole = statements + (branches?.total ?? 0);
  if (whole === 0) return null;
  return Math.floor(((covered + (branches?.covered ?? 0)) * 1000) / whole) / 10;
}
