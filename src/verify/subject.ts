import { type CommitHeader, commitHeader } from "../adapters/git/history.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Subject } from "./verification.ts";

/** The commit that is judged, and the one that says who is trusted. */
export interface Comparison {
  readonly subject: Subject;
  readonly head: CommitHeader;
  /** The first parent; null where it has none, or a shallow clone ends here. */
  readonly parent: CommitHeader | null;
  /** null where no base was named. */
  readonly base: NamedCommit | null;
}

export interface NamedCommit extends CommitHeader {
  /** As it was named. */
  readonly name: string;
}

/** Finds the commits. A base that is not here is a no: without it the policy cannot be judged. */
export async function comparisonOf(
  repository: Repository,
  revision: string,
  base: string | null,
  at: Date | null,
): Promise<Result<Comparison, Problem>> {
  const [head, parent, found] = await Promise.all([
    commitHeader(repository, revision),
    commitHeader(repository, `${revision}^`),
    base === null ? null : commitHeader(repository, base),
  ]);
  if (head === null) return err(notHere(revision));
  const subject = { revision, commit: head.id, tree: head.tree, at: at ?? head.committedAt };
  if (base === null) return ok({ subject, head, parent, base: null });
  return found === null ? err(notHere(base)) : ok({ subject, head, parent, base: { ...found, name: base } });
}

function notHere(revision: string): Problem {
  const remote = /^([^/]+)\/(.+)$/.exec(revision);
  const fetched = remote === null ? `origin ${revision}` : `${remote[1]} ${remote[2]}`;
  return problem("objects-missing", `${revision} is not a commit of this clone.`, {
    hint: `Check the name, or get it:  git fetch ${fetched}`,
  });
}
