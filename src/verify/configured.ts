import { commitHeader, mergeBase } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import { EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { type JudgedSuite, type JudgedTree, judgeTree, reportsDirectories } from "../judgement/judge.ts";
import { whereHere } from "../judgement/where-here.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { believed } from "./believed.ts";
import { orProblem } from "./failures.ts";
import { type Before, inputsHealth, UNASKED_HEALTH } from "./inputs-health.ts";
import type { Landed, LandingQuestion } from "./landing.ts";
import type { Comparison } from "./subject.ts";
import { type OutsideSigning, outsideSigning, type SigningPolicy, signingPolicy } from "./trust.ts";
import { unclaimedProblems } from "./unclaimed.ts";
import type { SuiteVerification, Verification } from "./verification.ts";
import { waive } from "./waive.ts";
import type { FoundWaivers } from "./waivers.ts";
import { waiversInForce } from "./waivers-in-force.ts";

interface Question {
  /** The tree's own. */
  readonly configuration: Configuration;
  readonly chosen: readonly Suite[];
  /** The one suite that is asked about; null: all of them. */
  readonly only: string | null;
  readonly deep: boolean;
  /** Whether it goes where nothing is yet. */
  readonly isFirst: boolean;
}

/** Everything that a commit with a gate.yaml can be asked. */
export async function verifyConfigured(
  repository: Repository,
  compared: Comparison,
  question: Question,
): Promise<Verification> {
  const { configuration, chosen, isFirst } = question;
  const { subject, base } = compared;
  const before = beforeOf(repository, compared);
  // git is asked everything at once: reading large manifests keeps gate busy meanwhile
  const [judged, outside, unclaimed, ownSigning, ...health] = await Promise.all([
    judgeConfigured(repository, subject.tree),
    outsideSigning(repository, {
      base: base?.tree ?? null,
      isFirst,
      matters: () => signingMatters(repository, subject.tree, configuration),
    }),
    orProblem(null, () => unclaimedProblems(repository, subject.tree, chosen)),
    orProblem(null, () => signingFiles(repository, subject.tree, configuration)),
    ...chosen.map(async (suite) => inputsHealth(repository, subject.tree, including(suite), await before)),
  ]);
  const signing = outside.ok ? signingPolicy(outside.value, configuration.signing) : null;
  const requests = judged.suites
    .filter(({ suite }) => chosen.some(({ name }) => name === suite.name))
    .flatMap((one, index) => {
      const found = health[index];
      return found === undefined ? [] : [{ ...requestOf(compared, question, one), health: found }];
    });
  const suites = await Promise.all(requests.map((request) => believed(repository, request, signing)));
  const trust = signing?.trust ?? null;
  const at = { base: base?.tree ?? null, trust, at: subject.at };
  const waiving = waiversInForce(repository, { ...at, judged, asked: suites });
  const known = { trust, outside: outside.ok ? outside.value : null, suites, waiving };
  const [against, waivers] = await Promise.all([againstBase(repository, compared, question, known), waiving]);
  const found = [
    ...(outside.ok ? [] : [outside.error]),
    ...unclaimed,
    ...ownSigning,
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

/** What excludes nothing is no danger, and to look for it costs git a walk over the whole tree: `gate check` does. */
function including(suite: Suite): Suite {
  return { ...suite, inputs: suite.inputs.filter(({ exclude }) => !exclude) };
}

async function signingFiles(
  repository: Repository,
  tree: TreeId,
  { signing }: Configuration,
): Promise<readonly Problem[]> {
  if (signing === null) return [];
  const { signingFileProblems } = await import("./own-signing.ts");
  return signingFileProblems(repository, tree, signing, "this commit");
}

/** Whether anything in a tree is signed, has to be, or may be: waivers and approvals are. */
async function signingMatters(
  repository: Repository,
  tree: TreeId,
  { signing }: Configuration,
): Promise<boolean> {
  if (signing !== null) return true;
  const { suites } = await judgeConfigured(repository, tree);
  if (suites.some(({ recorded }) => recorded.signed)) return true;
  return (await entriesAt(repository, tree, [EXCEPTIONS_DIRECTORY])).length > 0;
}

/** Suites in file order. */
async function judgeConfigured(repository: Repository, tree: TreeId): Promise<JudgedTree> {
  const judged = await judgeTree(repository, tree);
  if (!judged.ok || judged.value === null) throw new Error("a configuration was read a moment ago");
  return judged.value;
}

function requestOf({ subject }: Comparison, { configuration, deep }: Question, judged: JudgedSuite) {
  return { subject, judged, reportsDirectories: reportsDirectories(configuration), deep };
}

function withOwn(suite: SuiteVerification, found: readonly Problem[]): SuiteVerification {
  const own = found.filter((one) => one.suite === suite.name);
  return own.length === 0 ? suite : { ...suite, problems: [...suite.problems, ...own] };
}

function waived(suite: SuiteVerification, { waivers }: FoundWaivers): SuiteVerification {
  const waiver = waivers.get(suite.name);
  return waiver === undefined ? suite : waive(suite, waiver);
}

/** What the base has come to have since this commit parted from it, this commit has not lost. */
async function beforeOf(repository: Repository, { head, parent, base }: Comparison): Promise<Before | null> {
  const ofParent = parent === null ? null : { tree: parent.tree, name: "the parent commit" };
  if (base === null || base.id === head.id) return ofParent;
  const parted = await whereHere(mergeBase(repository, base.id, head.id));
  if (parted === head.id) return ofParent;
  const common = parted === null || parted === base.id ? null : await commitHeader(repository, parted);
  if (common === null) return { tree: base.tree, name: base.name };
  return { tree: common.tree, name: `${base.name} where this commit parted from it` };
}

interface Known {
  readonly trust: SigningPolicy["trust"];
  /** null where that cannot be read, which is an error already. */
  readonly outside: OutsideSigning | null;
  readonly suites: readonly SuiteVerification[];
  readonly waiving: Promise<FoundWaivers>;
}

async function againstBase(
  repository: Repository,
  { subject, head, base }: Comparison,
  { configuration, only, deep }: Question,
  { trust, outside, suites, waiving }: Known,
): Promise<Landed> {
  if (base === null) return { landing: null, problems: [] };
  const { at } = subject;
  const waivedIn: LandingQuestion["waivedIn"] = async ({ merged, judged }, due) => {
    const asked = due.map(({ suite, inputs: { fingerprint }, problems }) => ({
      name: suite.name,
      fingerprint,
      problems,
    }));
    const found = await waiversInForce(merged.repository, { judged, base: base.tree, trust, at, asked });
    return new Set(found.waivers.keys());
  };
  const problemsIn: LandingQuestion["problemsIn"] = async ({ merged, judged }, suite) => {
    const landing = { revision: base.name, commit: null, tree: merged.tree, at };
    const directories = reportsDirectories(judged.configuration);
    const request = { subject: landing, judged: suite, reportsDirectories: directories, deep };
    const signing = outside === null ? null : signingPolicy(outside, judged.configuration.signing);
    const found = await believed(merged.repository, { ...request, health: UNASKED_HEALTH }, signing);
    return found.problems.filter(({ severity }) => severity === "error");
  };
  // Loaded where it is needed: it is a tenth of all that verify has.
  const { judgeAgainstBase } = await import("./against-base.ts");
  return judgeAgainstBase(repository, {
    ...{ head, base, only, trust, at, waivedIn, problemsIn },
    ofHead: new Set(configuration.suites.map(({ name }) => name)),
    refused: async () => {
      const waivers = await waiving;
      return namesRefused(suites.map((suite) => waived(suite, waivers)));
    },
  });
}

function namesRefused(suites: readonly SuiteVerification[]): ReadonlySet<string> {
  return new Set(suites.filter(({ problems }) => hasErrors(problems)).map(({ name }) => name));
}
