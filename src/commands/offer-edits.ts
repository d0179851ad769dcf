import type { Repository } from "../adapters/git/repository.ts";
import { applyEdit, type PlannedEdit } from "../integrations/edits.ts";
import { onScreen, unifiedDiff } from "../integrations/unified-diff.ts";
import { type Problem, problem } from "../problem.ts";
import type { Context } from "./context.ts";

/** An edit as it is shown, and what became of it. */
export interface ShownEdit {
  readonly kind: PlannedEdit["kind"];
  /** The file, or the name of the git setting. */
  readonly target: string;
  readonly diff: string;
  readonly state: "planned" | "applied" | "failed";
}

export interface Consent {
  /** Make the changes without asking. */
  readonly yes: boolean;
  /** Show the changes and make none. */
  readonly dryRun: boolean;
  /** The command that plans the changes, for messages: `gate init`. */
  readonly command: string;
}

/** What came of edits that were planned. */
export interface Offered {
  /** `unasked`: there was no terminal to ask at. `made`: each was tried; those that failed are named. */
  readonly outcome: "nothing" | "shown" | "unasked" | "declined" | "made";
  readonly edits: readonly ShownEdit[];
  readonly problems: readonly Problem[];
}

/** Shows the edits, asks, and makes them. Each stands for itself: one that fails does not take back the others. */
export async function offerEdits(
  context: Context,
  repository: Repository,
  planned: readonly PlannedEdit[],
  { yes, dryRun, command }: Consent,
): Promise<Offered> {
  const shown = planned.map((edit) => shownAs(edit, "planned"));
  if (planned.length === 0) return { outcome: "nothing", edits: [], problems: [] };
  if (dryRun) return { outcome: "shown", edits: shown, problems: [] };
  if (!yes && context.ask === null) {
    const message = "these changes were not made: there is no terminal to ask at.";
    const problems = [problem("usage", message, { hint: `${command} --yes` })];
    return { outcome: "unasked", edits: shown, problems };
  }
  context.say(shown.map(({ diff }) => onScreen(diff)).join("\n"));
  const agreed = yes || (await context.ask?.(question(planned.length))) === true;
  if (!agreed) return { outcome: "declined", edits: shown, problems: [] };
  const edits: ShownEdit[] = [];
  const problems: Problem[] = [];
  for (const edit of planned) {
    const done = await applyEdit(repository, edit, command);
    if (!done.ok) problems.push(done.error);
    edits.push(shownAs(edit, done.ok ? "applied" : "failed"));
  }
  return { outcome: "made", edits, problems };
}

function shownAs(edit: PlannedEdit, state: ShownEdit["state"]): ShownEdit {
  const target = edit.kind === "config" ? edit.key : edit.place.shown;
  return { kind: edit.kind, target, diff: unifiedDiff(edit), state };
}

const question = (count: number) => `Make ${count === 1 ? "this change" : `these ${count} changes`}?`;
