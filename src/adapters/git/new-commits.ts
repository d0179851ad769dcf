import { randomUUID } from "node:crypto";
import { git } from "./command.ts";
import { type CommitId, commitId, SUBMODULE, type TreeId, treeId } from "./ids.ts";
import { splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** One change to a tree, made without an index, a working tree or a filter. */
export type TreeEdit =
  | {
      readonly kind: "put";
      readonly path: string;
      readonly mode: "100644" | "100755" | "120000";
      readonly content: Uint8Array;
    }
  | { readonly kind: "submodule"; readonly path: string; readonly commit: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "move"; readonly from: string; readonly to: string };

/** Commits on `parent`, one for each list of edits to its tree. Deleting and moving take whole directories, too. */
export async function commitsOnto(
  repository: Repository,
  parent: CommitId,
  lists: readonly (readonly TreeEdit[])[],
  at: Date,
): Promise<CommitId[]> {
  if (lists.length === 0) return [];
  const reference = `refs/forged/${randomUUID()}`;
  const commits = lists.flatMap((edits, index) => [
    text(`commit ${reference}\nmark :${index + 1}\ncommitter ${whoAndWhen(at)}\ndata 0\nfrom ${parent}\n`),
    ...edits.flatMap(command),
    text(`\nget-mark :${index + 1}\n`),
  ]);
  // only the objects are wanted
  const forgotten = text(`reset ${reference}\nfrom ${"0".repeat(parent.length)}\n\n`);
  const input = Buffer.concat([...commits, forgotten]);
  const output = await git(repository, ["fast-import", "--quiet"], { input });
  return output.toString("latin1").trim().split("\n").map(commitId);
}

/** A commit of a tree that is there already. */
export async function commitOf(
  repository: Repository,
  tree: TreeId,
  parents: readonly CommitId[],
  message: string,
  at: Date,
): Promise<CommitId> {
  const [name = "", email = "", when = ""] = whoAndWhen(at).split(/ <|> /);
  const environment = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: `@${when}`,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: `@${when}`,
  };
  const args = ["-c", "commit.gpgSign=false", "commit-tree", "-m", message];
  const named = parents.flatMap((parent) => ["-p", parent]);
  const output = await git(repository, [...args, ...named, tree], { environment });
  return commitId(output.toString("latin1").trim());
}

/**
 * The tree with a second entry of the same name before that of a file. git stores such a tree when it is told to,
 * and shows now the one and now the other.
 */
export async function withDoubledEntry(
  repository: Repository,
  tree: TreeId,
  path: string,
  content: Uint8Array,
): Promise<TreeId> {
  const args = ["hash-object", "-w", "--no-filters", "--stdin"];
  const blob = (await git(repository, args, { input: content })).toString("latin1").trim();
  return doubled(repository, tree, path.split("/"), blob);
}

async function doubled(
  repository: Repository,
  tree: string,
  [name = "", ...rest]: readonly string[],
  blob: string,
): Promise<TreeId> {
  const entries = splitNul(await git(repository, ["ls-tree", "-z", tree])).map((line) =>
    line.toString("utf8"),
  );
  const at = entries.findIndex((entry) => entry.endsWith(`\t${name}`));
  const [, , id = ""] = entries[at]?.split(/[ \t]/) ?? [];
  if (rest.length === 0) entries.splice(at, 0, `100644 blob ${blob}\t${name}`);
  else entries[at] = `040000 tree ${await doubled(repository, id, rest, blob)}\t${name}`;
  const input = entries.map((entry) => `${entry}\0`).join("");
  return treeId((await git(repository, ["mktree", "-z"], { input })).toString("latin1").trim());
}

/** The tree with its entries the wrong way round: git, asked about a path, stops at the first name behind it. */
export async function turnedRound(repository: Repository, tree: TreeId): Promise<TreeId> {
  const bytes = await git(repository, ["cat-file", "tree", tree]);
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at) + 1 + tree.length / 2;
    entries.unshift(bytes.subarray(at, end));
    at = end;
  }
  const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
  const id = await git(repository, args, { input: Buffer.concat(entries) });
  return treeId(id.toString("latin1").trim());
}

/** An annotated tag. */
export async function tagCommit(
  repository: Repository,
  name: string,
  commit: CommitId,
  at: Date,
): Promise<void> {
  const tag = `object ${commit}\ntype commit\ntag ${name}\ntagger ${whoAndWhen(at)}\n\n${name}\n`;
  const id = (await git(repository, ["mktag"], { input: tag })).toString("latin1").trim();
  await git(repository, ["update-ref", `refs/tags/${name}`, id]);
}

/** From now on git takes one object for the other, where it is not told to leave that. */
export async function replaceObject(repository: Repository, object: string, by: string): Promise<void> {
  await git(repository, ["update-ref", `refs/replace/${object}`, by]);
}

function whoAndWhen(at: Date): string {
  const seconds = Math.max(0, Math.floor(at.getTime() / 1000));
  return `gate doctor <doctor@gate.invalid> ${seconds} +0000`;
}

function command(edit: TreeEdit): Buffer[] {
  switch (edit.kind) {
    case "put":
      return [
        text(`M ${edit.mode} inline ${quoted(edit.path)}\ndata ${edit.content.length}\n`),
        Buffer.from(edit.content),
        text("\n"),
      ];
    case "submodule":
      return [text(`M ${SUBMODULE} ${edit.commit} ${quoted(edit.path)}\n`)];
    case "remove":
      return [text(`D ${quoted(edit.path)}\n`)];
    case "move":
      return [text(`R ${quoted(edit.from)} ${quoted(edit.to)}\n`)];
  }
}

const text = (line: string) => Buffer.from(line, "utf8");

/** A path that is not UTF-8 is in git's quoted form already. */
function quoted(path: string): string {
  if (path.startsWith('"')) return path;
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
