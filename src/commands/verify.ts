import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { wiringProblems } from "../integrations/wiring.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { ok, type Result } from "../result.ts";
import { orProblem } from "../verify/failures.ts";
import { ignoredReports } from "../verify/ignored-reports.ts";
import { findCommits, type NotJudged, type VerifyRequest, verifyCommits } from "../verify/verify.ts";
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
  const verified = await verifyHere(opened.value, { ...options, at });
  if (!verified.ok)
    return { exit: verified.error.exit, document: unjudged(revision, verified.error.problems) };
  return { exit: verified.value.ok ? 0 : 1, document: verified.value };
}

/** The evidence of a commit, and what around it loses or spoils reports. */
export async function verifyHere(
  repository: Repository,
  request: VerifyRequest,
): Promise<Result<VerifyDocument, NotJudged>> {
  const compared = await findCommits(repository, request);
  if (!compared.ok) return compared;
  const { tree } = compared.value.subject;
  const [verified, ...surroundings] = await Promise.all([
    verifyCommits(repository, compared.value, request),
    orProblem(null, () => wiringProblems(repository, tree)),
    orProblem(null, () => ignoredReports(repository, tree, request.suite)),
    orProblem(null, () => fixerWarnings(repository, tree, request.suite)),
  ]);
  return verified.ok ? ok(verifyDocument(verified.value, surroundings.flat())) : verified;
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
