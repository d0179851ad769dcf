import { commitsWithBlob } from "../adapters/git/history.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { subtree } from "../adapters/git/store.ts";
import { blobIdOf, resolveTree } from "../adapters/git/trees.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import type { EvidencePlace, StaleFacts, Staleness } from "../decision/decide.ts";
import { readRecorded } from "../evidence/recorded.ts";
import { findStored } from "../evidence/store.ts";
import { type Fingerprint, fingerprintOf } from "../fingerprint/fingerprint.ts";
import { renderHashFile } from "../reports/hash-file.ts";
import { probeGpu } from "../suite/gpu.ts";
import { listSessions } from "../suite/session.ts";
import { configurationOf } from "./configuration.ts";
import { type JudgedSuite, reportsDirectories } from "./judge.ts";

/** Gathers what the decision about a stale suite rests on: the store, the history, HEAD, the machine. */
export async function gatherFacts(
  repository: Repository,
  judged: JudgedSuite & { readonly staleness: Staleness },
  environment: Readonly<Record<string, string>>,
): Promise<StaleFacts> {
  const { suite, inputs, staleness } = judged;
  const [elsewhere, sameAsHead, lastDurationMs, gpuMissing] = await Promise.all([
    findElsewhere(repository, suite, inputs.fingerprint),
    coversHead(repository, suite, inputs.fingerprint),
    lastDuration(repository, judged),
    missingGpu(suite, environment),
  ]);
  return {
    staleness,
    elsewhere,
    sameAsHead,
    onStale: suite.onStale,
    commitBudgetMs: suite.commitBudgetMs,
    lastDurationMs,
    gpu: suite.gpu,
    gpuMissing,
    insideFramework: environment.PRE_COMMIT === "1",
  };
}

/** Evidence of this fingerprint in the local store, or in any commit of any branch here. */
export async function findElsewhere(
  repository: Repository,
  suite: Suite,
  fingerprint: Fingerprint,
): Promise<EvidencePlace | null> {
  const stored = await findStored(repository, suite.name, fingerprint);
  if (stored !== null) return { in: "store", tree: stored };
  const hashFile = await blobIdOf(repository, renderHashFile(fingerprint, suite.name));
  for (const commit of await commitsWithBlob(repository, hashFile)) {
    const tree = await resolveTree(repository, commit.id);
    const found = tree === null ? null : await wholeEvidence(repository, tree, suite, fingerprint);
    if (found !== null) return { in: "history", tree: found, commit: commit.id };
  }
  return null;
}

/** The reports of a commit count only if they are whole, accepted, and of this fingerprint. */
async function wholeEvidence(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  fingerprint: Fingerprint,
): Promise<TreeId | null> {
  const { hash, manifest, problems } = await readRecorded(repository, tree, suite);
  const whole = hash === fingerprint && manifest?.verdict === "passed" && problems.length === 0;
  return whole ? subtree(repository, tree, suite.reports) : null;
}

/** Whether HEAD has the same inputs and the same definition: then this commit is not what made it stale. */
async function coversHead(repository: Repository, suite: Suite, fingerprint: Fingerprint): Promise<boolean> {
  const head = await resolveTree(repository, "HEAD");
  if (head === null) return false;
  const configuration = await configurationOf(repository, head);
  if (!configuration.ok || configuration.value === null) return false;
  const same = suiteNamed(configuration.value, suite.name);
  if (same === undefined) return false;
  const inputs = await fingerprintOf(repository, head, same, reportsDirectories(configuration.value));
  return inputs.fingerprint === fingerprint;
}

function suiteNamed(configuration: Configuration, name: string): Suite | undefined {
  return configuration.suites.find((suite) => suite.name === name);
}

async function lastDuration(
  repository: Repository,
  { suite, recorded }: JudgedSuite,
): Promise<number | null> {
  const sessions = repository.topLevel === null ? [] : await listSessions(repository.topLevel, suite.name);
  const last = sessions.findLast(({ ended }) => ended !== null)?.ended;
  if (last) return last.durationMs;
  return recorded.manifest === null ? null : recorded.manifest.run.duration * 1000;
}

async function missingGpu(
  suite: Suite,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (suite.gpu !== "required" || suite.onStale === "pending" || suite.onStale === "block") return null;
  const gpus = await probeGpu(environment);
  return gpus.ok ? null : gpus.error;
}
