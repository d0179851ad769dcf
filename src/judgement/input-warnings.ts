import { emptyTree, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { pathsPresent } from "../adapters/git/tree-objects.ts";
import { treesAgree } from "../adapters/git/trees.ts";
import type { Configuration, InputPattern, Suite } from "../config/configuration.ts";
import { readRecorded } from "../evidence/recorded.ts";
import { CONFIGURATION_PATH, patternPathspecs } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";
import { type JudgedSuite, type JudgedTree, reportsDirectories } from "./judge.ts";
import { undeclaredLinkTargets } from "./links.ts";

/** Odd without being wrong: symbolic links among the inputs that lead out of them. */
export async function linksLeadingOut(
  repository: Repository,
  { tree, suites, configuration }: JudgedTree,
): Promise<Problem[]> {
  const withLinks = suites.filter(({ inputs }) => inputs.links > 0);
  const found = await Promise.all(
    withLinks.map(({ suite }) =>
      undeclaredLinkTargets(repository, tree, suite, reportsDirectories(configuration)),
    ),
  );
  return found.flat();
}

/** Odd without being wrong: patterns that match nothing. Can be asked while the tree is being judged. */
export async function emptyPatterns(
  repository: Repository,
  tree: TreeId,
  { suites }: Pick<Configuration, "suites">,
): Promise<Problem[]> {
  const nothing = emptyTree(repository.objectFormat);
  const asked = suites.flatMap((suite) => suite.inputs.map((pattern) => ({ suite, pattern })));
  const present = await pathsPresent(
    repository,
    tree,
    asked.map(({ pattern }) => pattern.glob),
  );
  const others = asked.filter((_, index) => !present[index]);
  const empty = await Promise.all(
    others.map(({ pattern }) => treesAgree(repository, nothing, tree, patternPathspecs(pattern))),
  );
  return others.flatMap(({ suite, pattern }, index) =>
    empty[index] ? [matchesNothing(suite, pattern)] : [],
  );
}

/** What `gate verify` will have against a new record, as far as the old one tells: files were moved, say. */
export async function shrunkenInputs(
  repository: Repository,
  tree: TreeId,
  { suite, inputs }: JudgedSuite,
): Promise<readonly Problem[]> {
  const included = { ...suite, inputs: suite.inputs.filter(({ exclude }) => !exclude) };
  const empty = await emptyPatterns(repository, tree, { suites: [included] });
  const { manifest } = await readRecorded(repository, tree, suite);
  const before = manifest?.inputs.files ?? 0;
  if (before < 2 || inputs.files * 2 > before) return empty;
  const message = `the inputs of ${suite.name} fell from ${before} files in the last record to ${inputs.files}: gate verify refuses that.`;
  const hint = "If files moved, name their new place under inputs: of gate.yaml.";
  const place = { path: CONFIGURATION_PATH, line: suite.inputs[0]?.line ?? null, suite: suite.name };
  return [...empty, warning("inputs-collapsed", message, { ...place, hint })];
}

function matchesNothing(suite: Suite, { glob, exclude, line }: InputPattern): Problem {
  const written = `${exclude ? "!" : ""}${glob}`;
  return warning(
    "pattern-matches-nothing",
    `the pattern ${written} of ${suite.name} matches no tracked file.`,
    {
      path: CONFIGURATION_PATH,
      line,
      suite: suite.name,
      hint: "Correct it, git add what it should match, or take it out.",
    },
  );
}
