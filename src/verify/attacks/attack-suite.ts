import type { Result } from "../../result.ts";
import type { Assurance } from "../verification.ts";
import type { Forgery, GuardedForgery, Rewriting } from "./attack.ts";
import { type GuardedSpecimen, guard } from "./guarded.ts";
import { HONEST } from "./honest.ts";
import type { Keys } from "./keys.ts";
import { ON_CONTENTS } from "./on-contents.ts";
import { ON_EXPECTATIONS } from "./on-expectations.ts";
import { ON_INPUTS } from "./on-inputs.ts";
import { ON_LANDING } from "./on-landing.ts";
import { ON_MANIFEST } from "./on-manifest.ts";
import { ON_NAMES } from "./on-names.ts";
import { ON_POLICY } from "./on-policy.ts";
import { ON_REPORTS } from "./on-reports.ts";
import { ON_SIGNATURES } from "./on-signatures.ts";
import { ON_WAIVERS } from "./on-waivers.ts";
import type { AttackedSuite, Attempt, HonestAttempt } from "./report.ts";
import { REWRITINGS } from "./rewritings.ts";
import type { Specimen } from "./specimen.ts";
import { type Ground, tryAttacks, tryHonest } from "./try-attack.ts";

/** On the commit as it is. */
export const FORGERIES: readonly Forgery[] = [
  ...ON_REPORTS,
  ...ON_MANIFEST,
  ...ON_EXPECTATIONS,
  ...ON_NAMES,
  ...ON_INPUTS,
  ...ON_CONTENTS,
];
/** On the same evidence, signed, under a base that trusts the signer and protects its policy. */
export const GUARDED_FORGERIES: readonly GuardedForgery[] = [
  ...ON_SIGNATURES,
  ...ON_POLICY,
  ...ON_WAIVERS,
  ...ON_LANDING,
];

/** Tries everything on the evidence of one suite, or of everything what is named in `only`. */
export async function attackSuite(
  ground: Ground<Specimen>,
  assurance: Assurance,
  keys: Result<Keys, string>,
  only: readonly string[] | null,
): Promise<AttackedSuite> {
  const { specimen, verify } = ground;
  const chosen = <T extends { readonly name: string }>(all: readonly T[]) =>
    all.filter(({ name }) => only === null || only.includes(name));
  const [rewritings, onGuarded, variants] = [chosen(REWRITINGS), chosen(GUARDED_FORGERIES), chosen(HONEST)];
  const signing = rewritings.length + onGuarded.length + variants.length > 0 && keys.ok;
  const guarded = signing ? guardedGround(await guard(specimen, keys.value), verify) : null;
  const forgeries = [
    ...(await tryAttacks(ground, chosen(FORGERIES))),
    ...(await tryRewritings(rewritings, ground, assurance, guarded)),
    ...(guarded === null ? onGuarded.map(notTried) : await tryAttacks(guarded, onGuarded)),
  ];
  const honest = [
    ...(await tryHonest(ground, variants)),
    ...(guarded === null ? [] : (await tryHonest(guarded, variants)).map(signedOne)),
  ];
  return { name: specimen.suite.name, assurance, forgeries, honest };
}

function guardedGround(
  specimen: GuardedSpecimen,
  verify: Ground<Specimen>["verify"],
): Ground<GuardedSpecimen> {
  return { specimen, verify, base: specimen.commit.id };
}

/** Unsigned evidence can be rewritten by whoever can commit. What is shown then is that a signature stops it. */
async function tryRewritings(
  rewritings: readonly Rewriting[],
  ground: Ground<Specimen>,
  assurance: Assurance,
  guarded: Ground<GuardedSpecimen> | null,
): Promise<Attempt[]> {
  const here = await tryAttacks(ground, rewritings);
  if (assurance === "signed") return here;
  const unseen = (one: Attempt) => one.outcome === "accepted";
  if (guarded === null) return here.map((one) => (unseen(one) ? { ...one, outcome: "not-tried" } : one));
  const signed = await tryAttacks(guarded, rewritings);
  return here.map((one, index) => (unseen(one) ? unlessSigned(signed[index] ?? one) : one));
}

function unlessSigned(signed: Attempt): Attempt {
  return signed.outcome === "refused" ? { ...signed, outcome: "only-signatures" } : signed;
}

function notTried({ name, what, level, refusedBy: expected }: GuardedForgery): Attempt {
  return { name, what, level, expected, outcome: "not-tried", refusedBy: [] };
}

function signedOne(attempt: HonestAttempt): HonestAttempt {
  return { ...attempt, name: `signed-${attempt.name}`, what: `${attempt.what}, its evidence signed` };
}
