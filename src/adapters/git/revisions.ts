import { gitAnswer } from "./command.ts";
import type { CommitHeader } from "./commit-header.ts";
import { commitHeader, commitWithParent, isShallow } from "./history.ts";
import { objectIdLength } from "./ids.ts";
import type { Repository } from "./repository.ts";

/** What a revision that somebody wrote stands for, found out once: from there on its id is used. */
export type Revision =
  | {
      readonly kind: "commit";
      readonly commit: CommitHeader;
      /** null also where nobody asked for it. */
      readonly parent: CommitHeader | null;
    }
  /** It leads to no commit that is here. `remote`: the one whose branch it may be. */
  | { readonly kind: "absent"; readonly remote: string | null }
  /** It leads from a commit that is here to where a shallow clone has no history. */
  | { readonly kind: "beyond-history" }
  /** Several things have the name: whoever can push one of them could say what it means. */
  | { readonly kind: "ambiguous"; readonly meanings: readonly string[] }
  /** It looks like a branch of this remote, and is another reference. */
  | { readonly kind: "disguised"; readonly reference: string; readonly remote: string }
  /** A range, an exclusion, a path, a search: not the name of one commit. */
  | { readonly kind: "malformed" };

/** A name, and then steps from it: `main~2`, `v1^{commit}`, `main@{upstream}`. */
const FORM = /^((?:(?!@\{)[^\0-\x20\x7f~^:?*[\\])*)(?:~\d*|\^\d*|\^\{[^{}\0\n]*\}|@\{[^{}\0\n]*\})*$/;

/**
 * Finds the commit that a revision means. git itself takes a tag before a branch, and a branch before what was
 * fetched of a remote's: so a name that has several meanings has none here.
 */
export async function findRevision(
  repository: Repository,
  written: string,
  { withParent }: { readonly withParent: boolean },
): Promise<Revision> {
  const name = FORM.exec(written)?.[1] ?? null;
  if (written === "" || name === null || name.includes("..")) return { kind: "malformed" };
  const [objection, found] = await Promise.all([
    objectionTo(repository, name),
    withParent ? commitWithParent(repository, written) : commitHeader(repository, written),
  ]);
  if (objection !== null) return objection;
  if (found === null) {
    return (await isBeyondHistory(repository, written, name))
      ? { kind: "beyond-history" }
      : absent(repository, name);
  }
  return "id" in found
    ? { kind: "commit", commit: found, parent: null }
    : { kind: "commit", commit: found[0], parent: found[1] };
}

async function isBeyondHistory(repository: Repository, written: string, name: string): Promise<boolean> {
  const onlyGoesBack = written !== name && /^(?:[~^]\d*)+$/.test(written.slice(name.length));
  if (!onlyGoesBack || !(await isShallow(repository))) return false;
  return (await commitHeader(repository, name)) !== null;
}

async function objectionTo(repository: Repository, name: string): Promise<Revision | null> {
  if (["", "@", "HEAD"].includes(name) || isWholeId(repository, name)) return null;
  const references = await referencesCalled(repository, name);
  if (name.startsWith("refs/")) {
    return references.length === 0 || references.includes(name) ? null : absent(repository, name);
  }
  const [reference] = references;
  if (reference === undefined) return null;
  const meanings = [...references, ...(await objectsCalled(repository, name))];
  if (meanings.length > 1) return { kind: "ambiguous", meanings };
  const remote = reference.startsWith("refs/remotes/") ? null : await remoteIn(repository, name);
  return remote === null ? null : { kind: "disguised", reference, remote };
}

async function absent(repository: Repository, name: string): Promise<Revision> {
  return { kind: "absent", remote: await remoteIn(repository, name.replace(/^refs\/remotes\//, "")) };
}

function isWholeId({ objectFormat }: Repository, name: string): boolean {
  return /^[0-9a-f]+$/i.test(name) && name.length === objectIdLength(objectFormat);
}

/** Every reference that git would look at for this name (gitrevisions(7)). */
async function referencesCalled(repository: Repository, name: string): Promise<readonly string[]> {
  const places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map((place) => place + name);
  const wanted = [...places, `refs/remotes/${name}/HEAD`].filter((one) => one.startsWith("refs/"));
  const { stdout } = await gitAnswer(repository, ["for-each-ref", "--format=%(refname)", "--", ...wanted]);
  return stdout
    .toString("utf8")
    .split("\n")
    .filter((one) => wanted.includes(one));
}

/** Objects whose abbreviated id this could be, alone or at the end of what `git describe` says. */
async function objectsCalled(repository: Repository, name: string): Promise<readonly string[]> {
  const digits = /(?:^|-g)([0-9a-f]{4,})$/i.exec(name)?.[1];
  if (digits === undefined) return [];
  const { stdout } = await gitAnswer(repository, ["rev-parse", `--disambiguate=${digits}`]);
  return stdout.toString("latin1").split("\n").filter(Boolean);
}

/** The remote that the name begins with; null where there is none of that name. */
async function remoteIn(repository: Repository, name: string): Promise<string | null> {
  const [remote = "", ...branch] = name.split("/");
  if (branch.length === 0) return null;
  const answer = await gitAnswer(repository, ["config", "--get", `remote.${remote}.url`], { accept: [1] });
  return answer.code === 0 ? remote : null;
}
