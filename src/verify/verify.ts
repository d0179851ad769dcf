import type { CommitHeader } from "../adapters/git/history.ts";
import { commitHeader } from "../adapters/git/history.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type JudgedTree, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import type { Before } from "./inputs-health.ts";
import { judgeLanding, type Landed } from "./landing.ts";
import { type Comparison, comparisonOf } from "./subject.ts";
import { verifySuite } from "./suite.ts";
import { unclaimedProblems } from "./unclaimed.ts";
import type { SuiteVerification, Verification } from "./verification.ts";

export interface VerifyRequest {
  readonly revision: string;
  /** The commit that the change goes into: whom to trust and what the policy is, is read there. */
  readonly base: string | null;
  /** Judge this suite alone. */
  readonly suite: string | null;
  /** Whether the contents of the reports are read, and not only their ids compared. */
  readonly deep: boolean;
  /** When time-bound policies are judged; null: at the commit's time. */
  readonly at: Date | null;
}

/** Why there is nothing to judge, and which exit code that is. */
export interface NotJudged {
  readonly exit: 1 | 2;
  readonly problems: readonly Problem[];
}

/**
 * Judges one commit by what git has of it: runs nothing, fetches nothing, follows no link, writes nothing into
 * the repository. Whatever cannot be found out is an error among the problems.
 */
export async function verifyRevision(
  repository: Repository,
  request: VerifyRequest,
): Promise<Result<Verification, NotJudged>> {
  try {
    const compared = await comparisonOf(repository, request.revision, request.base, request.at);
    if (!compared.ok) return err({ exit: 1, problems: [compared.error] });
    const judged = await judgeTree(repository, compared.value.subject.tree);
    if (!judged.ok) return err({ exit: 2, problems: judged.error });
    if (judged.value === null) return err(await withoutConfiguration(repository, compared.value, request));
    const unknown = unknownSuite(judged.value, request.suite);
    if (unknown !== null) return err({ exit: 2, problems: [unknown] });
    return ok(await verifyJudged(repository, compared.value, judged.value, request));
  } catch (error) {
    return err({ exit: 1, problems: [problemOfFailure(error, null)] });
  }
}

async function verifyJudged(
  repository: Repository,
  compared: Comparison,
  judged: JudgedTree,
  request: VerifyRequest,
): Promise<Verification> {
  const { subject } = compared;
  const chosen = judged.suites.filter(({ suite }) => request.suite === null || suite.name === request.suite);
  const before = await beforeOf(repository, compared, request.base);
  const suites = await Promise.all(
    chosen.map((one) =>
      verifySuite(repository, {
        subject,
        judged: one,
        reportsDirectories: reportsDirectories(judged.configuration),
        before,
        deep: request.deep,
      }),
    ),
  );
  const [unclaimed, landed] = await Promise.all([
    orProblem(null, () =>
      unclaimedProblems(
        repository,
        subject.tree,
        chosen.map(({ suite }) => suite),
      ),
    ),
    landingOf(repository, compared, suites, request.base),
  ]);
  return {
    subject,
    suites: suites.map((suite) => withOwn(suite, [...unclaimed, ...landed.problems])),
    landing: landed.landing,
    problems: [...unclaimed, ...landed.problems].filter(({ suite }) => suite === null),
  };
}

function withOwn(suite: SuiteVerification, problems: readonly Problem[]): SuiteVerification {
  const own = problems.filter((one) => one.suite === suite.name);
  return own.length === 0 ? suite : { ...suite, problems: [...suite.problems, ...own] };
}

async function beforeOf(
  repository: Repository,
  { head, base }: Comparison,
  name: string | null,
): Promise<Before | null> {
  if (base !== null && name !== null && base.id !== head.id) return { tree: base.tree, name };
  const [parent] = head.parents;
  const found: CommitHeader | null = parent === undefined ? null : await commitHeader(repository, parent);
  return found === null ? null : { tree: found.tree, name: "the parent commit" };
}

type LandingOrNone = { readonly [K in keyof Landed]: K extends "landing" ? Landed[K] | null : Landed[K] };

async function landingOf(
  repository: Repository,
  { head, base }: Comparison,
  suites: readonly SuiteVerification[],
  name: string | null,
): Promise<LandingOrNone> {
  if (base === null || name === null) return { landing: null, problems: [] };
  const covered = new Set(suites.filter(({ problems }) => !hasErrors(problems)).map((one) => one.name));
  try {
    return (await judgeLanding(repository, { head, base, name, covered })) ?? { landing: null, problems: [] };
  } catch (error) {
    return { landing: null, problems: [problemOfFailure(error, null)] };
  }
}

/** A tree without gate.yaml has nothing to judge, unless the change is what took it away. */
async function withoutConfiguration(
  repository: Repository,
  { base }: Comparison,
  { revision, base: name }: VerifyRequest,
): Promise<NotJudged> {
  const before = base === null ? null : await judgeTree(repository, base.tree);
  if (before !== null && (!before.ok || before.value !== null)) {
    const message = `${revision} has no gate.yaml; ${name} has one. Nothing would be gated any more.`;
    const hint = "Take it back:  git checkout " + `${name} -- gate.yaml`;
    return { exit: 1, problems: [problem("policy-weakened", message, { path: "gate.yaml", hint })] };
  }
  const message = `${revision} has no gate.yaml, so there is no evidence to judge.`;
  return {
    exit: 2,
    problems: [problem("config-missing", message, { path: "gate.yaml", hint: "gate init" })],
  };
}

function unknownSuite({ suites }: JudgedTree, name: string | null): Problem | null {
  if (name === null || suites.some(({ suite }) => suite.name === name)) return null;
  const known = suites.map(({ suite }) => suite.name).join(", ");
  return problem("usage", `gate.yaml has no suite ${name}.`, { hint: `There are: ${known}` });
}
