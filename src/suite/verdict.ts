import type { Suite } from "../config/configuration.ts";
import { unreachable } from "../result.ts";
import type { ProcessEnd, SuiteResults, TestResult, Verdict } from "./results.ts";

export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
  readonly xfailed: number;
  readonly xpassed: number;
  readonly flaky: number;
  /** Planned or started, and never ended. */
  readonly missing: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Whole sentences, the one that matters first; empty where the verdict is `passed`. */
  readonly reasons: readonly string[];
  readonly counts: TestCounts;
  /** The tests that keep the run from being a pass. */
  readonly objections: readonly TestResult[];
}

interface Run {
  readonly end: ProcessEnd;
  readonly results: SuiteResults | null;
  /** A sentence of the system, such as the cgroup's oom_kill; null where there is no such evidence. */
  readonly outOfMemory: string | null;
  readonly suite: Pick<Suite, "skips" | "flaky">;
}

/** How CUDA and PyTorch say it in a test's failure. */
const OUT_OF_GPU_MEMORY = /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDA error: out of memory/;

/** The verdict comes from the structured results; the exit code can only contradict them. */
export function drawVerdict(run: Run): Judgement {
  const counts = countTests(run.results?.tests ?? []);
  const { verdict, reasons } = judge(run, counts);
  return { verdict, reasons, counts, objections: objectionsOf(run) };
}

function objectionsOf({ results, suite }: Run): readonly TestResult[] {
  return (results?.tests ?? []).filter(({ id, outcome }) => {
    if (outcome === "skipped") return !isDeclared(id, suite.skips);
    if (outcome === "flaky") return suite.flaky === "refuse";
    return outcome === null || outcome === "failed" || outcome === "error";
  });
}

function judge(run: Run, counts: TestCounts): Pick<Judgement, "verdict" | "reasons"> {
  const { end, results } = run;
  const findings = findingsOf(run, counts);
  const doubts = results?.doubts ?? [];
  const early = stoppedEarly(end);
  if (early !== null) return { verdict: early.verdict, reasons: [early.reason, ...asSentence(findings)] };
  const memory = run.outOfMemory ?? gpuMemoryEvidence(results);
  if (memory !== null) {
    return {
      verdict: "out-of-memory",
      reasons: [`Out of memory: ${memory}`, ...asSentence(findings), ...doubts],
    };
  }
  if (results === null) return { verdict: "incomplete", reasons: [withoutResults(end)] };
  if (counts.failed + counts.errors > 0) {
    return { verdict: "failed", reasons: [contradicted(run, results, findings), ...doubts] };
  }
  const nothing = nothingRan(results, counts);
  if (nothing !== null) return { verdict: "no-tests", reasons: [nothing, ...doubts] };
  const reasons = [...openQuestions(run, results, counts, findings), ...doubts];
  return { verdict: reasons.length === 0 ? "passed" : "incomplete", reasons };
}

function withoutResults(end: ProcessEnd): string {
  if (end.kind === "not-started") return endSentence(end);
  const way = "add a gate reporter to it, or name its JUnit XML file in `results:`";
  return `${endSentence(end)} It left no structured results: ${way}.`;
}

function stoppedEarly(end: ProcessEnd): { readonly verdict: Verdict; readonly reason: string } | null {
  switch (end.kind) {
    case "interrupted":
      return { verdict: "interrupted", reason: "The run was interrupted." };
    case "timed-out":
      return { verdict: "timed-out", reason: "The suite was stopped at its time limit." };
    case "exited":
    case "signalled":
    case "not-started":
      return null;
    default:
      return unreachable(end);
  }
}

function gpuMemoryEvidence(results: SuiteResults | null): string | null {
  for (const test of results?.tests ?? []) {
    if (test.outcome !== "failed" && test.outcome !== "error") continue;
    const line = test.message?.split("\n").find((one) => OUT_OF_GPU_MEMORY.test(one));
    if (line !== undefined) return `${test.id}: ${line.trim().slice(0, 300)}`;
  }
  return null;
}

