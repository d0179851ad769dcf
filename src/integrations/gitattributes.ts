import { posix } from "node:path";
import { readEditable, withScratchDirectory, writeEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import { attributesOf } from "../adapters/git/attributes.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { directoriesAbove } from "../ignore/directories-above.ts";
import { warning } from "../problem.ts";
import { probesOf, type ReportsPlace } from "../reports/reports-place.ts";
import { shellWord } from "../shell-word.ts";
import { attributesLine, WANTED } from "./attributes-line.ts";
import { fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit } from "./edits.ts";
import { linesOf, withLinesAtEnd } from "./lines.ts";

/** The reports' line, as the last one of .gitattributes, because the last match wins. */
export async function planAttributes(worktree: Worktree, reports: readonly ReportsPlace[]): Promise<Plan> {
  const lacking: ReportsPlace[] = [];
  for (const place of reports) {
    if (!(await holds(worktree, place, worktree.topLevel))) lacking.push(place);
  }
  if (lacking.length === 0) return plan({});
  const place = inTree(worktree.topLevel, ".gitattributes");
  const lines = lacking.map(({ directory }) => attributesLine(directory));
  const byHand = `Add at its end:  ${lines.join(" ; ")}`;
  if ((await kindOf(`${worktree.topLevel}/.gitattributes`)) === "symlink") {
    return plan({ problems: [refusedEdit(place, "is a symbolic link, which git does not read", byHand)] });
  }
  const file = await readForEdit(place, byHand);
  if (!file.ok) return plan({ problems: [file.error] });
  const after = withLinesAtEnd(without(file.value.text ?? "", lines), lines);
  const overridden = await stillLacking(worktree, lacking, after);
  return plan({
    edits: fileEdit(place, file.value, after),
    problems: overridden.map(({ directory, suite }) =>
      warning("not-wired", `other attributes outrank those of ${directory} in .gitattributes.`, {
        path: directory,
        suite,
        hint: `See which:  git check-attr -a ${shellWord(`${directory}/logs/test/session.log`)}`,
      }),
    ),
  });
}

/** The lines' own earlier copies go: they come again at the end. */
function without(text: string, lines: readonly string[]): string {
  if (!linesOf(text).some((line) => lines.includes(line))) return text;
  const kept = text.split(/(?<=\n)/).filter((line) => !lines.includes(line.trimEnd()));
  return kept.join("");
}

/** What git would say with the new text, and whatever else decides. */
function stillLacking(
  worktree: Worktree,
  reports: readonly ReportsPlace[],
  after: string,
): Promise<readonly ReportsPlace[]> {
  return withScratchDirectory(async (scratch) => {
    await writeEditable(scratch, ".gitattributes", { before: null, after, executable: false });
    const below = directoriesAbove(reports.flatMap(probesOf)).filter((path) => path !== ".");
    for (const directory of below) {
      const path = posix.join(directory, ".gitattributes");
      const nested = await readEditable(worktree.topLevel, path);
      if (!nested.ok || nested.value.text === null) continue;
      await writeEditable(scratch, path, { before: null, after: nested.value.text, executable: false });
    }
    const lacking: ReportsPlace[] = [];
    for (const place of reports) {
      if (!(await holds(worktree, place, scratch))) lacking.push(place);
    }
    return lacking;
  });
}

async function holds(worktree: Worktree, place: ReportsPlace, directory: string): Promise<boolean> {
  const names = [...WANTED.keys()];
  const found = await attributesOf(worktree, probesOf(place), names, { worktree: directory });
  return found.every((one) => [...WANTED].every(([name, value]) => one.get(name) === value));
}
