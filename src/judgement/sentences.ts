import type { PendingReason } from "../decision/decide.ts";
import { unreachable } from "../result.ts";

/** Why evidence is left pending, as the middle of a sentence. */
export function pendingSentence(reason: PendingReason): string {
  switch (reason.because) {
    case "unchanged-since-head":
      return "HEAD has no evidence for these inputs either, and nothing staged changes them";
    case "configured":
      return "on-stale: pending leaves the run to a person";
    case "merge":
      return "a merge does not wait for a run";
    case "inside-framework":
      return "inside the pre-commit framework no suite is run; a native hook can run it at the commit";
    case "no-gpu":
      return `this machine has no NVIDIA GPU (${reason.detail})`;
    case "gpu-busy":
    case "cannot-sign":
      return reason.detail;
    case "over-budget":
      return `the last run took ${minutes(reason.lastDurationMs)}, a commit waits for ${minutes(reason.commitBudgetMs)} at most`;
    default:
      return unreachable(reason);
  }
}

/** `2:13`, or `41 s` below a minute. */
export function minutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${milliseconds < 9_950 ? (milliseconds / 1000).toFixed(1) : seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