/** Phrases that stand after each other in one sentence: "1 test failed and 13 were skipped without …". */
function findingsOf(run: Run, counts: TestCounts): readonly string[] {
  const objections = objectionsOf(run);
  const undeclared = objections.filter(({ outcome }) => outcome === "skipped").length;
  const flaky = objections.filter(({ outcome }) => outcome === "flaky").length;
  const phrases: readonly (readonly [number, (subject: string, was: string) => string])[] = [
    [counts.failed, (subject) => `${subject}failed`],
    [counts.errors, (subject) => `${subject}ended in an error`],
    [counts.missing, (subject) => `${subject}never ended`],
    [undeclared, (subject, was) => `${subject}${was} skipped without a declared reason`],
    [flaky, (subject) => `${subject}passed only when tried again`],
  ];
  return phrases
    .filter(([count]) => count > 0)
    .map(([count, phrase], index) =>
      phrase(index === 0 ? `${testCount(count)} ` : `${count} `, count === 1 ? "was" : "were"),
    );
}

function testCount(count: number): string {
  return count === 1 ? "1 test" : `${count} tests`;
}

function asSentence(phrases: readonly string[]): readonly string[] {
  return phrases.length === 0 ? [] : [`${joined(phrases)}.`];
}

function joined(phrases: readonly string[]): string {
  return phrases.length < 2 ? phrases.join("") : `${phrases.slice(0, -1).join(", ")} and ${phrases.at(-1)}`;
}

/** Names the contradiction where the exit code says that all is well. */
function contradicted({ end }: Run, results: SuiteResults, findings: readonly string[]): string {
  const said = joined(findings);
  if (end.kind === "exited" && end.code === 0) return `${runnerOf(results)} exited 0, but ${said}.`;
  return end.kind === "exited" ? `${said}.` : `${endSentence(end, runnerOf(results))} Before that, ${said}.`;
}

function nothingRan(results: SuiteResults, counts: TestCounts): string | null {
  if (!results.complete) return null;
  if (counts.total === 0) return `${runnerOf(results)} ran no test.`;
  return counts.skipped === counts.total ? `All ${testCount(counts.total)} were skipped.` : null;
}

/** What keeps a run without failures from being a pass. */
function openQuestions(
  run: Run,
  results: SuiteResults,
  counts: TestCounts,
  findings: readonly string[],
): readonly string[] {
  const { end } = run;
  const runner = runnerOf(results);
  const questions: string[] = [];
  if (findings.length > 0) questions.push(contradicted(run, results, findings));
  else if (end.kind === "exited" && end.code !== 0) {
    const wholly =
      counts.passed === counts.total ? `all ${testCount(counts.total)} passed` : "no test failed";
    questions.push(
      `${runner} exited ${end.code}, but ${results.complete ? wholly : "no failed test was reported"}.`,
    );
  } else if (end.kind !== "exited") questions.push(endSentence(end, runner));
  if (!results.complete && results.doubts.length === 0) questions.push("The results break off.");
  return questions;
}

/** The runner's name at the beginning of a sentence: `pytest` stays as it is, `the test runner` does not. */
function runnerOf({ runner }: SuiteResults): string {
  return runner.name.startsWith("the ") ? `T${runner.name.slice(1)}` : runner.name;
}

function endSentence(end: ProcessEnd, who = "The command"): string {
  switch (end.kind) {
    case "exited":
      return `${who} exited ${end.code}${end.code === 127 ? ": the shell did not find its program" : ""}.`;
    case "signalled":
      return `${who} was killed by ${end.signal}.`;
    case "not-started":
      return `The command could not be started: ${end.reason}.`;
    case "timed-out":
      return `${who} was stopped at its time limit.`;
    case "interrupted":
      return `${who} was interrupted.`;
    default:
      return unreachable(end);
  }
}

function isDeclared(id: string, skips: Suite["skips"]): boolean {
  return skips.some((skip) => matchesWildcard(id, skip.match));
}

/** `*` matches anything, also nothing and slashes; everything else is literal (`[` is common in test ids). */
export function matchesWildcard(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

export function countTests(tests: readonly TestResult[]): TestCounts {
  const ended = (outcome: TestResult["outcome"]): number =>
    tests.filter((test) => test.outcome === outcome).length;
  return {
    total: tests.length,
    passed: ended("passed"),
    failed: ended("failed"),
    errors: ended("error"),
    skipped: ended("skipped"),
    xfailed: ended("xfailed"),
    xpassed: ended("xpassed"),
    flaky: ended("flaky"),
    missing: ended(null),
  };
}
