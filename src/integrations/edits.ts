import { type EditableFile, readEditable, writeEditable } from "../adapters/files/editing.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { setLocalSetting } from "../adapters/git/settings.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result, unreachable } from "../result.ts";

/** A change that is shown before it is made. */
export type PlannedEdit = FileEdit | ConfigEdit;

/** `create` a file, `append` to its end, or `replace` parts of it. */
export type FileEdit = CreateEdit | ChangeEdit;

interface CreateEdit {
  readonly kind: "create";
  readonly place: Place;
  readonly before: null;
  readonly after: string;
  readonly executable: boolean;
  /** A copy of a file that ships with gate, which nobody has to read. */
  readonly shipped?: true;
}

interface ChangeEdit {
  readonly kind: "append" | "replace";
  readonly place: Place;
  readonly before: string;
  readonly after: string;
  readonly shipped?: true;
}

/** A git setting of this clone alone. */
interface ConfigEdit {
  readonly kind: "config";
  readonly key: string;
  readonly before: string | null;
  readonly after: string;
}

/** A file, and the directory that links must not lead out of. */
export interface Place {
  readonly root: string;
  /** Relative to the root. */
  readonly path: string;
  /** As it is called in messages: relative to the top level where it lies below it. */
  readonly shown: string;
}

/** What a part of `gate init` wants to change, and what it found in the way. */
export interface Plan {
  readonly edits: readonly PlannedEdit[];
  readonly problems: readonly Problem[];
  /** What a person does afterwards. */
  readonly next: readonly string[];
}

export function plan({ edits = [], problems = [], next = [] }: Partial<Plan>): Plan {
  return { edits, problems, next };
}

export function together(plans: readonly Plan[]): Plan {
  return {
    edits: plans.flatMap(({ edits }) => edits),
    problems: plans.flatMap(({ problems }) => problems),
    next: plans.flatMap(({ next }) => next),
  };
}

export const isFileEdit = (edit: PlannedEdit): edit is FileEdit => edit.kind !== "config";

/** The edit that turns what is there into `after`; none where it is so already. */
export function fileEdit(place: Place, file: EditableFile, after: string, executable = false): FileEdit[] {
  const before = file.text;
  if (before === null) return [{ kind: "create", place, before, after, executable }];
  if (before === after) return [];
  return [{ kind: after.startsWith(before) ? "append" : "replace", place, before, after }];
}

/** Reads a file that is to be edited; the hint says how to do by hand what gate will not. */
export async function readForEdit(place: Place, byHand: string): Promise<Result<EditableFile, Problem>> {
  const file = await readEditable(place.root, place.path);
  return file.ok ? file : err(refusedEdit(place, file.error, byHand));
}

export function refusedEdit(place: Place, reason: string, byHand: string): Problem {
  return problem("edit-refused", `${place.shown} was not edited: it ${reason}.`, {
    path: place.shown,
    hint: byHand,
  });
}

/** Where a file is no longer what it was when the edit was shown, it stays; `again` is the command to plan anew. */
export async function applyEdit(
  repository: Repository,
  edit: PlannedEdit,
  again: string,
): Promise<Result<null, Problem>> {
  switch (edit.kind) {
    case "config":
      await setLocalSetting(repository, edit.key, edit.after);
      return ok(null);
    case "create":
    case "append":
    case "replace": {
      const executable = edit.kind === "create" && edit.executable;
      const { place, before, after } = edit;
      const written = await writeEditable(place.root, place.path, { before, after, executable });
      if (written.ok) return written;
      const message = `${place.shown} was not written: ${written.error}.`;
      return err(problem("edit-refused", message, { path: place.shown, hint: `Then:  ${again}` }));
    }
    default:
      return unreachable(edit);
  }
}

/** A file of the working tree. */
export function inTree(topLevel: string, path: string): Place {
  return { root: topLevel, path, shown: path };
}
