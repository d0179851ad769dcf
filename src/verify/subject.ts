import type { CommitHeader } from "../adapters/git/commit-header.ts";
import { expectQuestions } from "../adapters/git/object-dialogue.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { findRevision, type Revision } from "../adapters/git/revisions.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
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
  const finding = Promise.all([
    findRevision(repository, revision, { withParent: true }),
    base === null ? null : findRevision(repository, base, { withParent: false }),
  ]);
  // What the trees hold is asked next.
  expectQuestions(repository);
  const [found, into] = await finding;
  if (found.kind !== "commit") return err(noCommit(revision, found));
  const { commit: head, parent } = found;
  const subject = { revision, commit: head.id, tree: head.tree, at: at ?? head.committedAt };
  if (base === null || into === null) return ok({ subject, head, parent, base: null });
  if (into.kind !== "commit") return err(noCommit(base, into));
  return ok({ subject, head, parent, base: { ...into.commit, name: base } });
}

/** Why a revision is not the name of one commit. */
export function noCommit(revision: string, found: Exclude<Revision, { kind: "commit" }>): Problem {
  switch (found.kind) {
    case "absent":
      return notHere(revision, found.remote);
    case "beyond-history":
      return problem("objects-missing", `${revision} is further back than the history of this clone.`, {
        hint: "Get the history:  git fetch --unshallow",
      });
    case "ambiguous": {
      const message = `${revision} has more than one meaning here: ${found.meanings.join(", ")}.`;
      const [first] = found.meanings.toSorted((left, right) => rank(left) - rank(right));
      return problem("usage", message, { hint: `Name the one that is meant in full, such as  ${first}` });
    }
    case "disguised": {
      const { reference, remote } = found;
      const message = `${revision} is ${reference} here, and no branch that was fetched of the remote ${remote}.`;
      const branch = revision.slice(remote.length + 1);
      return problem("usage", message, {
        hint: `Get the branch:  ${fetchOf(remote, branch)},  or name the other one in full:  ${reference}`,
      });
    }
    case "malformed":
      return problem("usage", `${revision} is not the name of one commit.`, {
        hint: "Name a commit, a branch or a tag:  git log --oneline --all",
      });
    default:
      return unreachable(found);
  }
}

/** What was fetched is most often meant; a tag is what anybody could have pushed. */
function rank(meaning: string): number {
  const order = ["refs/remotes/", "refs/heads/"];
  const at = order.findIndex((place) => meaning.startsWith(place));
  return at === -1 ? order.length : at;
}

function notHere(revision: string, remote: string | null): Problem {
  const message = `${revision} is not a commit of this clone.`;
  // What has another form than a name, such as HEAD~9 or :0, no remote can be asked for.
  if (!/^[\w][\w./-]*$/.test(revision) || /^(?:[A-Z]+_)?HEAD$/.test(revision)) {
    return problem("objects-missing", message, {
      hint: "Name a commit, a branch or a tag:  git log --oneline --all",
    });
  }
  const name = revision.replace(/^refs\/remotes\//, "");
  const from = remote ?? (name.startsWith("origin/") ? "origin" : null);
  const command =
    from === null ? `git fetch origin ${revision}:${revision}` : fetchOf(from, name.slice(from.length + 1));
  const fetched = /^[0-9a-f]{40,64}$/.test(revision) ? `git fetch origin ${revision}` : command;
  return problem("objects-missing", message, { hint: `Check the name, or get it:  ${fetched}` });
}

/** A clone of one branch would have the commits of another, and no name for them. */
function fetchOf(remote: string, branch: string): string {
  return `git fetch ${remote} ${branch}:refs/remotes/${remote}/${branch}`;
}
