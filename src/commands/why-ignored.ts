import { realPathIfThere } from "../adapters/files/real-path.ts";
import { GitError } from "../adapters/git/command.ts";
import { faithfulText } from "../adapters/git/paths.ts";
import { plainWorktree, type Worktree } from "../adapters/git/repository.ts";
import { type JudgedPath, type JudgedPaths, judgePaths } from "../ignore/judged-paths.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { bytesOfArguments, fromTopLevel, pathsOfInput } from "./asked-paths.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import type { PathReport, WhyIgnoredDocument, WhyIgnoredOptions } from "./why-ignored-document.ts";
import { ruleReporter } from "./why-ignored-report.ts";

/** Of more paths with rules, only the deciding rule is named. */
const MOST_EXPLAINED = 256;

/** Why git ignores paths, or does not, and what would make it track them. Changes nothing. */
export async function whyIgnored(
  context: Context,
  { paths, stdin }: WhyIgnoredOptions,
): Promise<Outcome<WhyIgnoredDocument>> {
  const directory = (await realPathIfThere(context.directory)) ?? context.directory;
  const given = [
    ...(await bytesOfArguments(paths)),
    ...(stdin === "no" ? [] : pathsOfInput(await context.input(), stdin)),
  ];
  const judged = await judge(context, directory, given);
  if (!judged.ok) return { exit: 2, document: whyIgnoredDocument([], [judged.error]) };
  const { asked, problems, answer, worktree } = judged.value;
  const reports = await report(
    worktree,
    answer,
    asked.map(({ given: shown }) => shown),
  );
  return { exit: problems.length > 0 ? 2 : 0, document: whyIgnoredDocument(reports, problems) };
}

function whyIgnoredDocument(paths: readonly PathReport[], problems: readonly Problem[]): WhyIgnoredDocument {
  return { schema: "gate/why-ignored@1", paths, problems };
}

interface AskedPath {
  readonly given: string;
  /** From the top level. */
  readonly path: string;
}

interface Judged {
  readonly worktree: Worktree;
  readonly asked: readonly AskedPath[];
  readonly answer: JudgedPaths;
  readonly problems: readonly Problem[];
}

/** Most repositories need not be looked for with git's help: that is one process less. */
async function judge(
  context: Context,
  directory: string,
  given: readonly string[],
): Promise<Result<Judged, Problem>> {
  const plain = await plainWorktree(directory, context.environment);
  const found = plain === null ? null : await judgeIn(plain, directory, given);
  if (found !== null) return ok(found);
  const opened = await openWorktree(context);
  if (!opened.ok) return err(opened.error);
  const { asked, problems } = placed(opened.value, directory, given);
  const answer = await judgePaths(
    opened.value,
    asked.map(({ path }) => path),
  );
  return ok({ worktree: opened.value, asked, problems, answer });
}

/** null where git sees the place otherwise. */
async function judgeIn(
  worktree: Worktree,
  directory: string,
  given: readonly string[],
): Promise<Judged | null> {
  const { asked, problems } = placed(worktree, directory, given);
  try {
    const answer = await judgePaths(
      worktree,
      asked.map(({ path }) => path),
    );
    return { worktree, asked, problems, answer };
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

function placed(
  { topLevel }: Worktree,
  directory: string,
  given: readonly string[],
): Pick<Judged, "asked" | "problems"> {
  const find = fromTopLevel(topLevel, directory);
  const asked: AskedPath[] = [];
  const problems: Problem[] = [];
  for (const one of given) {
    const path = one === "" ? null : find(one);
    if (path !== null) asked.push({ given: one, path });
    else problems.push(outside(faithfulText(one), topLevel));
  }
  return { asked, problems };
}

function outside(path: string, topLevel: string): Problem {
  if (path === "") return problem("usage", "an empty path is the name of nothing.");
  return problem("usage", `${path} lies outside the repository ${topLevel}.`, {
    path,
    hint: `Ask where it lies:  gate -C <directory> why-ignored ${path}`,
  });
}

async function report(
  worktree: Worktree,
  { judged: paths, settings }: JudgedPaths,
  given: readonly string[],
): Promise<readonly PathReport[]> {
  const reportOf = ruleReporter();
  const matched = paths.filter(({ rule, path }) => rule !== null && path !== "");
  if (matched.length === 0 || matched.length > MOST_EXPLAINED) {
    return paths.map((path, index) => reportOf.bare(faithfulText(given[index] ?? ""), path));
  }
  const { explainPaths } = await import("../ignore/explain.ts");
  const explained = await explainPaths({ worktree, asked: paths, settings }, matched);
  const found = new Map(
    matched.map((path, index): [JudgedPath, (typeof explained)[number] | undefined] => [
      path,
      explained[index],
    ]),
  );
  return paths.map((path, index) => {
    const shown = faithfulText(given[index] ?? "");
    const explanation = found.get(path);
    return explanation === undefined ? reportOf.bare(shown, path) : reportOf.full(shown, path, explanation);
  });
}
