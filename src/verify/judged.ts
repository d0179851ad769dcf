import { commitHeader } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Configuration, Suite, WaiverPolicy } from "../config/configuration.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { type JudgedSuite, type JudgedTree, reportsDirectories } from "../judgement/judge.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { judgeAgainstBase } from "./against-base.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import type { Before } from "./inputs-health.ts";
import type { Landed } from "./landing.ts";
import { verifySignature } from "./signature.ts";
import type { Comparison } from "./subject.ts";
import { verifySuite } from "./suite.ts";
import { type SigningPolicy, signingPolicy } from "./trust.ts";
import { unclaimedProblems } from "./unclaimed.ts";
import type { Subject, SuiteVerification, Verification } from "./verification.ts";
import { type FoundWaivers, readWaivers, waive } from "./waivers.ts";

interface Depth {
  /** Judge this suite alone; null: all of them. */
  readonly suite: string | null;
  readonly deep: boolean;
}

/** Everything that a tree with a gate.yaml can be asked. */
export async function verifyJudged(
  repository: Repository,
  compared: Comparison,
  judged: JudgedTree,
  depth: Depth,
): Promise<Verification> {
  const { subject } = compared;
  const chosen = judged.suites.filter(({ suite }) => depth.suite === null || suite.name === depth.suite);
  const signing = await signingPolicy(repository, compared.base?.tree ?? null, judged.configuration.signing);
  const suites = await verifySuites(repository, compared, judged, chosen, {
    deep: depth.deep,
    signing: signing.ok ? signing.value : null,
  });
  const trust = signing.ok ? signing.value.trust : null;
  const [unclaimed, against, waivers] = await Promise.all([
    orProblem(null, () => unclaimedProblems(repository, subject.tree, chosen.map(suiteOfJudged))),
    againstBase(repository, compared, trust, suites),
    waiversOf(repository, compared, judged, trust, suites),
  ]);
  const found = [
    ...(signing.ok ? [] : [signing.error]),
    ...unclaimed,
    ...against.problems,
    ...waivers.problems,
  ];
  const names = new Set(suites.map(({ name }) => name));
  return {
    subject,
    suites: suites.map((suite) => withOwn(waived(suite, waivers), found)),
    landing: against.landing,
    problems: found.filter(({ suite }) => suite === null || !names.has(suite)),
  };
}

const suiteOfJudged = ({ suite }: JudgedSuite): Suite => suite;

async function verifySuites(
  repository: Repository,
  compared: Comparison,
  { configuration }: JudgedTree,
  chosen: readonly JudgedSuite[],
  { deep, signing }: { readonly deep: boolean; readonly signing: SigningPolicy | null },
): Promise<readonly SuiteVerification[]> {
  const before = await beforeOf(repository, compared);
  const directories = reportsDirectories(configuration);
  const { subject } = compared;
  return Promise.all(
    chosen.map(async (one) => {
      const request = { subject, judged: one, reportsDirectories: directories, before, deep };
      const [verified, signed] = await Promise.all([
        verifySuite(repository, request),
        signing === null ? null : signatureOf(repository, subject, one.suite, signing),
      ]);
      return signed === null ? { ...verified, assurance: null } : withSigner(verified, signed);
    }),
  );
}

type Signed = Awaited<ReturnType<typeof verifySignature>>;

async function signatureOf(
  repository: Repository,
  { tree, at }: Subject,
  suite: Suite,
  policy: SigningPolicy,
): Promise<Signed> {
  try {
    return await verifySignature(repository, tree, suite, policy, at);
  } catch (error) {
    return { assurance: null, signer: null, problems: [problemOfFailure(error, suite.name)] };
  }
}

/** A signature says nothing of evidence that is wrong in itself. */
function withSigner(verified: SuiteVerification, { assurance, signer, problems }: Signed): SuiteVerification {
  const all = [...verified.problems, ...problems];
  return hasErrors(all)
    ? { ...verified, assurance: null, problems: all }
    : { ...verified, assurance, signer, problems: all };
}

function withOwn(suite: SuiteVerification, found: readonly Problem[]): SuiteVerification {
  const own = found.filter((one) => one.suite === suite.name);
  return own.length === 0 ? suite : { ...suite, problems: [...suite.problems, ...own] };
}

function waived(suite: SuiteVerification, { waivers }: FoundWaivers): SuiteVerification {
  const waiver = waivers.get(suite.name);
  return waiver === undefined ? suite : waive(suite, waiver);
}

async function beforeOf(repository: Repository, { head, base }: Comparison): Promise<Before | null> {
  if (base !== null && base.id !== head.id) return { tree: base.tree, name: base.name };
  const [parent] = head.parents;
  const found = parent === undefined ? null : await commitHeader(repository, parent);
  return found === null ? null : { tree: found.tree, name: "the parent commit" };
}

async function againstBase(
  repository: Repository,
  { subject, head, base }: Comparison,
  trust: SigningPolicy["trust"],
  suites: readonly SuiteVerification[],
): Promise<Landed> {
  if (base === null) return { landing: null, problems: [] };
  const covered = new Set(suites.filter(({ problems }) => !hasErrors(problems)).map(({ name }) => name));
  return judgeAgainstBase(repository, { head, base, trust, at: subject.at, covered });
}

/** All suites of the tree count against how many waivers there may be, also where one alone is asked about. */
async function waiversOf(
  repository: Repository,
  { subject: { tree, at }, base }: Comparison,
  { configuration, suites: all }: JudgedTree,
  trust: SigningPolicy["trust"],
  verified: readonly SuiteVerification[],
): Promise<FoundWaivers> {
  const others = all.filter(({ suite }) => verified.every(({ name }) => name !== suite.name));
  const unasked = others.map(({ suite, inputs }) => ({
    name: suite.name,
    fingerprint: inputs.fingerprint,
    problems: [],
  }));
  try {
    const policy = await waiverPolicy(repository, base?.tree ?? null, configuration);
    const found = await readWaivers(repository, tree, {
      policy,
      trust,
      at,
      suites: [...verified, ...unasked],
    });
    const unaskedNames = new Set(unasked.map(({ name }) => name));
    return { ...found, problems: found.problems.filter(({ suite }) => !unaskedNames.has(suite ?? "")) };
  } catch (error) {
    return { waivers: new Map(), problems: [problemOfFailure(error, null)] };
  }
}

/** The base says who may waive: a change cannot give itself leave. */
async function waiverPolicy(
  repository: Repository,
  base: TreeId | null,
  own: Configuration,
): Promise<WaiverPolicy> {
  const before = base === null ? null : await configurationOf(repository, base);
  return before?.ok && before.value !== null ? before.value.waivers : own.waivers;
}
