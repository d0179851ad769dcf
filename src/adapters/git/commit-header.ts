import { GitError } from "./command.ts";
import { type CommitId, commitId, type TreeId, treeId } from "./ids.ts";
import type { ObjectFound } from "./object-stream.ts";
import type { Repository } from "./repository.ts";
import { readObjects } from "./small-blobs.ts";

/** A commit as verify looks at it. */
export interface CommitHeader {
  readonly id: CommitId;
  readonly tree: TreeId;
  readonly parents: readonly CommitId[];
  readonly committedAt: Date;
}

const LARGEST = 1 << 20;

/**
 * The commit of HEAD and its first parent, from the git that answers about objects: that is one process less than
 * `git log`. null where only that can say: without a commit, and of one in another form or larger than 1 MiB. The
 * parent is null where it is not here, as at the edge of a shallow clone.
 */
export async function headWithParent(
  repository: Repository,
): Promise<readonly [CommitHeader, CommitHeader | null] | null> {
  const [own, before] = await readObjects(repository, ["HEAD^{commit}", "HEAD^1^{commit}"], LARGEST);
  const head = own === undefined ? null : headerOf(own);
  if (head === null || before === undefined) return null;
  if (before.kind === "absent") return [head, null];
  const parent = headerOf(before);
  return parent === null ? null : [head, parent];
}

/** `tree <id>`, a `parent <id>` for each, author and `committer <who> <seconds> <zone>`, each on a line. */
const HEADERS =
  /^tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)author [^\n]*\ncommitter [^\n]*> (\d+) [+-]\d+\n/;

function headerOf(found: ObjectFound): CommitHeader | null {
  if (found.kind !== "object" || found.type !== "commit") return null;
  const [, tree, parents = "", seconds] = HEADERS.exec(found.bytes.toString("latin1")) ?? [];
  if (tree === undefined || seconds === undefined) return null;
  return {
    id: commitId(found.id),
    tree: treeId(tree),
    parents: [...parents.matchAll(/[0-9a-f]{40,}/g)].map(([id]) => commitId(id)),
    committedAt: commitTime(seconds, found.id),
  };
}

/** What depends on time cannot be judged of a commit at none, and nothing may be concluded from that. */
export function commitTime(seconds: string, id: string): Date {
  const time = new Date(/^\d+$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new GitError(["log"], "names a time that is none", id);
  return time;
}
