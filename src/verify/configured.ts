import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Configuration, Suite, WaiverPolicy } from "../config/configuration.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { type JudgedSuite, type JudgedTree, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { judgeAgainstBase } from "./against-base.ts";
import { orProblem, problemOfFailure } from "./failures.ts";
import { type Before, inputsHealth } from "./inputs-health.ts";
import type { Landed } from "./landing.ts";
import { verifySignature } from "./signature.ts";
import type { Comparison } from "./subject.ts";
import { type SuiteRequest, verifySuite } from "./suite.ts";
import { outsideSigning, type SigningPolicy, signingPolicy } from "./trust.ts";
import { unclaimedProblems } from "./unclaimed.ts";
import type { Subject, SuiteVerification, Verification } from "./verification.ts";
import { type FoundWaivers, readWaivers, waive } from "./waivers.ts";

interface Question {
  /** The tree's own. */
  readonly configuration: Configuration;
  readonly chosen: readonly Suite[];
  readonly deep: boolean;
}

/** Everything that a commit with a gate.yaml can be asked. */
export async function verifyConfigured(
  repository: Repository,
  compared: Comparison,
  question: Question,
): Promise<Verification> {
  const { configuration, chosen } = question;
  const { subject, base } = compared;
  const before = beforeOf(compared);
  // git is asked everything at once: reading large manifests keeps gate busy meanwhile
  const [judged, outside, unclaimed, ...health] = await Promise.all([
    judgeConfigured(repository, subject.tree),
    outsideSigning(repository, base?.tree ?? null),
    orProblem(null, () => unclaimedProblems(repository, subject.tree, chosen)),
    ...chosen.map((suite) => inputsHealth(repository, subject.tree, suite, before)),
  ]);
  const signing = outside.ok ? signingPolicy(outside.value, configuration.signing) : null;
  const requests = judged
    .filter(({ suite }) => chosen.some(({ name }) => name === suite.name))
    .flatMap((one, index) => {
      const found = health[index];
      return found === undefined ? [] : [{ ...requestOf(compared, question, one), health: found }];
    });
  const suites = await Promise.all(requests.map((request) => believed(repository, request, signing)));
  const trust = signing?.trust ?? null;
  const [against, waivers] = await Promise.all([
    againstBase(repository, compared, trust, suites),
    waiversOf(repository, compared, { configuration, suites: judged }, trust, suites),
  ]);
  const found = [
    ...(outside.ok ? [] : [outside.error]),
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

/** In file order. */
async function judgeConfigured(repository: Repository, tree: TreeId): Promise<readonly JudgedSuite[]> {
  const judged = await judgeTree(repository, tree);
  if (!judged.ok || judged.value === null) throw new Error("a configuration was read a moment ago");
  return judged.value.suites;
}

function requestOf({ subject }: Comparison, { configuration, deep }: Question, judged: JudgedSuite) {
  return { subject, judged, reportsDirectories: reportsDirectories(configuration), deep };
}

async function believed(
  repository: Repository,
  request: SuiteRequest,
  signing: SigningPolicy | null,
): Promise<SuiteVerification> {
  const [verified, signed] = await Promise.all([
    verifySuite(repository, request),
    signing === null ? null : signatureOf(repository, request.subject, request.judged.suite, signing),
  ]);
  return signed === null ? { ...verified, assurance: null } : withSigner(verified, signed);
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

function beforeOf({ head, parent, base }: Comparison): Before | null {
  if (base !== null && base.id !== head.id) return { tree: base.tree, name: base.name };
  return parent === null ? null : { tree: parent.tree, name: "the parent commit" };
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
  { configuration, suites: all }: Pick<JudgedTree, "configuration" | "suites">,
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
