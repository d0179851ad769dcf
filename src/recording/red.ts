import { basename, join } from "node:path";
import { makeDirectory, removeTree } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import type { Problem } from "../problem.ts";
import type { TestOutcome } from "../protocol.ts";
import { reportNames } from "../reports/names.ts";
import { err, ok, type Result } from "../result.ts";
import { usageComplaint } from "../suite/complaint.ts";
import { suiteEnvironment } from "../suite/environment.ts";
import { type Execution, executeSuite } from "../suite/execute.ts";
import { hasEnded, mayFail } from "../suite/expected-failures.ts";
import { gpusFor } from "../suite/gpu.ts";
import { injectReporters, NOTHING_INHERITED } from "../suite/injection.ts";
import type { SuiteResults, TestResult } from "../suite/results.ts";
import { createSession, newMark, type SessionFolder, sessionPath } from "../suite/session.ts";
import { drawVerdict } from "../suite/verdict.ts";
import { takeGpuTurn } from "./gpu-turn.ts";
import { noGpu } from "./preflight.ts";
import { clearOldResults, keepResults, readResults } from "./read-results.ts";
import { type FailingAssertion, failingAssertion } from "./red-assertion.ts";
import { redCommand, selectingPytest } from "./red-command.ts";
import type { Surroundings } from "./request.ts";
import { replaceInstances, type Served, serviceProblems, withServices } from "./services.ts";

export interface RedRequest {
  readonly worktree: Worktree;
  readonly suite: Suite;
  /** One run each. */
  readonly selectors: readonly string[];
  readonly surroundings: Surroundings;
}

/** What the runs of a red phase have shown. */
export interface RedPhase {
  readonly suite: string;
  readonly started: Date;
  readonly session: SessionFolder;
  readonly variables: readonly RedVariable[];
  readonly runs: readonly RedRun[];
  readonly interrupted: boolean;
}

export interface RedVariable {
  readonly name: string;
  readonly value: string;
  readonly from: "env" | "gpu";
}

export interface RedRun {
  readonly selector: string;
  readonly command: string;
  /** Of the log in the phase's own directory. */
  readonly log: string;
  readonly durationMs: number;
  /** `red`: there are tests, and all of them failed. */
  readonly state: "red" | "not-red" | "not-run";
  readonly tests: readonly RedTest[];
  /** Why there are no results, or why they are not whole. */
  readonly reasons: readonly string[];
}

export interface RedTest extends FailingAssertion {
  readonly id: string;
  /** null: it never ended. */
  readonly outcome: TestOutcome | null;
  /** gate.yaml expects it to fail, or the runner does. */
  readonly expected: boolean;
}

const GRACE_MS = 5_000;

/**
 * Runs some tests of a suite, which are to fail, in the working tree as it is. Makes no evidence and no
 * session.json: whatever counts the sessions of a suite does not see it.
 */
export async function runRed(request: RedRequest): Promise<Result<RedPhase, readonly Problem[]>> {
  const { worktree, suite, surroundings } = request;
  const gpus = await gpusFor(suite, surroundings.environment);
  if (!gpus.ok) return err([noGpu(suite.name, gpus.error)]);
  const asked = { directory: worktree.topLevel, suite, surroundings, patienceMs: suite.timeoutMs };
  const turn = await takeGpuTurn(asked, gpus.value);
  if (!turn.ok) return err([turn.error]);
  try {
    return await runPhase(request, turn.value.variables);
  } finally {
    turn.value.release();
  }
}

async function runPhase(
  request: RedRequest,
  gpu: Readonly<Record<string, string>>,
): Promise<Result<RedPhase, readonly Problem[]>> {
  const { worktree, suite, surroundings } = request;
  const started = surroundings.now();
  const session = await createSession(worktree.topLevel, started);
  await Promise.all(
    [session.events, session.artifacts, session.texts, session.reserve].map((path) => removeTree(path)),
  );
  await replaceInstances(suite.services, surroundings);
  const needs = {
    suite,
    cwd: worktree.topLevel,
    surroundings,
    variables: gpu,
    session,
    mark: newMark(),
    changed: () => undefined,
  };
  const phase = phaseOf(suite, session, started, gpu);
  const ran = await withServices(needs, (served) => runEach(request, { session, started, gpu, served }));
  const failure = ran.kind === "not-up" ? ran.failure : ran.died;
  if (failure === "interrupted" || surroundings.abort.aborted)
    return ok({
      ...phase,
      runs: ran.kind === "ran" && ran.value.ok ? ran.value.value : [],
      interrupted: true,
    });
  if (failure !== null) return err(serviceProblems(needs, failure));
  if (ran.kind === "not-up") throw new Error("services that did not come up have a reason");
  return ran.value.ok ? ok({ ...phase, runs: ran.value.value, interrupted: false }) : ran.value;
}

interface Phase {
  readonly session: SessionFolder;
  readonly started: Date;
  readonly gpu: Readonly<Record<string, string>>;
  readonly served: Served;
}

/** One selector after the other, until somebody interrupts. */
async function runEach(
  request: RedRequest,
  { session, ...phase }: Phase,
): Promise<Result<readonly RedRun[], readonly Problem[]>> {
  const { worktree, suite, selectors } = request;
  const names = reportNames(selectors.map((selector) => ({ id: selector, name: selector })));
  const runs: RedRun[] = [];
  for (const selector of selectors) {
    const stale = await clearOldResults(worktree, suite);
    if (stale.length > 0) return err(stale);
    const place = await redPlace(session, names.get(selector) ?? selector);
    const { run, interrupted } = await runOne(request, { ...phase, selector, place });
    if (interrupted) break;
    runs.push(run);
  }
  return ok(runs);
}

