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
import { code, MOST_ROWS, table } from "./markdown.ts";

/** The page for a pull request or a wiki. Names stand in code spans, so that none of them is markup. */
export function renderGapsMarkdown(document: GapsDocument): string {
  const { suites, problems } = document;
  return [
    "## gate gaps",
    ...suites.flatMap((suite) => suiteParts(document, suite)),
    ...problems.map(({ message, hint }) => problemLine(message, hint)),
  ].join("\n\n");
}

function suiteParts(document: GapsDocument, suite: SuiteGaps): string[] {
  const { coverage, reads, patternTests: pattern } = suite;
  return [
    `### ${code(suite.name)}`,
    ...(coverage === null ? [] : coverageParts(document, coverage)),
    ...(reads === null ? [] : readsParts(reads, suite)),
    ...(pattern === null ? [] : patternParts(pattern)),
    ...unknownPatternTests(suite).map(code),
    ...suite.problems.map(({ message, hint }) => problemLine(message, hint)),
  ];
}

function coverageParts({ report, under, rule }: GapsDocument, coverage: SuiteCoverage): string[] {
  const { totals, modules } = coverage;
  const files = gapFiles(coverage);
  const rows = modules.map(({ module, files: of, statements, uncovered, percent }) => [
    code(module),
    grouped(of),
    grouped(statements),
    grouped(uncovered),
    percentText(percent),
  ]);
  return [
    `**${totalsSentence(totals)}**`,
    ...(report === null ? [] : [`${code(report.path)}: ${code(reportSentence(report))}`]),
    ...notInputsSentence(coverage),
    ...(files.length === 0
      ? [`No file is under ${under} %.`]
      : [
          `#### ${counted(files.length, "file")} under ${under} %`,
          table(["rank", "file", "uncovered", "statements", "ran", "priority"], files.map(gapRow)),
          rule,
          ...notMeasuredSentence(coverage),
        ]),
    "#### Modules",
    table(["module", "files", "statements", "uncovered", "ran"], rows),
  ];
}

function gapRow(file: FileCoverage, index: number): string[] {
  const { path, measured, statements, uncovered, percent, priority } = file;
  const counts = measured ? [grouped(uncovered), grouped(statements)] : ["not measured", ""];
  return [String(index + 1), code(path), ...counts, percentText(percent), priority ?? ""];
}

function readsParts({ tests, unread, modules, files }: ReadingTests, suite: SuiteGaps): string[] {
  return [
    `**${grouped(unread)} of ${counted(files.length, "production file")} read by no test**`,
    readsSentence(tests, suite),
    table(
      ["module", "files", "unread"],
      modules.map(({ module, files: of, unread: none }) => [code(module), grouped(of), grouped(none)]),
    ),
    table(
      ["file", "tests that read it"],
      files.map((file) => [code(file.path), grouped(file.tests)]),
    ),
  ];
}

function patternParts(pattern: PatternTests): string[] {
  const named = pattern.tests.slice(0, MOST_ROWS).map((id) => `- ${code(id)}`);
  const rest = pattern.tests.length - named.length;
  return [
    "#### Pattern tests",
    patternSentence(pattern),
    ...(named.length === 0 ? [] : [named.join("\n")]),
    ...(rest > 0 ? [`and ${grouped(rest)} more`] : []),
  ];
}

function problemLine(message: string, hint: string | null): string {
  return `⚠️ ${code(message)}${hint === null ? "" : `<br>next: ${code(hint)}`}`;
}
