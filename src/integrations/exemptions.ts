import { posix } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Problem } from "../problem.ts";
import type { WrittenReports } from "../reports/reports-place.ts";
import { err, type Result } from "../result.ts";
import {
  fileEdit,
  inTree,
  isFileEdit,
  type Plan,
  type PlannedEdit,
  readForEdit,
  refusedEdit,
} from "./edits.ts";
import { culpritsIn } from "./fixers/culprits.ts";
import type { Culprit } from "./fixers/fixer.ts";
import { type ChangeableProject, projectOnDisk, withTexts } from "./fixers/project.ts";

/** One exemption may show the next: a tool that is kept from the reports in one place may be started in another. */
const MOST_ROUNDS = 5;

/**
 * A plan, and with it the edits that keep every tool of the project from the reports. They are made on top of what
 * the plan changes already, so that each file is shown and written once.
 */
export async function withExemptions(
  worktree: Worktree,
  reports: readonly WrittenReports[],
  plan: Plan,
): Promise<Plan> {
  const before = textsAfter(worktree, plan.edits);
  const project = await projectOnDisk(worktree);
  const { texts, problems } = await exempted(worktree, withTexts(project, before), reports);
  const edits: PlannedEdit[] = plan.edits.map((edit) => changed(worktree, edit, texts));
  for (const [path, text] of texts) {
    if (before.has(path)) continue;
    const place = inTree(worktree.topLevel, path);
    const file = await readForEdit(place, "");
    if (file.ok) edits.push(...fileEdit(place, file.value, text));
  }
  return { ...plan, edits, problems: [...plan.problems, ...problems] };
}

/** Files of the working tree that the edits change, by path. */
function textsAfter({ topLevel }: Worktree, edits: readonly PlannedEdit[]): ReadonlyMap<string, string> {
  const own = edits.filter(isFileEdit).filter(({ place }) => place.root === topLevel);
  return new Map(own.map(({ place, after }) => [place.path, after]));
}

function changed({ topLevel }: Worktree, edit: PlannedEdit, texts: ReadonlyMap<string, string>): PlannedEdit {
  if (!isFileEdit(edit) || edit.place.root !== topLevel) return edit;
  const after = texts.get(edit.place.path);
  if (after === undefined) return edit;
  if (edit.kind === "create") return { ...edit, after };
  return { ...edit, after, kind: after.startsWith(edit.before) ? "append" : "replace" };
}

interface Exempted {
  /** What the exemptions make of the files that they change. */
  readonly texts: ReadonlyMap<string, string>;
  /** Those that cannot be made safely, with what to do by hand. */
  readonly problems: readonly Problem[];
}

/** Tries the exemptions in memory until nobody is left who would rewrite a report, or nobody new. */
async function exempted(
  worktree: Worktree,
  project: ChangeableProject,
  reports: readonly WrittenReports[],
): Promise<Exempted> {
  const texts = new Map<string, string>();
  const refused: Problem[] = [];
  const met = new Set<string>();
  const made = new Set<string>();
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const culprits = await culpritsIn(withTexts(project, texts), reports);
    const fresh = culprits.filter((culprit) => !met.has(nameOf(culprit)));
    if (fresh.length === 0) break;
    for (const culprit of fresh) {
      met.add(nameOf(culprit));
      const { file, byHand } = culprit.exemption;
      // Several tools may go by one file: what exempts reports from the one does from the others.
      if (made.has(`${file}\0${byHand}`)) continue;
      const text = await exemptionIn(worktree, project, texts.get(file), culprit);
      if (text.ok) {
        texts.set(file, text.value);
        made.add(`${file}\0${byHand}`);
      } else {
        // What the tool would do is the error; that gate cannot mend it is how to go on.
        refused.push({ ...text.error, severity: "warning" });
      }
    }
  }
  return { texts, problems: refused };
}

/** Not by its line, which other exemptions move. */
const nameOf = ({ tool, path, exemption }: Culprit) =>
  [tool, path, exemption.file, exemption.byHand].join("\0");

async function exemptionIn(
  { topLevel }: Worktree,
  project: ChangeableProject,
  known: string | undefined,
  { tool, exemption }: Culprit,
): Promise<Result<string, Problem>> {
  const place = inTree(topLevel, exemption.file);
  const byHand = `For ${tool}:  ${exemption.byHand}`;
  const ofGit = [".gitattributes", ".gitignore"].includes(posix.basename(exemption.file));
  if (ofGit && (await kindOf(`${topLevel}/${exemption.file}`)) === "symlink") {
    return err(refusedEdit(place, "is a symbolic link, which git does not read", byHand));
  }
  const onDisk = await readForEdit(place, byHand);
  if (!onDisk.ok) return onDisk;
  const text = known ?? (await project.read(exemption.file)) ?? onDisk.value.text;
  const made = exemption.apply(text);
  return made.ok ? made : err(refusedEdit(place, made.error, byHand));
}
