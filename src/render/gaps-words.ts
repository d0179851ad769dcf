import type { ReportFacts, SuiteGaps } from "../commands/gaps-document.ts";
import type { PatternTests } from "../gaps/context-tests.ts";
import type { FileCoverage, SumOfFiles } from "../gaps/coverage.ts";
import type { SuiteCoverage } from "../gaps/gaps.ts";

/** `1,346` */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 file`, `2 files` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `9.0 %`; of a file without a statement nothing. */
export function percentText(percent: number | null): string {
  return percent === null ? "" : `${percent.toFixed(1)} %`;
}

/** `37.5 % of 9 statements and 4 branches ran, in 3 production files` */
export function totalsSentence({
  percent,
  statements,
  branches,
  files,
  notMeasured,
  empty,
}: SumOfFiles): string {
  const other = [
    ...(notMeasured === 0 ? [] : [`${grouped(notMeasured)} not measured`]),
    ...(empty === 0 ? [] : [`${grouped(empty)} without statements`]),
  ];
  const where = `in ${counted(files, "production file")}${other.length === 0 ? "" : ` (${other.join(", ")})`}`;
  if (percent === null) return `nothing was measured ${where}`;
  const of = [
    counted(statements, "statement"),
    ...(branches === null ? [] : [counted(branches.total, "branch", "branches")]),
  ];
  return `${percentText(percent)} of ${of.join(" and ")} ran, ${where}`;
}

/** Under which circumstances the figures came about. */
export function reportSentence({ version, timestamp }: ReportFacts): string {
  return `coverage.py ${version}${timestamp === "" ? "" : `, made ${timestamp.slice(0, 19).replace("T", " ")}`}`;
}

/** Where it is known from which files the tests read. */
export function readsSentence(tests: number, { session, ofTheseInputs }: SuiteGaps): string {
  const run = session === null ? "the recorded run" : session;
  const others = ofTheseInputs ? "" : ", a run of other inputs";
  return `there is no coverage report; this is from what ${counted(tests, "test")} of ${run} read${others}`;
}

export function notMeasuredSentence({ totals }: SuiteCoverage): string[] {
  if (totals.notMeasured === 0) return [];
  return ["not measured: the report does not mention it. No test imports it, or coverage.py leaves it out."];
}

export function notInputsSentence({ notInputs }: SuiteCoverage): string[] {
  if (notInputs.length === 0) return [];
  return [
    `${counted(notInputs.length, "file")} of the report ${notInputs.length === 1 ? "is no input" : "are no inputs"} of this suite, and not counted`,
  ];
}

export function patternSentence({ source, of, tests }: PatternTests): string {
  const verb = source === "contexts" ? "ran" : "read";
  if (tests.length === 0) return `each of ${counted(of, "test")} ${verb} a production file`;
  return `${grouped(tests.length)} of ${counted(of, "test")} ${verb} no production file at all (pattern tests)`;
}

/** Said where a report is there and pattern tests are unknown: how to find them. */
export function unknownPatternTests({ coverage, patternTests }: SuiteGaps): string[] {
  if (coverage === null || patternTests !== null) return [];
  const namesTests = coverage.files.some(({ tests }) => tests !== null);
  return [
    namesTests
      ? "pattern tests: unknown, a test that ran no production file is not in the report. Measure the test files, too (source = src, tests under [run]), or record a run:  gate run"
      : "pattern tests: unknown, the report does not say which test ran what. dynamic_context = test_function under [run], then  coverage json --show-contexts",
  ];
}

/** The files under the threshold, in their order. */
export function gapFiles({ files, gaps }: SuiteCoverage): readonly FileCoverage[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return gaps.flatMap((path) => byPath.get(path) ?? []);
}
