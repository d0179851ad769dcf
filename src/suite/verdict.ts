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
import { diedOf, endPhrase } from "./process-end.ts";
import { type ProcessEnd, partOf, type SuiteResults, type TestResult, type Verdict } from "./results.ts";
import { isOneCommand } from "./run-command.ts";
import { whereItStopped } from "./where-it-stopped.ts";

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
  /** Not selected to run, and in no other count. */
  readonly deselected: number;
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
  /** What the runner itself complained of, so that it did not run. */
  readonly complaint?: string | null;
  /** A sentence of the system, such as the cgroup's oom_kill; null where there is no such evidence. */
  readonly outOfMemory: string | null;
  readonly suite: Tolerance;
  /** Expected failures that have ended by then excuse nothing. */
  readonly at: Date;
  /** Of a run that was resumed, the part whose end this is. */
  readonly lastPart?: number;
}

interface CommandRun extends Run {
  /** For the shell. */
  readonly command: string;
}

/** Whether tests failed that had to, so that exit code 1 says nothing; `unclear` where it may say more as well. */
type Excuse = "none" | "exit-code-1" | "unclear";

interface RecordedRun extends Run {
  readonly excuse: Excuse;
}

/** How CUDA and PyTorch say it in a test's failure. */
const OUT_OF_GPU_MEMORY = /CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|CUDA error: out of memory/;

/** The verdict comes from the structured results; the exit code can only contradict them. */
export function drawVerdict(run: CommandRun): DrawnVerdict {
  if (run.results === null) return { ...judgeRecorded(run), results: null };
  const { tests } = run.results;
  const recorded = withExpectedFailures(tests, run.suite.expectedFailures, run.at);
  const results = { ...run.results, tests: recorded };
  const { lastPart = 1 } = run;
  const excused = recorded.some((test, index) => test !== tests[index] && partOf(test) === lastPart);
  const excuse = excused ? (isOneCommand(run.command) ? "exit-code-1" : "unclear") : "none";
  return { ...judgeRecorded({ ...run, results }, excuse), results };
}

/** The verdict on results as they are recorded: what is a failure in them is one, and none is excused any more. */
export function judgeRecorded(run: Run, excuse: Excuse = "none"): Judgement {
  const { results, suite, at } = run;
  const tests = results?.tests ?? [];
  const counts = { ...countTests(tests), deselected: results?.deselected ?? 0 };
  const objections = objectionsTo(tests, suite);
  // Where the results break off, the tests that an entry names may be among the lost ones.
  const idle = results?.complete ? idleEntries(tests, suite.expectedFailures, at) : [];
  const { verdict, reasons } = judge({ ...run, excuse }, counts, objections, idle);
  return { verdict, reasons, counts, objections, idle };
}

