import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { wiringProblems } from "../integrations/wiring.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { orProblem } from "../verify/failures.ts";
import { ignoredReports } from "../verify/ignored-reports.ts";
import { findCommits, type VerifyRequest, verifyCommits } from "../verify/verify.ts";
import { readTime } from "../verify/written-time.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";
import { unjudged, type VerifyDocument, verifyDocument } from "./verify-document.ts";

export interface VerifyOptions extends Omit<VerifyRequest, "at"> {
  /** As written on the command line; null: the commit's own time. */
  readonly at: string | null;
}

/** Judges the evidence of a commit. Executes nothing from the tree; any doubt is a no. */
export async function verify(context: Context, options: VerifyOptions): Promise<Outcome<VerifyDocument>> {
  const { revision } = options;
  const at = options.at === null ? null : readTime(options.at, "T00:00:00Z");
  if (options.at !== null && at === null) {
    const hint = "Write it as 2026-02-13 or 2026-02-13T14:27:22Z.";
    const wrong = problem("usage", `--at ${options.at} is not a time.`, { hint });
    return { exit: 2, document: unjudged(revision, [wrong]) };
  }
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: unjudged(revision, [opened.error]) };
  const compared = await findCommits(opened.value, { ...options, at });
  if (!compared.ok)
    return { exit: compared.error.exit, document: unjudged(revision, compared.error.problems) };
  const { tree } = compared.value.subject;
  const [verified, ...surroundings] = await Promise.all([
    verifyCommits(opened.value, compared.value, options),
    orProblem(null, () => wiringProblems(opened.value, tree)),
    orProblem(null, () => ignoredReports(opened.value, tree, options.suite)),
    orProblem(null, () => fixerWarnings(opened.value, tree, options.suite)),
  ]);
  if (!verified.ok)
    return { exit: verified.error.exit, document: unjudged(revision, verified.error.problems) };
  const document = verifyDocument(verified.value, surroundings.flat());
  return { exit: document.ok ? 0 : 1, document };
}

/** What knows the tools is loaded while git is at work. */
async function fixerWarnings(
  repository: Repository,
  tree: TreeId,
  suite: string | null,
): Promise<readonly Problem[]> {
  const { fixersOfTree } = await import("../integrations/fixers-of-tree.ts");
  return fixersOfTree(repository, tree, suite);
}