function phaseOf(
  suite: Suite,
  session: SessionFolder,
  started: Date,
  gpu: Readonly<Record<string, string>>,
): Omit<RedPhase, "runs" | "interrupted"> {
  const variables = Object.entries({ ...gpu, ...suite.env }).map(
    ([name, value]): RedVariable => ({ name, value, from: name in suite.env ? "env" : "gpu" }),
  );
  return { suite: suite.name, session, started, variables };
}

/** Where the logs and the summary of a red phase are. */
export function redDirectory({ directory }: SessionFolder): string {
  return join(directory, "red");
}

/** The same, for people: relative to the top level. */
export function redPath({ name }: SessionFolder): string {
  return `${sessionPath(name)}/red`;
}

/** Like a session of its own, with the output beside those of the others. */
async function redPlace(session: SessionFolder, name: string): Promise<SessionFolder> {
  const directory = join(redDirectory(session), "raw", name);
  const below = (file: string) => join(directory, file);
  const place = {
    name: session.name,
    directory,
    record: below("session.json"),
    settings: below("reporter.json"),
    ended: null,
    output: join(redDirectory(session), `${name}.log`),
    events: below("events"),
    artifacts: below("artifacts"),
    texts: below("texts"),
    staging: below("reports"),
    reserve: below("reserve"),
  };
  for (const one of [place.events, place.artifacts, place.texts]) await makeDirectory(one);
  return place;
}

interface OneRun extends Omit<Phase, "session"> {
  readonly selector: string;
  readonly place: SessionFolder;
}

async function runOne(
  request: RedRequest,
  one: OneRun,
): Promise<{ readonly run: RedRun; readonly interrupted: boolean }> {
  const { worktree, suite } = request;
  const { selector, place, started, served } = one;
  const { command } = redCommand(suite, selector);
  const { end, outOfMemory, durationMs } = await execute(request, one);
  await keepResults(worktree, suite, place, { from: started.getTime(), to: Number.POSITIVE_INFINITY });
  const { results: read } = await readResults(worktree, suite, place);
  // What gate.yaml expects is beside the point here: the tests are asked what they do.
  const strict = { ...suite, expectedFailures: [] };
  const complaint = await usageComplaint(end, place.output);
  const judged = { command, end, outOfMemory, complaint, suite: strict, at: started };
  const { reasons } = read.ok
    ? drawVerdict({ ...judged, results: read.value })
    : drawVerdict({ ...judged, results: null, absence: read.error.message });
  const tests = read.ok ? selectedTests(read.value, selector) : [];
  const run: RedRun = {
    selector,
    command,
    log: basename(place.output),
    durationMs,
    state: stateOf(tests),
    tests: tests.map((test) => redTest(test, suite, started, worktree.topLevel)),
    reasons: tests.length > 0 && tests.every(({ outcome }) => outcome !== null) ? [] : reasons,
  };
  return { run, interrupted: served.abort.aborted };
}

async function execute(
  { worktree, suite, surroundings }: RedRequest,
  { selector, place, gpu, served }: OneRun,
): Promise<Execution> {
  const mark = newMark();
  const { command, variables } = redCommand(suite, selector);
  const env = suiteEnvironment(surroundings.environment, {
    events: place.events,
    artifacts: place.artifacts,
    root: worktree.topLevel,
    sessionId: mark,
    env: { ...served.variables, ...gpu, ...suite.env, ...variables },
  });
  const settings = {
    logs: suite.logs,
    maxLogBytes: suite.maxReportBytes,
    observe: false,
    ownModules: [],
    ownPackages: [],
    ...NOTHING_INHERITED,
    continueOnCollectionErrors: true,
  };
  const reporters = await injectReporters(place, surroundings.pluginsDirectory, settings, {
    ...env,
    PYTEST_ADDOPTS: selectingPytest(env.PYTEST_ADDOPTS),
  });
  return executeSuite({
    command,
    cwd: worktree.topLevel,
    env: { ...env, ...reporters },
    timeoutMs: suite.timeoutMs,
    graceMs: GRACE_MS,
    sessionId: mark,
    outputPath: place.output,
    echo: await surroundings.openSuiteOutput(),
    abort: served.abort,
  });
}

/** A command that could not be narrowed runs others as well; where no id says so, all that ran was asked for. */
function selectedTests({ tests }: SuiteResults, selector: string): readonly TestResult[] {
  const path = selector.replace(/^\.\//, "").replace(/\/+$/, "");
  const named = tests.filter(
    ({ id }) => id === path || ["::", "[", "/"].some((next) => id.startsWith(`${path}${next}`)),
  );
  return named.length > 0 ? named : tests;
}

function stateOf(tests: readonly TestResult[]): RedRun["state"] {
  if (tests.length === 0) return "not-run";
  return tests.every(({ outcome }) => isRed(outcome)) ? "red" : "not-red";
}

/** A failure that the runner itself has been told to expect is one too. */
export function isRed(outcome: RedTest["outcome"]): boolean {
  return outcome === "failed" || outcome === "error" || outcome === "xfailed";
}

function redTest(
  { id, outcome, message, file }: TestResult,
  { expectedFailures }: Suite,
  at: Date,
  topLevel: string,
): RedTest {
  const living = expectedFailures.filter((entry) => !hasEnded(entry, at));
  return {
    id,
    outcome,
    expected: outcome === "xfailed" || mayFail(id, living),
    ...failingAssertion(message, { file, topLevel }),
  };
}
