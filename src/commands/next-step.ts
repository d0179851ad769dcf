import type { Decision } from "../decision/decide.ts";
import type { CommitHook } from "./commit-hook.ts";

/**
 * What is judged, as far as it matters to what can be done: `git commit` with nothing staged ends early, and so it
 * does while reports are unmerged.
 */
export type Standing = "staged" | "unmerged" | "head" | "elsewhere";

/** What keeps a run from starting here and now: what is on disk, or a machine that cannot. */
type Hindrance = "worktree" | "no-gpu" | null;

/** The commands that give a suite its evidence; null where nothing is due. */
export function nextStep(
  kind: Decision["kind"],
  { standing, hook }: { readonly standing: Standing; readonly hook: CommitHook },
  hindrance: Hindrance,
): string | null {
  if (kind === "fresh") return null;
  const first = hindrance === "worktree" ? "after that, " : "";
  if (standing === "staged" && kind === "reuse" && hook !== "none")
    return "git commit attaches it, or now:  gate attach";
  if (standing === "staged" && kind === "run" && hook === "runs")
    return `${first}git commit runs it, or now:  gate run`;
  const commands = `gate ${kind === "reuse" ? "attach" : "run"} && git commit`;
  const where = [
    ...(standing === "elsewhere" ? ["with that commit checked out"] : []),
    ...(hindrance === "no-gpu" ? ["on a machine with a GPU"] : []),
  ];
  return where.length > 0 ? `${where.join(", ")}:  ${commands}` : `${first}${commands}`;
}
