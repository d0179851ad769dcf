import { dirname } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { IgnoreAnswer } from "../adapters/git/ignore.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { type IgnoreFiles, ignoreFilesAbove, judge, mendIgnores } from "../ignore/mend.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit } from "./edits.ts";
import { withLinesAtEnd } from "./lines.ts";
import { probesOf, type ReportsPlace } from "./reports-place.ts";

/** A name that only a rule about the directory matches. */
const SESSIONS = ".gate/sessions/probe";

/** Sessions are ignored, reports are not: the lines that make it so, at the end of the ignore files. */
export async function planIgnoreRules(
  worktree: Worktree,
  reports: readonly ReportsPlace[],
  committed: readonly string[],
): Promise<Plan> {
  const links = await linkedDirectories(worktree, reports);
  if (links.length > 0) return plan({ problems: links });
  const paths = [SESSIONS, ...committed, ...reports.flatMap(probesOf)];
  const read = await readIgnoreFiles(worktree, ignoreFilesAbove(paths));
  if (!read.ok) return plan({ problems: [read.error] });
  const files = read.value;
  const added = new Map(await sessionLines(worktree, files));
  const unresolved: IgnoreAnswer[] = [];
  for (const place of reports) {
    const now = changedFiles(files, added);
    const wanted = { directory: place.directory, paths: probesOf(place) };
    const mend = await mendIgnores(worktree, now, wanted);
    for (const [file, lines] of mend.added) added.set(file, [...(added.get(file) ?? []), ...lines]);
    unresolved.push(...mend.unresolved);
  }
  const hidden = await judge(worktree, changedFiles(files, added), committed);
  const edits = [...added].flatMap(([file, lines]) => {
    const text = files.get(file) ?? null;
    return fileEdit(
      inTree(worktree.topLevel, file),
      { text, executable: false },
      withBlock(text ?? "", lines),
    );
  });
  return plan({
    edits,
    problems: [...unresolved.map(stillIgnored), ...hidden.filter((one) => one.ignored).map(notCommitted)],
  });
}

/** Ignored by the repository's own rules: a rule of one user's does not help the others. */
async function sessionLines(
  worktree: Worktree,
  files: IgnoreFiles,
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const [answer] = await judge(worktree, files, [SESSIONS]);
  const ignored = answer?.ignored === true && files.has(answer.rule?.file ?? "");
  return ignored ? [] : [[".gitignore", [".gate/"]]];
}

async function readIgnoreFiles(
  worktree: Worktree,
  paths: readonly string[],
): Promise<Result<IgnoreFiles, Problem>> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const place = inTree(worktree.topLevel, path);
    const byHand = "Mend it, then:  gate init";
    if ((await kindOf(`${worktree.topLevel}/${path}`)) === "symlink") {
      return err(refusedEdit(place, "is a symbolic link, which git does not read", byHand));
    }
    const file = await readForEdit(place, byHand);
    if (!file.ok) return file;
    if (file.value.text !== null) files.set(path, file.value.text);
  }
  return ok(files);
}

async function linkedDirectories(
  worktree: Worktree,
  reports: readonly ReportsPlace[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { directory, suite } of reports) {
    const parts = upwards(directory);
    for (const path of parts) {
      if ((await kindOf(`${worktree.topLevel}/${path}`)) !== "symlink") continue;
      const message = `${path} is a symbolic link; git commits the link and nothing behind it.`;
      const hint = `Name a directory of its own in gate.yaml:  reports: ${suite}-reports`;
      problems.push(problem("report-refused", message, { path, suite, hint }));
    }
  }
  return problems;
}

const upwards = (path: string): readonly string[] => (path === "." ? [] : [...upwards(dirname(path)), path]);

function changedFiles(files: IgnoreFiles, added: ReadonlyMap<string, readonly string[]>): IgnoreFiles {
  const changed = [...added].map(([file, lines]): [string, string] => [
    file,
    withLinesAtEnd(files.get(file) ?? "", lines),
  ]);
  return new Map([...files, ...changed]);
}

function withBlock(text: string, lines: readonly string[]): string {
  const head = "# gate: sessions stay here, the reports are committed";
  return withLinesAtEnd(text, [...(text === "" ? [] : [""]), head, ...lines]);
}

function stillIgnored({ path, rule }: IgnoreAnswer): Problem {
  const where = rule === null ? "" : ` by ${rule.file}:${rule.line} (${rule.pattern})`;
  return problem("ignored-report", `${path} is ignored${where}, and no line was found that lets it in.`, {
    path: rule?.file ?? null,
    line: rule?.line ?? null,
    hint: "Take the rule away, or move the reports:  reports: in gate.yaml",
  });
}

function notCommitted({ path, rule }: IgnoreAnswer): Problem {
  const where = rule === null ? "" : ` by ${rule.file}:${rule.line} (${rule.pattern})`;
  return warning("not-wired", `${path} is ignored${where}, so other clones will not have it.`, {
    path,
    hint: `git add -f ${path}`,
  });
}
