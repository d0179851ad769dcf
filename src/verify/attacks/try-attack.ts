import type { CommitId } from "../../adapters/git/ids.ts";
import { commitsOnto } from "../../adapters/git/new-commits.ts";
import { resolveTrees } from "../../adapters/git/trees.ts";
import type { Problem, ProblemCode } from "../../problem.ts";
import type { verifyRevision } from "../verify.ts";
import type { AttackOn } from "./attack.ts";
import type { HonestVariant } from "./honest.ts";
import type { AttackOutcome, Attempt, HonestAttempt } from "./report.ts";
import type { Specimen } from "./specimen.ts";

/** What judges the forgeries: `verifyRevision`, or in tests one with a check switched off. */
export type Verifier = typeof verifyRevision;

/** Where forgeries are made, and how they are judged there. */
export interface Ground<On extends Specimen> {
  readonly specimen: On;
  readonly verify: Verifier;
  /** What the forged commit is to go into; null where it is judged by itself. */
  readonly base: string | null;
}

/** Forges everything, and has each forgery judged no deeper than its level asks for. */
export async function tryAttacks<On extends Specimen>(
  ground: Ground<On>,
  attacks: readonly AttackOn<On>[],
): Promise<Attempt[]> {
  const forged = await forgeAll(ground.specimen, attacks);
  return inTurns(attacks, async (attack, index) => {
    const { name, what, level, refusedBy: expected } = attack;
    const attempt = { name, what, level, expected };
    const commit = forged[index] ?? null;
    if (commit === null) return { ...attempt, outcome: "not-applicable", refusedBy: [] };
    await attack.afterwards?.(ground.specimen, commit);
    const problems = await errorsOf(ground, commit, level === "contents");
    const refusedBy = [...new Set(problems.map(({ code }) => code))];
    return { ...attempt, outcome: outcomeOf(expected, refusedBy), refusedBy };
  });
}

/** Honest variants are judged as deep as it goes. */
export function tryHonest(
  ground: Ground<Specimen>,
  variants: readonly HonestVariant[],
): Promise<HonestAttempt[]> {
  return inTurns(variants, async ({ name, what, make }) => {
    const problems = await errorsOf(ground, await make(ground.specimen), true);
    return { name, what, ok: problems.length === 0, problems };
  });
}

function outcomeOf(expected: readonly ProblemCode[], refusedBy: readonly ProblemCode[]): AttackOutcome {
  if (refusedBy.length === 0) return "accepted";
  return expected.every((code) => refusedBy.includes(code)) ? "refused" : "misjudged";
}

/** The forged commits; null for what changes nothing here. */
async function forgeAll<On extends Specimen>(
  on: On,
  attacks: readonly AttackOn<On>[],
): Promise<(CommitId | null)[]> {
  if (attacks.length === 0) return [];
  const { repository, commit } = on;
  const forged = await inTurns(attacks, async (attack) => attack.forge(on));
  const made = await commitsOnto(
    repository,
    commit.id,
    forged.map((one) => (one === null || typeof one === "string" ? [] : one)),
    commit.committedAt,
  );
  const commits = made.map((id, index) => {
    const one = forged[index];
    return typeof one === "string" ? one : id;
  });
  const trees = await resolveTrees(repository, commits);
  return commits.map((id, index) => (trees[index] === commit.tree ? null : id));
}

async function errorsOf(
  { specimen, verify, base }: Ground<Specimen>,
  revision: string,
  deep: boolean,
): Promise<readonly Problem[]> {
  const request = { revision, base, suite: specimen.suite.name, deep, at: null };
  const verified = await verify(specimen.repository, request);
  const problems = verified.ok
    ? [...verified.value.problems, ...verified.value.suites.flatMap((suite) => suite.problems)]
    : verified.error.problems;
  return problems.filter(({ severity }) => severity === "error");
}

/** git waits for the disk: a few at a time take half the time. */
const AT_ONCE = 4;

/** In the order of the items, however long each takes. */
async function inTurns<T, R>(
  items: readonly T[],
  treat: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const work = async () => {
    for (const [index, item] of waiting) results[index] = await treat(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
