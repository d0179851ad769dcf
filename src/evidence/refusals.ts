import { join } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import { explainIgnored, type IgnoreRule, ignoredAmong } from "../adapters/git/ignore.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { type Problem, problem } from "../problem.ts";
import { shellWord } from "../shell-word.ts";
import type { PlannedAttachment } from "./edited-reports.ts";

/** Why nothing can be written where these reports go. To be asked first. */
export async function blockedReports(
  worktree: Worktree,
  { suite, reports }: PlannedAttachment["attachment"],
): Promise<Problem[]> {
  const blocked = await blockedDirectory(worktree, reports);
  if (blocked === null) return [];
  const message = `${blocked} is not a directory; reports are not written through it.`;
  const hint = "Move it away, or choose another reports: directory.";
  return [problem("report-refused", message, { path: blocked, suite, hint })];
}

/** A link or a file on the way to the reports would lead out of the tree, or be destroyed. */
export async function blockedDirectory(worktree: Worktree, reports: string): Promise<string | null> {
  const segments = reports.split("/");
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const path = segments.slice(0, depth).join("/");
    const kind = await kindOf(join(worktree.topLevel, path));
    if (kind === "absent") return null;
    if (kind !== "directory") return path;
  }
  return null;
}

/** Reports that an ignore rule would keep out of later commits, with the rule that does it. */
export async function ignoredReports(
  worktree: Worktree,
  paths: readonly string[],
  suite: string,
): Promise<Problem[]> {
  const explained = await explainIgnored(worktree, await ignoredAmong(worktree, paths));
  const firstOf = new Map(explained.toReversed().map(({ path, rule }) => [ruleText(rule), path]));
  return explained.map(({ path, rule }) => {
    const first = shellWord(firstOf.get(ruleText(rule)) ?? path);
    return problem("ignored-report", `${path} is ignored by ${ruleText(rule)}.`, {
      path: rule?.file ?? path,
      line: rule?.line ?? null,
      suite,
      hint: `Let the reports be tracked:  gate check --fix,  or, where only some are called like what is ignored, by the lines of:  gate why-ignored ${first}`,
    });
  });
}

function ruleText(rule: IgnoreRule | null): string {
  return rule === null ? "an ignore rule" : `the rule ${rule.pattern} in ${rule.file}:${rule.line}`;
}
