import { lastChanges } from "../adapters/git/history.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import { changesSinceEvidence } from "../judgement/changes.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import { undeclaredLinkTargets } from "../judgement/links.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import { type Manifest, manifestPath } from "../reports/manifest.ts";
import { recordedFacts } from "../reports/recorded-facts.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import { collapseProblems, type InputsHealth } from "./inputs-health.ts";
import { judgementOf, tallyOf, verdictProblems } from "./outcomes.ts";
import { shapeProblems } from "./shape.ts";
import type { ChangedInput, Subject, SuiteVerification } from "./verification.ts";

export interface SuiteRequest {
  readonly subject: Subject;
  readonly judged: JudgedSuite;
  readonly reportsDirectories: readonly string[];
  readonly health: InputsHealth;
  /** Whether the reports' contents are read. */
  readonly deep: boolean;
}

/** Everything about one suite but who signed for it. */
export async function verifySuite(repository: Repository, request: SuiteRequest): Promise<SuiteVerification> {
  const { subject, judged, health, deep } = request;
  const { suite, inputs, recorded } = judged;
  const { manifest } = recorded;
  const [changes, links, contents] = await Promise.all([
    changesOf(repository, request),
    linkProblems(repository, request),
    deep && manifest !== null ? orProblem(suite.name, () => deepProblems(repository, suite, manifest)) : [],
  ]);
  const judgement = manifest === null ? null : judgementOf(suite, manifest, subject.at);
  const problems = [
    ...judged.problems,
    ...agreement(judged, changes),
    ...recorded.problems.map((one) => ({ ...one, hint: one.hint ?? PUT_BACK })),
    ...(manifest === null ? [] : manifestProblems(judged, manifest)),
    ...(manifest === null || judgement === null ? [] : verdictProblems(suite, manifest, judgement)),
    ...contents,
    ...collapseProblems(judged, health),
    ...health.problems,
    ...links,
  ];
  return {
    name: suite.name,
    fingerprint: inputs.fingerprint,
    recorded: recorded.hash,
    verdict: manifest?.verdict ?? null,
    tests: judgement === null ? null : tallyOf(judgement),
    assurance: hasErrors(problems) ? null : "consistent",
    signer: null,
    evidence: manifest === null ? null : recordedFacts(manifest),
    attempts: manifest === null ? null : manifest.sessions,
    changes: changes.changes,
    waiver: null,
    problems,
  };
}

function manifestProblems({ suite, inputs, recorded }: JudgedSuite, manifest: Manifest): Problem[] {
  const covers = recorded.hash === inputs.fingerprint;
  const path = `${suite.reports}/${manifestPath(suite.name)}`;
  const message = `${path} counts ${manifest.inputs.files} inputs; its fingerprint covers ${inputs.files}.`;
  const miscounted = covers && manifest.inputs.files !== inputs.files;
  return [
    ...shapeProblems(suite, manifest),
    ...(miscounted ? [problem("manifest-invalid", message, { path, suite: suite.name })] : []),
  ];
}

/** Loaded where it is asked for: it is a sixth of all that verify has. */
async function deepProblems(repository: Repository, suite: Suite, manifest: Manifest): Promise<Problem[]> {
  const { contentProblems } = await import("./contents.ts");
  return contentProblems(repository, suite, manifest);
}

const PUT_BACK =
  "Put back what the run recorded:  gate attach && git commit,  or run it anew:  gate run && git commit";

interface Changes {
  readonly changes: readonly ChangedInput[];
  /** Whether the history here reaches the recorded run. */
  readonly known: boolean;
}

const UNCHANGED: Changes = { changes: [], known: true };

/** What changed after the recorded run, and in which commit; a history that breaks off is no error here. */
async function changesOf(
  repository: Repository,
  { subject, judged, reportsDirectories }: SuiteRequest,
): Promise<Changes> {
  const { suite, staleness } = judged;
  const { tree, commit } = subject;
  if (staleness !== "outdated" || commit === null) return UNCHANGED;
  try {
    const since = await changesSinceEvidence(repository, tree, commit, judged, reportsDirectories);
    if (since.recordedIn === null || since.changes.length === 0) return { changes: [], known: false };
    const pathspecs = inputPathspecs(suite, reportsDirectories);
    const commits = await lastChanges(repository, since.recordedIn.id, commit, pathspecs);
    const changes = since.changes.map((one) => ({ ...one, commit: commits.get(one.path) ?? null }));
    return { changes, known: true };
  } catch (error) {
    problemOfFailure(error, suite.name);
    return { changes: [], known: false };
  }
}

/** Whether hash and inputs agree. */
function agreement({ suite, staleness }: JudgedSuite, { changes, known }: Changes): Problem[] {
  const path = `${suite.reports}/${suite.name}.hash`;
  const hint = "On a machine that can run it:  gate run && git commit";
  if (staleness === "missing") {
    const message = `${suite.name} has no evidence in this commit: ${path} is not there.`;
    return [problem("missing-evidence", message, { path, suite: suite.name, hint })];
  }
  if (staleness !== "outdated") return [];
  const [first] = changes;
  const more = changes.length > 1 ? ` and ${changes.length - 1} more` : "";
  const what =
    first === undefined
      ? "the inputs changed after the recorded run"
      : `the inputs changed after the recorded run: ${first.path}${more}`;
  const unknown = known ? "" : "; the history here does not say which of them";
  const message = `${what}${unknown}.`;
  return [problem("stale-evidence", message, { path: first?.path ?? path, suite: suite.name, hint })];
}

/** Where a link leads is in a blob, which a partial clone may lack: then nothing is said. */
async function linkProblems(
  repository: Repository,
  { subject, judged, reportsDirectories }: SuiteRequest,
): Promise<readonly Problem[]> {
  if (judged.inputs.links === 0) return [];
  try {
    return await undeclaredLinkTargets(repository, subject.tree, judged.suite, reportsDirectories);
  } catch (error) {
    problemOfFailure(error, judged.suite.name);
    return [];
  }
}
