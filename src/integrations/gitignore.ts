import { dirname } from "node:path";
import { kindOf } from "../adapters/files/files.ts";
import type { IgnoreAnswer } from "../adapters/git/ignore.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { AddedLines } from "../ignore/lost-reports.ts";
import { type IgnoreFiles, ignoreFilesAbove, judge, mendIgnores } from "../ignore/mend.ts";
import { type Problem, problem, warning } from "../problem.ts";
import type { WrittenReports } from "../reports/reports-place.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { type FileEdit, fileEdit, inTree, type Plan, plan, readForEdit, refusedEdit } from "./edits.ts";
import { withLinesAtEnd } from "./lines.ts";

/** Files of which a clone makes its own: a name that only a rule about them matches, and that rule. */
interface LocalFiles {
  readonly probe: string;
  readonly rule: string;
}

const SESSIONS: LocalFiles = { probe: ".gate/sessions/probe", rule: ".gate/" };
const BYTECODE: LocalFiles = { probe: "__pycache__/probe.cpython-313.pyc", rule: "__pycache__/" };

/** Sessions are ignored, reports are not: the lines that make it so, at the end of the ignore files. */
export async function planIgnoreRules(
  worktree: Worktree,
  reports: readonly WrittenReports[],
  committed: readonly string[],
  { python }: { readonly python: boolean },
): Promise<Plan> {
  const links = await linkedDirectories(worktree, reports);
  if (links.length > 0) return plan({ problems: links });
  const above = ignoreFilesAbove([SESSIONS.probe, ...committed, ...reports.flatMap(({ paths }) => paths)]);
  const read = await readIgnoreFiles(worktree, above);
  if (!read.ok) return plan({ problems: [read.error] });
  const files = read.value;
  const local = await localLines(worktree, files, [SESSIONS, ...(python ? [BYTECODE] : [])]);
  const { added, unresolved } = await linesForReports(worktree, reports, files, local);
  const hidden = await judge(worktree, changedFiles(files, added), committed);
  return plan({
    edits: ignoreEdits(worktree, files, added, "sessions stay here, the reports are committed"),
    problems: [...unresolved.map(stillIgnored), ...hidden.filter((one) => one.ignored).map(notCommitted)],
  });
}

/** The lines that let reports in, and nothing else; none where none is found that git agrees to. */
export async function planReportsIgnored(
  worktree: Worktree,
  reports: readonly WrittenReports[],
): Promise<{ readonly added: AddedLines; readonly plan: Plan }> {
  const read = await readIgnoreFiles(worktree, ignoreFilesAbove(reports.flatMap(({ paths }) => paths)));
  if (!read.ok) return { added: new Map(), plan: plan({ problems: [read.error] }) };
  const { added } = await linesForReports(worktree, reports, read.value, new Map());
  return {
    added,
    plan: plan({ edits: ignoreEdits(worktree, read.value, added, "the reports are committed") }),
  };
}

async function linesForReports(
  worktree: Worktree,
  reports: readonly WrittenReports[],
  files: IgnoreFiles,
  before: AddedLines,
): Promise<{ readonly added: AddedLines; readonly unresolved: readonly IgnoreAnswer[] }> {
  const added = new Map(before);
  const unresolved: IgnoreAnswer[] = [];
  for (const { directory, paths } of reports) {
    const mend = await mendIgnores(worktree, changedFiles(files, added), { directory, paths });
    for (const [file, lines] of mend.added) added.set(file, [...(added.get(file) ?? []), ...lines]);
    unresolved.push(...mend.unresolved);
  }
  return { added, unresolved };
}

function ignoreEdits(
  worktree: Worktree,
  files: IgnoreFiles,
  added: AddedLines,
  head: string,
): readonly FileEdit[] {
  return [...added].flatMap(([file, lines]) => {
    const text = files.get(file) ?? null;
    const place = inTree(worktree.topLevel, file);
    return fileEdit(place, { text, executable: false }, withBlock(text ?? "", [`# gate: ${head}`, ...lines]));
  });
}

/** Ignored by the repository's own rules: a rule of one user's does not help the others. */
async function localLines(
  worktree: Worktree,
  files: IgnoreFiles,
  wanted: readonly LocalFiles[],
): Promise<AddedLines> {
  const answers = await judge(
    worktree,
    files,
    wanted.map(({ probe }) => probe),
  );
  const lines = wanted.flatMap(({ rule }, index) => {
    const answer = answers[index];
    return answer?.ignored === true && files.has(answer.rule?.file ?? "") ? [] : [rule];
  });
  return lines.length === 0 ? new Map() : new Map([[".gitignore", lines]]);
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

/** What lies behind a link git does not commit, and does not answer for. */
export async function linkedDirectories(
  worktree: Worktree,
  reports: readonly Pick<WrittenReports, "directory" | "suite">[],
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

function changedFiles(files: IgnoreFiles, added: AddedLines): IgnoreFiles {
  const changed = [...added].map(([file, lines]): [string, string] => [
    file,
    withLinesAtEnd(files.get(file) ?? "", lines),
  ]);
  return new Map([...files, ...changed]);
}

function withBlock(text: string, lines: readonly string[]): string {
  return withLinesAtEnd(text, [...(text === "" ? [] : [""]), ...lines]);
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
    hint: `git add -f ${shellWord(path)}`,
  });
}
