import { readEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import { SUBMODULE } from "../adapters/git/ids.ts";
import { explainIgnored } from "../adapters/git/ignore.ts";
import { stagedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { untrackedFiles } from "../adapters/git/worktree.ts";
import { lostProblem, lostReports, samplesOf } from "../ignore/lost-reports.ts";
import { ruleLines } from "../ignore/rule-lines.ts";
import { ruleWarnings } from "../ignore/rule-warnings.ts";
import { type Plan, plan } from "../integrations/edits.ts";
import { linkedDirectories, planReportsIgnored } from "../integrations/gitignore.ts";
import { type Problem, warning } from "../problem.ts";
import type { WrittenReports } from "../reports/reports-place.ts";
import { problemOfFailure } from "../verify/failures.ts";
import { type Examined, type FineArea, noneFine } from "./check-document.ts";

interface ExaminedReports extends Examined {
  /** The ignore rules that let in what is lost. */
  readonly plan: Plan;
}

/** Whether git would track every report, with all the rules that hold in this clone. */
export async function examineReports(
  worktree: Worktree,
  written: readonly WrittenReports[],
): Promise<ExaminedReports> {
  const linked = await linkedDirectories(worktree, written);
  const own = written.filter(({ suite }) => linked.every((one) => one.suite !== suite));
  try {
    const answers = await explainIgnored(
      worktree,
      own.flatMap(({ paths }) => paths),
    );
    const lost = lostReports(own, answers);
    if (lost.length === 0) return { fine: own.map(tracked), problems: linked, plan: plan({}) };
    const samples = new Set(samplesOf(lost));
    const partly = own.map((one) => ({ ...one, paths: one.paths.filter((path) => samples.has(path)) }));
    const { added, plan: mending } = await planReportsIgnored(worktree, partly);
    const named = new Set(lost.flatMap(({ suites }) => suites));
    return {
      fine: own.filter(({ suite }) => !named.has(suite)).map(tracked),
      problems: [...linked, ...lost.map((one) => lostProblem(one, added))],
      plan: mending,
    };
  } catch (error) {
    return { ...noneFine([...linked, problemOfFailure(error, null)]), plan: plan({}) };
  }
}

function tracked({ suite, paths }: WrittenReports): FineArea {
  return { area: "reports", suite, message: `git tracks what it writes (${paths.length} paths asked)` };
}

/** Rules of the repository's own ignore files that do nothing, or not what they look like. */
export async function examineRules(
  worktree: Worktree,
  written: readonly WrittenReports[],
): Promise<Examined> {
  const entries = (await stagedEntries(worktree, [])).filter(({ mode }) => mode !== SUBMODULE);
  const paths = entries.map(({ path }) => path).filter((path) => !path.startsWith('"'));
  const pathspecs = [":(top,glob)**/.gitignore"];
  const untracked = await untrackedFiles(worktree, { ignored: false, pathspecs });
  const ignoreFiles = new Set([...paths.filter(isIgnoreFile), ...untracked.filter(isIgnoreFile)]);
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const path of ignoreFiles) {
    const read = await readIgnoreFile(worktree, path);
    if ("problem" in read) problems.push(read.problem);
    else if (read.text !== null) texts.set(path, read.text);
  }
  const isReport = (path: string) => written.some(({ directory }) => path.startsWith(`${directory}/`));
  const found = await ruleWarnings(
    worktree,
    texts,
    paths.filter((path) => !isReport(path)),
  );
  const rules = [...texts.values()].reduce((sum, text) => sum + ruleLines(text).length, 0);
  const message = `${count(rules, "rule")} in ${count(texts.size, "ignore file")}`;
  const all = [...problems, ...found];
  return { fine: all.length === 0 ? [{ area: "ignore rules", suite: null, message }] : [], problems: all };
}

const isIgnoreFile = (path: string) => /(?:^|\/)\.gitignore$/.test(path);

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

async function readIgnoreFile(
  { topLevel }: Worktree,
  path: string,
): Promise<{ readonly text: string | null } | { readonly problem: Problem }> {
  const say = (what: string, hint: string) => ({
    problem: warning("rule-without-effect", `${path} ${what}.`, { path, hint }),
  });
  if ((await kindOf(`${topLevel}/${path}`)) === "symlink") {
    return say("is a symbolic link, which git does not read", "Put the rules into a file.");
  }
  const file = await readEditable(topLevel, path);
  if (file.ok) return { text: file.value.text };
  return say(
    `${file.error}: whether its rules do anything was not judged`,
    "Save it as UTF-8, which git takes byte for byte.",
  );
}