function judge(
  run: RecordedRun,
  counts: TestCounts,
  objections: readonly Objection[],
  idle: readonly IdleEntry[],
): Pick<Judgement, "verdict" | "reasons"> {
  const { end, results } = run;
  const place = whereItStopped(results);
  const facts = { end, whole: results?.complete ?? false };
  // which of them, says the place
  const failed = end.kind === "service-failed" ? [end.reason] : [];
  const isSaid = place.length > 0 && (diedOf(facts) || stoppedEarly(end) !== null || failed.length > 0);
  const findings = objectionPhrases(objections.filter(({ kind }) => !(isSaid && kind === "missing")));
  const doubts = [...place, ...idleSentences(idle), ...(results?.doubts ?? [])];
  const early = stoppedEarly(end);
  if (early !== null)
    return { verdict: early.verdict, reasons: [early.reason, ...asSentence(findings), ...place] };
  const memory = run.outOfMemory ?? gpuMemoryEvidence(results);
  if (memory !== null) {
    return {
      verdict: "out-of-memory",
      reasons: [`Out of memory: ${memory}`, ...failed, ...asSentence(findings), ...doubts],
    };
  }
  // whatever failed then may have failed for want of the service
  if (failed.length > 0)
    return { verdict: "incomplete", reasons: [...failed, ...asSentence(findings), ...place] };
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
const FAILURES: ReadonlySet<Objection["kind"]> = new Set([
  "failed",
  "error",
  "file-error",
  "unexpected-pass",
]);

function withoutResults({ end, absence, complaint }: Run): readonly string[] {
  const sentence = `${endPhrase("The command", { end, complaint, whole: false })}.`;
  const ranNothing = end.kind === "not-started" || (end.kind === "exited" && end.code === NOT_FOUND);
  return ranNothing || absence === undefined ? [sentence] : [`${sentence} ${absence}`];
}

/** The exit code of a shell that did not find the program. */
const NOT_FOUND = 127;

function stoppedEarly(end: ProcessEnd): { readonly verdict: Verdict; readonly reason: string } | null {
  switch (end.kind) {
    case "interrupted":
      return { verdict: "interrupted", reason: "The run was interrupted." };
    case "timed-out":
      return { verdict: "timed-out", reason: "The suite was stopped at its time limit." };
    case "exited":
    case "signalled":
    case "not-started":
    case "service-failed":
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

/** Names the contradiction where the exit code says that all is well, and how a run ended that broke off. */
function contradicted(run: RecordedRun, results: SuiteResults, findings: readonly string[]): string {
  const said = joined(findings);
  const facts = { ...run, whole: results.complete };
  const how = endPhrase(runnerOf(results), facts);
  if (diedOf(facts)) return `${how}. Before that, ${said}.`;
  const { lastPart = 1 } = run;
  // the exit code of a part says nothing of those before it
  if (lastPart > 1 && !results.tests.some((test) => partOf(test) === lastPart && isFailed(test)))
    return `${said}.`;
  if (run.end.kind === "exited" && run.end.code === 0) return `${how}, but ${said}.`;
  return results.complete ? `${said}.` : `${how}, and ${said}.`;
}

function isFailed({ outcome }: TestResult): boolean {
  return outcome === "failed" || outcome === "error";
}

function nothingRan(results: SuiteResults, counts: TestCounts): string | null {
  if (!results.complete) return null;
  if (counts.total === 0) return `${runnerOf(results)} ran no test.`;
  if (counts.skipped < counts.total) return null;
  return counts.total === 1 ? "The only test was skipped." : `All ${testCount(counts.total)} were skipped.`;
}

/** What keeps a run without failures from being a pass. */
function openQuestions(
  run: RecordedRun,
  results: SuiteResults,
  counts: TestCounts,
  findings: readonly string[],
): readonly string[] {
  const question =
    findings.length > 0 ? contradicted(run, results, findings) : questionOfEnd(run, results, counts);
  const unexplained = !results.complete && results.doubts.length === 0;
  return [...(question === null ? [] : [question]), ...(unexplained ? ["The results break off."] : [])];
}

/** What the end of the command says against results in which nothing is wrong. */
function questionOfEnd(run: RecordedRun, results: SuiteResults, counts: TestCounts): string | null {
  const { end } = run;
  const facts = { ...run, whole: results.complete };
  const how = endPhrase(runnerOf(results), facts);
  if (end.kind !== "exited" || diedOf(facts)) return `${how}.`;
  if (end.code === 0 || (run.excuse === "exit-code-1" && end.code === 1)) return null;
  if (run.complaint) return `${how}.`;
  if (!results.complete) return `${how}, but no failed test was reported.`;
  if (counts.passed === counts.total)
    return `${how}, but ${counts.total === 1 ? "the only test" : `all ${testCount(counts.total)}`} passed.`;
  if (run.excuse === "none") return `${how}, but no test failed.`;
  return `${how}, but no test failed unexpectedly.${run.excuse === "unclear" && end.code === 1 ? UNCLEAR : ""}`;
}

/** What to do where the 1 of several commands cannot be told from that of the expected failures. */
const UNCLEAR =
  " The run: of the suite is several commands, and any of them may have exited so, or kept another from starting. With expected failures, let it be one command (pytest tests/a tests/b), or make a suite of each.";

/** The runner's name at the beginning of a sentence: `pytest` stays as it is, `the test runner` does not. */
function runnerOf({ runner }: SuiteResults): string {
  return runner.name.startsWith("the ") ? `T${runner.name.slice(1)}` : runner.name;
}

export function countTests(tests: readonly TestResult[]): TestCounts {
  const ended = new Map<TestResult["outcome"], number>();
  for (const { outcome } of tests) ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
  const count = (outcome: TestResult["outcome"]): number => ended.get(outcome) ?? 0;
  return {
    total: tests.length,
    passed: count("passed"),
    failed: count("failed"),
    errors: count("error"),
    skipped: count("skipped"),
    xfailed: count("xfailed"),
    xpassed: count("xpassed"),
    flaky: count("flaky"),
    missing: count(null),
    deselected: 0,
  };
}
