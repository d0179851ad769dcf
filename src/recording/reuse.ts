import { type TreeId, treeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { EvidencePlace } from "../decision/decide.ts";
import { attachEvidence } from "../evidence/attach.ts";
import { readEvidence } from "../evidence/recorded.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import type { Problem } from "../problem.ts";
import { recordedFacts } from "../reports/recorded-facts.ts";
import type { AttachedReports } from "./judged-commit.ts";
import type { SuiteOutcome } from "./outcomes.ts";

export interface Settled {
  readonly outcome: SuiteOutcome;
  /** null where nothing was. */
  readonly attached: AttachedNow | null;
}

export interface AttachedNow extends AttachedReports {
  readonly evidence: TreeId;
}

/** Attaches evidence that exists already. Nothing is run. */
export async function reuseEvidence(
  worktree: Worktree,
  { suite, inputs }: JudgedSuite,
  place: EvidencePlace,
): Promise<Settled> {
  const evidence = treeId(place.tree);
  const attachment = { suite: suite.name, reports: suite.reports, fingerprint: inputs.fingerprint, evidence };
  const [attached, { manifest }] = await Promise.all([
    attachEvidence(worktree, attachment),
    readEvidence(worktree, evidence, suite),
  ]);
  if (!attached.ok) {
    return { outcome: refused(suite.name, attached.error), attached: null };
  }
  if (manifest === null) throw new Error(`evidence ${evidence} has no manifest that can be read`);
  const commit = place.in === "history" ? place.commit : null;
  const { changed, before, warnings } = attached.value;
  return {
    outcome: {
      kind: "reused",
      suite: suite.name,
      commit,
      recorded: recordedFacts(manifest),
      reports: changed,
      warnings,
    },
    attached: { suite: suite.name, reports: suite.reports, before, evidence },
  };
}

export function refused(suite: string, problems: readonly Problem[]): SuiteOutcome {
  const impossibleHere = problems.some(({ code }) => code === "machine-cannot-run" || code === "gpu-busy");
  return { kind: "refused", suite, problems, verdict: null, session: null, impossibleHere };
}
