import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { PathReport } from "../../src/commands/why-ignored-document.ts";
import { IgnoreRepository } from "../rig/ignore-repository.ts";
import { type IgnoreTree, ignoreTrees } from "../rig/ignore-trees.ts";

/** How many paths are judged: a sample, unless more are asked for. */
const PATHS = Number(process.env.GATE_WHY_IGNORED_PATHS ?? 400);
const PATHS_OF_A_TREE = 9;

const repository = new IgnoreRepository();
afterAll(() => repository.remove());

const asked = (tree: IgnoreTree) => [...new Set([...tree.files, ...tree.others])];

/** Where case is ignored, `a` and `A` are one file. */
function isPartOf(path: string, other: string, { ignoreCase }: IgnoreTree): boolean {
  const [shorter = "", longer = ""] = [other, path]
    .map((one) => one.replace(/\/$/, ""))
    .map((one) => (ignoreCase ? one.toLowerCase() : one));
  return longer === shorter || longer.startsWith(`${shorter}/`);
}

/** The rules that are listed are all that match: without them git names none. */
function expectComplete(tree: IgnoreTree, { path, rules }: PathReport): void {
  const taken = (file: string, text: string) =>
    text
      .split("\n")
      .map((line, index) => (rules?.some((one) => one.file === file && one.line === index + 1) ? "" : line))
      .join("\n");
  repository.become({
    ...tree,
    ignoreFiles: Object.fromEntries(
      Object.entries(tree.ignoreFiles).map(([directory, text]) => [
        directory,
        taken(directory === "" ? ".gitignore" : `${directory}/.gitignore`, text),
      ]),
    ),
    infoExclude: taken(".git/info/exclude", tree.infoExclude),
    globalExcludes: taken(repository.globalExcludes, tree.globalExcludes),
  });
  expect(repository.verdicts([path])).toEqual([{ ignored: false, rule: null }]);
  repository.become(tree);
}

function expectFixWorks(report: PathReport, paths: readonly string[], tree: IgnoreTree): void {
  const others = paths.filter(
    (path) => !isPartOf(report.path, path, tree) && !isPartOf(path, report.path, tree),
  );
  const before = repository.verdicts(others).map(({ ignored }) => ignored);
  const undo = repository.apply(report.fix);
  const [own, ...now] = repository.verdicts([report.path, ...others]).map(({ ignored }) => ignored);
  expect(own).toBe(false);
  expect(now).toEqual(before);
  // Where case is ignored, git takes a file for another one that it tracks.
  const isAddable = tree.files.includes(report.path) && !report.tracked;
  if (isAddable && !(tree.ignoreCase && tree.tracked > 0)) {
    expect(repository.added(report.path)).toHaveLength(1);
  }
  undo();
}

/** How many of the ignored paths got lines, and how many did not. */
interface Tally {
  fixed: number;
  unfixed: number;
}

function expectExplained(
  report: PathReport,
  paths: readonly string[],
  tree: IgnoreTree,
): "fixed" | "unfixed" | null {
  const deciding = report.rules?.filter(({ role }) => /^(ignores|excludes-directory|lets-in)$/.test(role));
  expect(deciding, report.path).toMatchObject([report.rule]);
  if (report.fix.length > 0) expectFixWorks(report, paths, tree);
  if (!report.ignored) return null;
  return report.fix.length > 0 ? "fixed" : "unfixed";
}

async function expectAgreement(tree: IgnoreTree, tally: Tally): Promise<void> {
  repository.become(tree);
  const paths = asked(tree);
  const { paths: reports, problems } = await repository.why(paths);
  expect(problems).toEqual([]);
  expect(reports.map(({ ignored, rule }) => ({ ignored, rule }))).toEqual(repository.verdicts(paths));
  const matched = reports.filter(({ rule }) => rule !== null);
  for (const report of matched) {
    const how = expectExplained(report, paths, tree);
    if (how !== null) tally[how] += 1;
  }
  const several = matched.find(({ rules }) => (rules?.length ?? 0) > 1);
  if (several !== undefined) expectComplete(tree, several);
}

describe("gate why-ignored", () => {
  it(
    "agrees with git on every path of every tree, and its lines let in that path alone",
    async () => {
      const tally = { fixed: 0, unfixed: 0 };
      await fc.assert(
        fc.asyncProperty(ignoreTrees, (tree) => expectAgreement(tree, tally)),
        { numRuns: Math.ceil(PATHS / PATHS_OF_A_TREE) },
      );
      // Whoever found lines for few of them would pass all of the above.
      expect(tally.fixed).toBeGreaterThan(tally.unfixed * 20);
    },
    Math.max(60_000, PATHS * 100),
  );
});
