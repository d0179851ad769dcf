import { treeId } from "../adapters/git/ids.ts";
import type { Repository, Worktree } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import type { EvidencePlace } from "../decision/decide.ts";
import { attachEvidence } from "../evidence/attach.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import type { Problem } from "../problem.ts";
import { manifestPath, parseManifest } from "../reports/manifest.ts";
import { type RecordedFacts, recordedFacts } from "../reports/recorded-facts.ts";
import type { AttachedReports } from "./judged-commit.ts";
import type { SuiteOutcome } from "./outcomes.ts";

export interface Settled {
  readonly outcome: SuiteOutcome;
  /** What was attached, for post-commit; null where nothing was. */
  readonly attached: AttachedReports | null;
}

/** Attaches evidence that exists already. Nothing is run. */
export async function reuseEvidence(
  worktree: Worktree,
  { suite, inputs }: JudgedSuite,
  place: EvidencePlace,
): Promise<Settled> {
  const evidence = treeId(place.tree);
  const attachment = { suite: suite.name, reports: suite.reports, fingerprint: inputs.fingerprint, evidence };
  const [attached, recorded] = await Promise.all([
    attachEvidence(worktree, attachment),
    factsOfEvidence(worktree, place.tree, suite.name),
  ]);
  if (!attached.ok) {
    return { outcome: refused(suite.name, attached.error), attached: null };
  }
  const commit = place.in === "history" ? place.commit : null;
  const { changed, before, warnings } = attached.value;
  return {
    outcome: { kind: "reused", suite: suite.name, commit, recorded, reports: changed, warnings },
    attached: { suite: suite.name, reports: suite.reports, before },
  };
}

export function refused(suite: string, problems: readonly Problem[]): SuiteOutcome {
  const impossibleHere = problems.some(({ code }) => code === "machine-cannot-run" || code === "gpu-busy");
  return { kind: "refused", suite, problems, verdict: null, session: null, impossibleHere };
}

async function factsOfEvidence(
  repository: Repository,
  evidence: string,
  suite: string,
): Promise<RecordedFacts> {
  const [blob] = await readBlobs(repository, [`${evidence}:${manifestPath(suite)}`]);
  const manifest = parseManifest(blob?.bytes ?? Buffer.alloc(0));
  if (!manifest.ok) throw new Error(`evidence ${evidence} has no manifest that can be read`);
  return recordedFacts(manifest.value);
}
