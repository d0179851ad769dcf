import { type CommitHeader, commitHeader } from "../adapters/git/history.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Subject } from "./verification.ts";

/** The commit that is judged, and the one that says who is trusted. */
export interface Comparison {
  readonly subject: Subject;
  readonly head: CommitHeader;
  /** What `--base` names; null where nothing was named. */
  readonly base: CommitHeader | null;
}

/** Finds the commits. A base that is not here is a no: without it the policy cannot be judged. */
export async function comparisonOf(
  repository: Repository,
  revision: string,
  base: string | null,
  at: Date | null,
): Promise<Result<Comparison, Problem>> {
  const [head, found] = await Promise.all([
    commitHeader(repository, revision),
    base === null ? null : commitHeader(repository, base),
  ]);
  if (head === null) return err(notHere(revision));
  if (base !== null && found === null) return err(notHere(base));
  const subject = { revision, commit: head.id, tree: head.tree, at: at ?? head.committedAt };
  return ok({ subject, head, base: found });
}

function notHere(revision: string): Problem {
  const remote = /^([^/]+)\/(.+)$/.exec(revision);
  const fetched = remote === null ? `origin ${revision}` : `${remote[1]} ${remote[2]}`;
  return problem("objects-missing", `${revision} is not a commit of this clone.`, {
    hint: `Check the name, or get it:  git fetch ${fetched}`,
  });
}
