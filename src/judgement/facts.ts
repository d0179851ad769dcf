import { blobIsKnown, commitsWithBlob } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { subtree } from "../adapters/git/tree-objects.ts";
import { blobIdOf, resolveTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { EvidencePlace, FactsWithoutEvidence } from "../decision/decide.ts";
import { type Recorded, readEvidence, readRecorded } from "../evidence/recorded.ts";
import { findStored, wholeEvidence } from "../evidence/store.ts";
import { fingerprintOf } from "../fingerprint/fingerprint.ts";
import type { Fingerprint } from "../fingerprint/ids.ts";
import { renderHashFile } from "../reports/hash-file.ts";
import { gpusFor } from "../suite/gpu.ts";
import { lastEnd } from "../suite/session.ts";
import { configurationOf, sameDeclaration, suiteOf } from "./configuration.ts";
import type { JudgedSuite } from "./judge.ts";
import { changesFromHead } from "./suite-changes.ts";
import { whereHere } from "./where-here.ts";

/** A suite that its tree has no evidence for. */
export interface StaleSuite {
  readonly tree: TreeId;
  readonly judged: JudgedSuite;
  readonly reportsDirectories: readonly string[];
}

/** What is asked of the surroundings. */
interface Machine {
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => Date;
}

/**
 * Gathers what the decision about a stale suite rests on where no evidence for it exists: HEAD, earlier sessions, the
 * machine.
 */
export async function gatherFacts(
  repository: Repository,
  stale: StaleSuite,
  { environment, now }: Machine,
): Promise<FactsWithoutEvidence> {
  const { judged } = stale;
  const { suite } = judged;
  const [sameAsHead, lastDurationMs] = await Promise.all([
    coversHead(repository, stale),
    lastDuration(repository, stale),
  ]);
  const insideFramework = environment.PRE_COMMIT === "1";
  // The driver may take a second to answer.
  const gpuMissing = sameAsHead ? null : await missingGpu(suite, environment);
  const runsHere = !sameAsHead && !insideFramework && gpuMissing === null && startsRuns(suite);
  const unsignable = runsHere ? await whyUnsignable(repository, stale.tree, now()) : null;
  return {
    elsewhere: null,
    sameAsHead,
    onStale: suite.onStale,
    commitBudgetMs: suite.commitBudgetMs,
    lastDurationMs,
    gpu: suite.gpu,
    gpuMissing,
    unsignable,
    insideFramework,
  };
}

/**
 * Evidence of this fingerprint in the local store, or in any commit of any branch here, as far as this clone has its
 * reports.
 */
export async function findElsewhere(
  repository: Repository,
  suite: Suite,
  fingerprint: Fingerprint,
): Promise<EvidencePlace | null> {
  const hashFile = blobIdOf(repository, renderHashFile(fingerprint, suite.name));
  const [stored, inHistory] = await Promise.all([
    findStored(repository, suite.name, fingerprint, async (evidence) =>
      covers(await readEvidence(repository, evidence, suite), fingerprint),
    ),
    blobIsKnown(repository, hashFile),
  ]);
  if (stored !== null) return { in: "store", tree: stored };
  const commits = inHistory ? await whereHere(commitsWithBlob(repository, hashFile)) : null;
  for (const commit of commits ?? []) {
    const found = await whereHere(evidenceIn(repository, commit.tree, suite, fingerprint));
    if (found !== null) return { in: "history", tree: found, commit: commit.id };
  }
  return null;
}

/**
 * The reports of a commit count only if they are whole, accepted, and of this fingerprint. They lie where they are
 * wanted now, or where that commit's own gate.yaml has them.
 */
async function evidenceIn(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  fingerprint: Fingerprint,
): Promise<TreeId | null> {
  const then = await suiteOf(repository, tree, suite.name);
  for (const reports of new Set([suite.reports, then?.suite.reports ?? suite.reports])) {
    const recorded = await readRecorded(repository, tree, { ...suite, reports });
    const evidence = covers(recorded, fingerprint) ? await subtree(repository, tree, reports) : null;
    if (evidence !== null && (await wholeEvidence(repository, evidence)) !== null) return evidence;
  }
  return null;
}

/** Anybody can name a tree as evidence, and another version of gate may have written it. */
function covers({ hash, manifest, problems }: Recorded, fingerprint: Fingerprint): boolean {
  return hash === fingerprint && manifest?.verdict === "passed" && problems.length === 0;
}

/** Whether HEAD has the same inputs and the same definition: then this commit is not what made it stale. */
async function coversHead(
  repository: Repository,
  { tree, judged: { suite, inputs }, reportsDirectories }: StaleSuite,
): Promise<boolean> {
  const changes = await changesFromHead(repository, tree, suite, reportsDirectories);
  if (changes === null) return false;
  const own = changes.reconfigured ? null : await suiteOf(repository, tree, suite.name);
  if (own !== null && sameDeclaration(own.suite, suite)) return changes.inputs.length === 0;
  const head = await resolveTree(repository, "HEAD");
  const then = head === null ? null : await suiteOf(repository, head, suite.name);
  if (head === null || then === null) return false;
  const { fingerprint } = await fingerprintOf(repository, head, then.suite, then.reportsDirectories);
  return fingerprint === inputs.fingerprint;
}

async function lastDuration(
  repository: Repository,
  { tree, judged: { suite } }: StaleSuite,
): Promise<number | null> {
  const last = repository.topLevel === null ? null : await lastEnd(repository.topLevel, suite.name);
  if (last !== null) return last.durationMs;
  const { manifest } = await readRecorded(repository, tree, suite);
  return manifest === null ? null : manifest.run.duration * 1000;
}

async function missingGpu(
  suite: Suite,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (suite.gpu !== "required" || !startsRuns(suite)) return null;
  const gpus = await gpusFor(suite, environment);
  return gpus.ok ? null : gpus.error;
}

function startsRuns({ onStale }: Suite): boolean {
  return onStale === "auto" || onStale === "run";
}

/** What signing needs is loaded where signatures are required. */
async function whyUnsignable(repository: Repository, tree: TreeId, now: Date): Promise<string | null> {
  const configuration = await configurationOf(repository, tree);
  const signing = configuration.ok ? (configuration.value?.signing ?? null) : null;
  if (signing === null || !signing.required) return null;
  const { signingObstacle } = await import("./signing-obstacle.ts");
  const obstacle = await signingObstacle(repository, tree, signing, now);
  return obstacle?.message.replace(/\.$/, "") ?? null;
}
