import type { GapsDocument, SuiteGaps } from "../commands/gaps-document.ts";
import type { PatternTests } from "../gaps/context-tests.ts";
import type { FileCoverage } from "../gaps/coverage.ts";
import type { SuiteCoverage } from "../gaps/gaps.ts";
import type { ReadingTests } from "../gaps/reading-tests.ts";
import {
  counted,
  gapFiles,
  grouped,
  notInputsSentence,
  notMeasuredSentence,
  patternSentence,
  percentText,
  readsSentence,
  reportSentence,
  totalsSentence,
  unknownPatternTests,
} from "./gaps-words.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

const MOST_MODULES = 10;
const MOST_FILES = 20;
const LONGEST_NAME = 200;

/** What the tests leave untested, the files to begin with first. */
export function renderGaps(given: GapsDocument): string {
  const document = singleLined(given);
  const suites = document.suites.map((suite) => renderSuite(document, suite));
  const general = document.problems.length === 0 ? [] : [renderProblems(document.problems)];
  return [...suites, ...general].join("\n\n");
}

function renderSuite(document: GapsDocument, suite: SuiteGaps): string {
  const { name, coverage, reads, patternTests: pattern, problems } = suite;
  const blocks = [
    ...(coverage === null ? [] : coverageBlocks(document, coverage)),
    ...(reads === null ? [] : readsBlocks(reads, suite)),
    ...(pattern === null ? [] : [patternBlock(pattern)]),
    ...unknownPatternTests(suite).map((line) => [line]),
    ...(problems.length === 0 ? [] : [[renderProblems(problems)]]),
  ];
  return [name, ...blocks.map((lines) => indented(lines.join("\n")))].join("\n\n").replace("\n\n", "\n");
}

function coverageBlocks(document: GapsDocument, coverage: SuiteCoverage): string[][] {
  const { report, under, rule } = document;
  const { totals, modules } = coverage;
  const heading = [
    totalsSentence(totals),
    ...(report === null ? [] : [`${shown(report.path)}: ${reportSentence(report)}`]),
    ...notInputsSentence(coverage),
  ];
  const rows = modules
    .slice(0, MOST_MODULES)
    .map(({ module, files, statements, uncovered, percent }) => [
      shown(module),
      grouped(files),
      grouped(statements),
      grouped(uncovered),
      percentText(percent),
    ]);
  const table = columns([["module", "files", "statements", "uncovered", "ran"], ...rows], "lrrrr");
  return [heading, [...table, ...more(modules.length - rows.length)], ...gapsBlocks(coverage, under, rule)];
}

function gapsBlocks(coverage: SuiteCoverage, under: number, rule: string): string[][] {
  const files = gapFiles(coverage);
  if (files.length === 0) return [[`no file is under ${under} %`]];
  const rows = files.slice(0, MOST_FILES).map(gapRow);
  return [
    [
      `${counted(files.length, "file")} under ${under} %`,
      ...columns([["", "uncovered", "of", "ran", "file"], ...rows], "lrrrl"),
      ...more(files.length - rows.length),
    ],
    [rule, ...notMeasuredSentence(coverage)],
  ];
}

function gapRow({ path, measured, statements, uncovered, percent, priority }: FileCoverage): string[] {
  const counts = measured ? [grouped(uncovered), grouped(statements)] : ["", "not measured"];
  return [priority ?? "", ...counts, percentText(percent), shown(path)];
}

function readsBlocks({ tests, unread, modules, files }: ReadingTests, suite: SuiteGaps): string[][] {
  const gaps = modules.filter((module) => module.unread > 0);
  const rows = gaps
    .slice(0, MOST_MODULES)
    .map(({ module, files: of, unread: none }) => [shown(module), grouped(of), grouped(none)]);
  const fewest = files.slice(0, MOST_FILES).map((file) => [grouped(file.tests), shown(file.path)]);
  return [
    [
      `${grouped(unread)} of ${counted(files.length, "production file")} read by no test`,
      readsSentence(tests, suite),
    ],
    ...(rows.length === 0
      ? []
      : [[...columns([["module", "files", "unread"], ...rows], "lrr"), ...more(gaps.length - rows.length)]]),
    ...(fewest.length === 0
      ? []
      : [[...columns([["tests", "file"], ...fewest], "rl"), ...more(files.length - fewest.length)]]),
  ];
}

function patternBlock(pattern: PatternTests): string[] {
  const named = pattern.tests.slice(0, MOST_FILES).map((id) => `  ${shown(id)}`);
  return [patternSentence(pattern), ...named, ...more(pattern.tests.length - named.length)];
}

function more(count: number): string[] {
  return count > 0 ? [`  and ${grouped(count)} more; all of them:  gate gaps --json`] : [];
}

/** Columns, to the left or to the right, two blanks between them. */
function columns(rows: readonly (readonly string[])[], sides: string): string[] {
  const widths = [...sides].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return sides[column] === "r" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

function shown(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
