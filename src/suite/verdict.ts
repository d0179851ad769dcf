import { unreachable } from "../result.ts";
import { type IdleEntry, idleEntries, withExpectedFailures } from "./expected-failures.ts";
import {
  idleSentences,
  type Objection,
  objectionPhrases,
  objectionsTo,
  type Tolerance,
  testCount,
} from "./objections.ts";
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
  readonly objections: readonly Objection[];
  /** Entries of `expected-failures` that keep it from being one: they hold no more. */
  readonly idle: readonly IdleEntry[];
}

/** A judgement, and the results as they are recorded under it: what failed as expected is `xfailed`. */
export interface DrawnVerdict extends Judgement {
  readonly results: SuiteResults | null;
}

interface Run {
  readonly end: ProcessEnd;
  readonly results: SuiteResults | null;
  /** Why there are no results, as a sentence. */
  readonly absence?: string;
  /** A sentence of the system, such as the cgroup's oom_kill; null where there is no such evidence. */
  readonly outOfMemory: string | null;
  readonly suite: Tolerance;
  /** Expected failures that have ended by then excuse nothing. */
  readonly at: Date;
}

interface RecordedRun extends Run {
  readonly excused: boolean;
}

/** How CUDA and PyTorch say it in a test's failure. */
const OUT_OF_GPU_MEMORY = /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDA error: out of memory/;

/** The verdict comes from the structured results; the exit code can only contradict them. */
export function drawVerdict(run: Run): DrawnVerdict {
  if (run.results === null) return { ...judgeRecorded(run), results: null };
  const { tests } = run.results;
  const recorded = withExpectedFailures(tests, run.suite.expectedFailures, run.at);
  const results = { ...run.results, tests: recorded };
  const excused = recorded.some((test, index) => test !== tests[index]);
  return { ...judgeRecorded({ ...run, results }, excused), results };
}

/**
 * The verdict on results as they are recorded: what is a failure in them is one, and none is excused any more.
 * `excused`: the runner has seen failures that had to be, so that its exit code 1 says nothing.
 */
export function judgeRecorded(run: Run, excused = false): Judgement {
  const { results, suite, at } = run;
  const tests = results?.tests ?? [];
  const counts = countTests(tests);
  const objections = objectionsTo(tests, suite);
  // Where the results break off, the tests that an entry names may be among the lost ones.
  const idle = results?.complete ? idleEntries(tests, suite.expectedFailures, at) : [];
  const { verdict, reasons } = judge({ ...run, excused }, counts, objections, idle);
  return { verdict, reasons, counts, objections, idle };
}

function judge(
  run: RecordedRun,
  counts: TestCounts,
  objections: readonly Objection[],
  idle: readonly IdleEntry[],
): Pick<Judgement, "verdict" | "reasons"> {
  const { end, results } = run;
  const findings = objectionPhrases(objections);
  const doubts = [...idleSentences(idle), ...(results?.doubts ?? [])];
  const early = stoppedEarly(end);
  if (early !== null) return { verdict: early.verdict, reasons: [early.reason, ...asSentence(findings)] };
  const memory = run.outOfMemory ?? gpuMemoryEvidence(results);
  if (memory !== null) {
    return {
      verdict: "out-of-memory",
      reasons: [`Out of memory: ${memory}`, ...asSentence(findings), ...doubts],
    };
  }
  if (results === null) return { verdict: "incomplete", reasons: withoutResults(run) };
  if (objections.some(({ kind }) => FAILURES.has(kind))) {
    return { verdict: "failed", reasons: [contradicted(run, results, findings), ...doubts] };
  }
  const nothing = nothingRan(results, counts);
  if (nothing !== null) return { verdict: "no-tests", reasons: [nothing, ...doubts] };
  const reasons = [...openQuestions(run, results, counts, findings), ...doubts];
  return { verdict: reasons.length === 0 ? "passed" : "incomplete", reasons };
}

/** What is wrong by itself; everything else leaves open whether it would be. */
const FAILURES: ReadonlySet<Objection["kind"]> = new Set(["failed", "error", "unexpected-pass"]);

function withoutResults({ end, absence }: Run): readonly string[] {
  const sentence = endSentence(end);
  return end.kind === "not-started" || absence === undefined ? [sentence] : [`${sentence} ${absence}`];
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
  run: RecordedRun,
  results: SuiteResults,
  counts: TestCounts,
  findings: readonly string[],
): readonly string[] {
  const { end } = run;
  const runner = runnerOf(results);
  const questions: string[] = [];
  if (findings.length > 0) questions.push(contradicted(run, results, findings));
  else if (end.kind === "exited" && end.code !== 0 && !(run.excused && end.code === 1)) {
    const wholly =
      counts.passed === counts.total
        ? `all ${testCount(counts.total)} passed`
        : `no test failed${run.excused ? " unexpectedly" : ""}`;
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
