import { join } from "node:path";
import { git, gitAnswer, gitSays } from "./command.ts";
import {
  type BlobId,
  blobId,
  type CommitId,
  commitId,
  emptyTree,
  objectIdLength,
  type TreeId,
  treeId,
} from "./ids.ts";
import { latin1Lines, pathText, pathTextOfLatin1, splitNul } from "./paths.ts";
import type { Repository } from "./repository.ts";
import { type BlobAt, readBlobsUpTo, readObjects } from "./small-blobs.ts";

export interface TreeEntry {
  /** Six octal digits, as git writes them. */
  readonly mode: string;
  readonly id: string;
  readonly path: string;
}

type ChangeKind = "added" | "modified" | "deleted" | "mode";

export interface TreeChange {
  readonly path: string;
  readonly change: ChangeKind;
}

/**
 * diff-tree reads the index without having any use for it, which takes as long as all the rest in a large
 * repository: it gets one that is not there.
 */
function withoutIndex({ gitDirectory }: Repository) {
  return { environment: { GIT_INDEX_FILE: join(gitDirectory, "gate-no-index") } };
}

const RAW = ["--raw", "-r", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none"];

/**
 * All entries of a tree that the pathspecs match, as `git diff-tree` prints them against the empty tree:
 * unlike ls-tree it takes full pathspecs. In byte order of the paths.
 */
export function rawTree(
  repository: Repository,
  tree: TreeId,
  pathspecs: readonly string[],
  options: { readonly output?: (chunk: Buffer) => void } = {},
): Promise<Buffer> {
  const nothing = emptyTree(repository.objectFormat);
  const args = ["diff-tree", ...RAW, nothing, tree, "--", ...pathspecs];
  return git(repository, args, { ...options, ...withoutIndex(repository) });
}

/** Where an entry of `rawTree` output has what: ":000000 MMMMMM <zeros> <id> A\0path\0". */
function rawLayout(idLength: number) {
  const idAt = 15 + idLength + 1;
  return { modeAt: 8, idAt, pathAt: idAt + idLength + 3 };
}

export interface ShortEntries {
  /** `mode SP id TAB path NUL` for each. */
  readonly bytes: Buffer;
  readonly files: number;
  /** How many of them are symbolic links. */
  readonly links: number;
  /** What comes behind the last whole entry. */
  readonly rest: Buffer;
}

/** Shortens the whole entries of `rawTree` output where they lie: of a large tree no text is made, and no copy. */
export function shortenRawEntries(raw: Buffer, idLength: number): ShortEntries {
  const { modeAt, idAt, pathAt } = rawLayout(idLength);
  const shortIdAt = "MMMMMM ".length;
  const shortPathAt = shortIdAt + idLength + 1;
  let [files, links, at, to] = [0, 0, 0, 0];
  for (;;) {
    const end = raw.indexOf(0, at + pathAt) + 1;
    if (end === 0) break;
    files += 1;
    if (raw[at + modeAt + 1] === LINK) links += 1;
    raw.copyWithin(to, at + modeAt, at + modeAt + shortIdAt);
    raw.copyWithin(to + shortIdAt, at + idAt, at + idAt + idLength);
    raw[to + shortPathAt - 1] = TAB;
    raw.copyWithin(to + shortPathAt, at + pathAt, end);
    to += shortPathAt + end - (at + pathAt);
    at = end;
  }
  return { bytes: raw.subarray(0, to), files, links, rest: raw.subarray(at) };
}

/** The second digit of 120000, and of no other mode: 100644, 100755, 160000. */
const LINK = "2".charCodeAt(0);
const TAB = 9;

export async function listTree(
  repository: Repository,
  tree: TreeId,
  pathspecs: readonly string[],
): Promise<TreeEntry[]> {
  const raw = (await rawTree(repository, tree, pathspecs)).toString("latin1");
  const { modeAt, idAt, pathAt } = rawLayout(objectIdLength(repository.objectFormat));
  const entries: TreeEntry[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf("\0", at + pathAt);
    if (end === -1) throw new Error("diff-tree output breaks off");
    const [mode, id] = [raw.slice(at + modeAt, at + modeAt + 6), raw.slice(at + idAt, at + pathAt - 3)];
    entries.push({ mode, id, path: pathTextOfLatin1(raw.slice(at + pathAt, end)) });
    at = end + 1;
  }
  return entries;
}

/**
 * The same of what lies at some paths or below them, without paths of the whole tree: ls-tree takes half the time, and
 * no other pathspecs.
 */
export async function listPaths(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<TreeEntry[]> {
  const places = paths.map((path) => `:(top,literal)${path}`);
  const args = ["ls-tree", "-r", "-z", "--full-tree", tree, "--", ...places];
  const listed = (await git(repository, args)).toString("latin1");
  const idLength = objectIdLength(repository.objectFormat);
  const entries: TreeEntry[] = [];
  // "MMMMMM <type> <id>\tpath\0"
  for (let at = 0; at < listed.length; ) {
    const idEnd = listed.indexOf("\t", at);
    const pathEnd = listed.indexOf("\0", idEnd);
    if (idEnd === -1 || pathEnd === -1) throw new Error("ls-tree output breaks off");
    const path = pathTextOfLatin1(listed.slice(idEnd + 1, pathEnd));
    const mode = listed.startsWith(REGULAR, at) ? REGULAR : listed.slice(at, at + 6);
    entries.push({ mode, id: listed.slice(idEnd - idLength, idEnd), path });
    at = pathEnd + 1;
  }
  return entries;
}

/** What nearly every file has: one text for all of them. */
const REGULAR = "100644";

/** All files of a tree; null where this clone lacks one of them, or the directory of one. */
export async function listWhole(repository: Repository, tree: TreeId): Promise<TreeEntry[] | null> {
  const answer = await gitAnswer(repository, ["ls-tree", "-r", "-l", "-z", "--full-tree", tree], {
    accept: [1, 128],
  });
  if (answer.code !== 0) return null;
  const entries: TreeEntry[] = [];
  // "MMMMMM <type> <id> <size>\tpath"
  for (const line of latin1Lines(answer.stdout.toString("latin1"))) {
    const tab = line.indexOf("\t");
    const [mode = "", , id = "", size] = line.slice(0, tab).split(/ +/);
    if (size === "BAD") return null;
    entries.push({ mode, id, path: pathTextOfLatin1(line.slice(tab + 1)) });
  }
  return entries;
}

/** What differs between two trees where the pathspecs match, in byte order of the paths. */
export async function compareTrees(
  repository: Repository,
  before: TreeId,
  after: TreeId,
  pathspecs: readonly string[],
): Promise<TreeChange[]> {
  const args = ["diff-tree", ...RAW, before, after, "--", ...pathspecs];
  return parseChanges(await git(repository, args, withoutIndex(repository)));
}

/** The same between HEAD and a tree; null where there is no commit yet. */
export async function changesSinceHead(
  repository: Repository,
  tree: TreeId,
  pathspecs: readonly string[],
): Promise<TreeChange[] | null> {
  const args = ["diff-tree", ...RAW, "HEAD", tree, "--", ...pathspecs];
  const answer = await gitAnswer(repository, args, { accept: [128], ...withoutIndex(repository) });
  return answer.code === 0 ? parseChanges(answer.stdout) : null;
}

function parseChanges(output: Buffer): TreeChange[] {
  const parts = splitNul(output);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const header = parts[at];
    const path = parts[at + 1];
    if (header !== undefined && path !== undefined) {
      changes.push({ path: pathText(path), change: changeKind(header.toString("latin1")) });
    }
  }
  return changes;
}

function changeKind(header: string): ChangeKind {
  const [, , before, after, status] = header.split(" ");
  if (status === "A") return "added";
  if (status === "D") return "deleted";
  return before === after ? "mode" : "modified";
}

export function treesAgree(
  repository: Repository,
  before: TreeId,
  after: TreeId,
  pathspecs: readonly string[],
): Promise<boolean> {
  const args = ["diff-tree", "--quiet", "-r", "--no-renames", "--ignore-submodules=none", before, after];
  return gitSays(repository, [...args, "--", ...pathspecs], withoutIndex(repository));
}

/** Reads `<tree>:<path>`, or a blob by its id, whole, all in one process. null: nothing there, or not a blob. */
export async function readBlobs(
  repository: Repository,
  names: readonly string[],
): Promise<(BlobAt | null)[]> {
  const found = await readBlobsUpTo(repository, names, Number.POSITIVE_INFINITY);
  return found.map((one) => (one === "too-large" ? null : one));
}

/** The trees of several revisions, such as HEAD or ids of commits; null for those that are not there. */
export async function resolveTrees(
  repository: Repository,
  revisions: readonly string[],
): Promise<(TreeId | null)[]> {
  const names = revisions.map((revision) => `${revision}^{tree}`);
  const found = await readObjects(repository, names, ID_ALONE);
  return found.map((object) => (object.kind === "absent" ? null : treeId(object.id)));
}

export async function resolveTree(repository: Repository, revision: string): Promise<TreeId | null> {
  const [tree = null] = await resolveTrees(repository, [revision]);
  return tree;
}

/** Nobody looks at what is in them. */
const ID_ALONE = 0;

export async function resolveCommit(repository: Repository, revision: string): Promise<CommitId | null> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const answer = await gitAnswer(repository, args, { accept: [1, 128] });
  const id = answer.stdout.toString("latin1").trim();
  // `^main` is answered as well: with what it leaves out
  return answer.code === 0 && !id.startsWith("^") ? commitId(id) : null;
}

/** The blob id that a file with these bytes has, without storing it. */
export function blobIdOf(repository: Repository, bytes: Uint8Array | string): BlobId {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const content = Buffer.from(bytes);
  const digest = createHash(repository.objectFormat).update(`blob ${content.length}\0`).update(content);
  return blobId(digest.digest("hex"));
}
