import { join } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { explainIgnored } from "../adapters/git/ignore.ts";
import type { IndexEntry } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { blobIdsOfFiles } from "../adapters/git/store.ts";
import { listTree } from "../adapters/git/trees.ts";
import { worktreeDifferences } from "../adapters/git/worktree.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import type { Attachment } from "./attachment.ts";

interface PlannedAttachment {
  readonly attachment: Pick<Attachment, "suite" | "reports">;
  readonly wanted: readonly IndexEntry[];
  readonly before: readonly IndexEntry[];
  readonly lastAttached: TreeId | null;
}

/** Why these reports must not be written here and now. Asked before anything is touched. */
export async function refuseAttachment(worktree: Worktree, planned: PlannedAttachment): Promise<Problem[]> {
  const { suite, reports } = planned.attachment;
  const blocked = await blockedDirectory(worktree, reports);
  if (blocked !== null) {
    const message = `${blocked} is not a directory; reports are not written through it.`;
    return [
      problem("report-refused", message, {
        path: blocked,
        suite,
        hint: "Move it away, or choose another reports: directory.",
      }),
    ];
  }
  const [edited, ignored] = await Promise.all([
    editedReports(worktree, planned),
    ignoredReports(
      worktree,
      planned.wanted.map(({ path }) => path),
      suite,
    ),
  ]);
  return [...edited, ...ignored];
}

/** A link or a file on the way to the reports would lead out of the tree, or be destroyed. */
async function blockedDirectory(worktree: Worktree, reports: string): Promise<string | null> {
  const segments = reports.split("/");
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const path = segments.slice(0, depth).join("/");
    const kind = await kindOf(join(worktree.topLevel, path));
    if (kind === "absent") return null;
    if (kind !== "directory") return path;
  }
  return null;
}

/** Reports on disk that are neither what is staged nor what gate itself wrote: a person's work. */
async function editedReports(
  worktree: Worktree,
  { attachment, wanted, before, lastAttached }: PlannedAttachment,
): Promise<Problem[]> {
  const target = new Map(wanted.map(({ path, id }) => [path, id]));
  const unmerged = new Set(before.filter(({ stage }) => stage !== 0).map(({ path }) => path));
  const differences = await worktreeDifferences(worktree, [exactly(attachment.reports)]);
  const suspects = differences
    .filter(({ kind, path }) => kind === "unstaged" || (kind === "untracked" && target.has(path)))
    .map(({ path }) => path)
    .filter((path) => !unmerged.has(path));
  const files: string[] = [];
  for (const path of suspects) {
    if ((await kindOf(join(worktree.topLevel, path))) === "file") files.push(path);
  }
  const ids = await blobIdsOfFiles(
    worktree,
    files.map((path) => join(worktree.topLevel, path)),
  );
  const ours =
    lastAttached === null
      ? new Map<string, string>()
      : await blobsUnder(worktree, lastAttached, attachment.reports);
  const edited = files.filter(
    (path, index) => ids[index] !== target.get(path) && ids[index] !== ours.get(path),
  );
  return edited.map((path) =>
    problem("reports-edited", `${path} has unstaged edits of yours, which new reports would overwrite.`, {
      path,
      suite: attachment.suite,
      hint: `Keep them elsewhere or drop them:  git checkout -- ${path}`,
    }),
  );
}

async function blobsUnder(worktree: Worktree, tree: TreeId, reports: string): Promise<Map<string, string>> {
  const entries = await listTree(worktree, tree, []);
  return new Map(entries.map(({ path, id }) => [`${reports}/${path}`, id]));
}

/** Reports that an ignore rule would keep out of later commits, with the rule that does it. */
export async function ignoredReports(
  worktree: Worktree,
  paths: readonly string[],
  suite: string,
): Promise<Problem[]> {
  const explained = await explainIgnored(worktree, paths);
  return explained
    .filter(({ ignored }) => ignored)
    .map(({ path, rule }) => {
      const by = rule === null ? "an ignore rule" : `the rule ${rule.pattern} in ${rule.file}:${rule.line}`;
      return problem("ignored-report", `${path} is ignored by ${by}.`, {
        path: rule?.file ?? path,
        line: rule?.line ?? null,
        suite,
        hint: "Let the reports be tracked:  gate init  adds the rules that do it.",
      });
    });
}
