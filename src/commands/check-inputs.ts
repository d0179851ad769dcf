import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { resolveTree } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import { treeOfIndex } from "../judgement/index-tree.ts";
import { type JudgedSuite, judgeAs, reportsDirectories } from "../judgement/judge.ts";
import { undeclaredLinkTargets } from "../judgement/links.ts";
import { hasErrors, type Problem } from "../problem.ts";
import { expectedReports, listedReports, type WrittenReports } from "../reports/reports-place.ts";
import { orProblem } from "../verify/failures.ts";
import { type Before, collapseProblems, inputsHealth } from "../verify/inputs-health.ts";
import { unclaimedProblems } from "../verify/unclaimed.ts";
import { type Examined, noneFine } from "./check-document.ts";

interface ExaminedInputs extends Examined {
  /** What each suite writes: by its staged manifest, where there is one, and by its configuration. */
  readonly written: readonly WrittenReports[];
}

/** The inputs as gate.yaml on disk names them, among the files that are staged. */
export async function examineInputs(
  worktree: Worktree,
  configuration: Configuration,
): Promise<ExaminedInputs> {
  const signing = configuration.signing !== null;
  const unread = configuration.suites.map((suite) => expectedReports(suite, [], signing));
  const tree = await treeOfIndex(worktree);
  if (!tree.ok) return { ...noneFine(tree.error), written: unread };
  const { suites } = await judgeAs(worktree, tree.value, configuration);
  const head = await resolveTree(worktree, "HEAD");
  const before = head === null ? null : { tree: head, name: "HEAD" };
  const [unclaimed, ...found] = await Promise.all([
    orProblem(null, () => unclaimedProblems(worktree, tree.value, configuration.suites)),
    ...suites.map((judged) => problemsOf(worktree, { tree: tree.value, before, configuration, judged })),
  ]);
  const sound = suites.filter((_, index) => !hasErrors(found[index] ?? []));
  return {
    fine: sound.map(({ suite, inputs }) => ({
      area: "inputs",
      suite: suite.name,
      message: inputs.files === 1 ? "1 file" : `${inputs.files} files`,
    })),
    problems: [...found.flat(), ...unclaimed],
    written: suites.map(({ suite, recorded: { manifest, signed } }) =>
      expectedReports(suite, listedReports(manifest), signing || signed),
    ),
  };
}

interface Question {
  readonly tree: TreeId;
  readonly before: Before | null;
  readonly configuration: Configuration;
  readonly judged: JudgedSuite;
}

async function problemsOf(
  worktree: Worktree,
  { tree, before, configuration, judged }: Question,
): Promise<readonly Problem[]> {
  const { suite, inputs } = judged;
  const directories = reportsDirectories(configuration);
  const [health, links] = await Promise.all([
    inputsHealth(worktree, tree, suite, before),
    inputs.links === 0
      ? []
      : orProblem(suite.name, () => undeclaredLinkTargets(worktree, tree, suite, directories)),
  ]);
  return [...judged.problems, ...health.problems, ...collapseProblems(judged, health), ...links];
}
