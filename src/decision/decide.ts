import type { GpuNeed, OnStale } from "../config/configuration.ts";

/** Why the evidence in a tree does not cover its inputs. */
export type Staleness = "missing" | "outdated" | "broken" | "not-accepted";

/**
 * What is known about a suite whose tree does not carry its evidence. Plain facts, gathered elsewhere. Where evidence
 * for its fingerprint exists already nobody has to know more.
 */
export type StaleFacts = { readonly elsewhere: EvidencePlace } | FactsWithoutEvidence;

export interface FactsWithoutEvidence {
  readonly elsewhere: null;
  /** The commit's inputs and definition are HEAD's. */
  readonly sameAsHead: boolean;
  readonly onStale: OnStale;
  readonly commitBudgetMs: number;
  /** Of the last session here, else of the recorded run; null where nobody knows. */
  readonly lastDurationMs: number | null;
  readonly gpu: GpuNeed;
  /** Why this machine has no usable GPU; null where it has one. Asked only of suites that require one. */
  readonly gpuMissing: string | null;
  /** Why no signature that counts can be made here; null where it can, or none has to be. */
  readonly unsignable: string | null;
  /** The pre-commit framework runs us: it stashes unstaged work and shows nothing until the end. */
  readonly insideFramework: boolean;
}

export type EvidencePlace =
  | { readonly in: "store"; readonly tree: string }
  | { readonly in: "history"; readonly tree: string; readonly commit: string };

export type PendingReason =
  | { readonly because: "unchanged-since-head" }
  | { readonly because: "configured" }
  | { readonly because: "merge" }
  | { readonly because: "inside-framework" }
  | { readonly because: "no-gpu"; readonly detail: string }
  /** Found out while it waits. */
  | { readonly because: "gpu-busy"; readonly detail: string }
  | { readonly because: "cannot-sign"; readonly detail: string }
  | { readonly because: "over-budget"; readonly lastDurationMs: number; readonly commitBudgetMs: number };

export type Decision =
  | { readonly kind: "fresh" }
  | { readonly kind: "reuse"; readonly evidence: EvidencePlace }
  | { readonly kind: "run" }
  | { readonly kind: "pending"; readonly reason: PendingReason }
  | { readonly kind: "blocked" };

/** What to do at a commit whose tree does not carry the evidence for its inputs. */
export function decideStale(facts: StaleFacts): Exclude<Decision, { kind: "fresh" }> {
  if (facts.elsewhere !== null) return { kind: "reuse", evidence: facts.elsewhere };
  if (facts.sameAsHead) return pending({ because: "unchanged-since-head" });
  if (facts.onStale === "block") return { kind: "blocked" };
  if (facts.onStale === "pending") return pending({ because: "configured" });
  if (facts.insideFramework) return pending({ because: "inside-framework" });
  if (facts.gpu === "required" && facts.gpuMissing !== null) {
    return pending({ because: "no-gpu", detail: facts.gpuMissing });
  }
  if (facts.unsignable !== null) return pending({ because: "cannot-sign", detail: facts.unsignable });
  const { lastDurationMs, commitBudgetMs } = facts;
  if (facts.onStale === "auto" && lastDurationMs !== null && lastDurationMs > commitBudgetMs) {
    return pending({ because: "over-budget", lastDurationMs, commitBudgetMs });
  }
  return { kind: "run" };
}

function pending(reason: PendingReason): Decision & { kind: "pending" } {
  return { kind: "pending", reason };
}
