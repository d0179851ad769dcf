import { GitError } from "./command.ts";
import { DIRECTORY, emptyTree, objectIdLength, SUBMODULE, type TreeId, treeId } from "./ids.ts";
import { pathTextOfLatin1 } from "./paths.ts";
import type { Repository } from "./repository.ts";
import { readObjects } from "./small-blobs.ts";
import { type Child, TreeObject } from "./tree-object.ts";
import { listPaths, type TreeEntry } from "./trees.ts";

/** So many directories, or directories of so many bytes, git lists faster than they are read one by one. */
const MANY = 32;
const LARGE = 1 << 16;

/** Half a million files in one directory. */
const LARGEST = 32 << 20;

/**
 * The files at some paths of a tree, and all that lies below those that are directories, in byte order of the paths.
 * What is asked of one tree again and again is read once, and costs no process.
 */
export function entriesAt(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<readonly TreeEntry[]> {
  return remembered(listings, repository, [tree, ...paths].join("\0"), () => list(repository, tree, paths));
}

async function list(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<readonly TreeEntry[]> {
  const found: TreeEntry[] = [];
  let open: readonly OpenDirectory[] = [{ id: tree, prefix: "", wanted: paths.map(partsOf) }];
  while (open.length > 0) {
    const trees = open.length > MANY ? null : await treesOf(repository, open, LARGE);
    if (trees === null) return listPaths(repository, tree, paths);
    open = open.flatMap((directory, index) => chosenIn(directory, trees[index]?.children() ?? [], found));
  }
  return found
    .toSorted(({ path: one }, { path: other }) => (one < other ? -1 : Number(one > other)))
    .map((entry) => ({ ...entry, path: pathTextOfLatin1(entry.path) }));
}

/** Whether two trees are the same but for what lies at some paths. */
export async function agreeApartFrom(
  repository: Repository,
  one: TreeId,
  other: TreeId,
  paths: readonly string[],
): Promise<boolean> {
  return agree(repository, [one, other], paths.map(partsOf));
}

async function agree(
  repository: Repository,
  ids: readonly [string, string],
  apart: readonly (readonly string[])[],
): Promise<boolean> {
  const trees = await wholeTrees(
    repository,
    ids.map((id) => ({ id })),
  );
  const [left = NOTHING, right = NOTHING] = trees.map(
    (tree) => new Map(tree.children().map((child) => [child.name, child])),
  );
  const nothing = emptyTree(repository.objectFormat);
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [here, there] = [left.get(name), right.get(name)];
    if (here?.id === there?.id && here?.mode === there?.mode) continue;
    const below = apart.filter(([first]) => first === name).map(([, ...others]) => others);
    if (below.some((parts) => parts.length === 0)) continue;
    // One that is not there is as good as an empty one.
    const areDirectories = [here, there].every((child) => (child?.mode ?? DIRECTORY) === DIRECTORY);
    if (below.length === 0 || !areDirectories) return false;
    if (!(await agree(repository, [here?.id ?? nothing, there?.id ?? nothing], below))) return false;
  }
  return true;
}

const NOTHING: ReadonlyMap<string, Child> = new Map();

/** The files that lie in directories of a tree themselves ("." is the top level), and not those further below. */
export async function filesIn(
  repository: Repository,
  tree: TreeId,
  directories: readonly string[],
): Promise<readonly TreeEntry[]> {
  const ids = await Promise.all(
    directories.map((path) => (path === "." ? tree : subtree(repository, tree, path))),
  );
  const there = directories.flatMap((path, index) => {
    const id = ids[index] ?? null;
    return id === null ? [] : [{ path, id }];
  });
  const trees = await wholeTrees(repository, there);
  return there.flatMap(({ path }, index) =>
    (trees[index]?.children() ?? [])
      .filter(({ mode }) => mode !== DIRECTORY)
      .map(({ mode, id, name }) => {
        const whole = path === "." ? name : `${latin1(path)}/${name}`;
        return { mode, id, path: pathTextOfLatin1(whole) };
      }),
  );
}

/** Whether a tree has a file or directory of just this name. A submodule is neither. */
export async function pathsPresent(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<boolean[]> {
  const found = await Promise.all(paths.map((path) => childAt(repository, tree, partsOf(path))));
  return found.map((child) => child !== null && child.mode !== SUBMODULE);
}

/** The id of `path`, a directory, in a tree; null where there is none. */
export async function subtree(repository: Repository, tree: TreeId, path: string): Promise<TreeId | null> {
  const child = await childAt(repository, tree, partsOf(path));
  return child?.mode === DIRECTORY ? treeId(child.id) : null;
}

/** What a tree has at each path ("" is all of it), as `<mode> <id>`; null where it has nothing. */
export async function standingInTree(
  repository: Repository,
  tree: TreeId,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const found = await Promise.all(
    paths.map((path) =>
      path === "" ? { mode: DIRECTORY, id: tree } : childAt(repository, tree, partsOf(path)),
    ),
  );
  return new Map(
    paths.map((path, index) => {
      const child = found[index] ?? null;
      return [path, child === null ? null : `${child.mode} ${child.id}`];
    }),
  );
}

async function childAt(
  repository: Repository,
  id: string,
  [name = "", ...others]: readonly string[],
): Promise<Child | null> {
  const [tree] = await wholeTrees(repository, [{ id }]);
  const child = tree?.child(name) ?? null;
  if (child === null || others.length === 0) return child;
  return child.mode === DIRECTORY ? childAt(repository, child.id, others) : null;
}

const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const partsOf = (path: string): readonly string[] => latin1(path).split("/");

interface OpenDirectory {
  readonly id: string;
  /** Ends in a slash, or is empty. */
  readonly prefix: string;
  /** What of it is wanted, as the parts of paths; one without parts wants all. */
  readonly wanted: readonly (readonly string[])[];
}

/** Adds the chosen files with paths in Latin-1, and gives the directories to be looked into next. */
function chosenIn(
  { prefix, wanted }: OpenDirectory,
  children: readonly Child[],
  found: TreeEntry[],
): OpenDirectory[] {
  const everything = wanted.some((parts) => parts.length === 0);
  const next: OpenDirectory[] = [];
  for (const { mode, id, name } of children) {
    const further = everything
      ? [[]]
      : wanted.filter(([first]) => first === name).map(([, ...others]) => others);
    const path = `${prefix}${name}`;
    if (mode === DIRECTORY && further.length > 0) next.push({ id, prefix: `${path}/`, wanted: further });
    if (mode !== DIRECTORY && further.some((parts) => parts.length === 0)) found.push({ mode, id, path });
  }
  return next;
}

type Remembered<Answer> = WeakMap<Repository, Map<string, Promise<Answer>>>;

/** A tree's id says what is in it: nobody has to read one twice. */
const known: Remembered<TreeObject | null> = new WeakMap();
const listings: Remembered<readonly TreeEntry[]> = new WeakMap();

function remembered<Answer>(
  all: Remembered<Answer>,
  repository: Repository,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const own = all.get(repository) ?? new Map<string, Promise<Answer>>();
  all.set(repository, own);
  const answer = own.get(key) ?? ask();
  own.set(key, answer);
  // What failed once may be there the next time.
  answer.catch(() => own.delete(key));
  return answer;
}

interface Identified {
  readonly id: string;
}

async function wholeTrees(
  repository: Repository,
  wanted: readonly Identified[],
): Promise<readonly TreeObject[]> {
  const trees = (await treesOf(repository, wanted, LARGE)) ?? (await treesOf(repository, wanted, LARGEST));
  if (trees !== null) return trees;
  throw new GitError(["cat-file"], "found a tree beyond 32 MiB", wanted.map(({ id }) => id).join(" "));
}

/** null where one of them is larger than `limit` bytes. */
async function treesOf(
  repository: Repository,
  wanted: readonly Identified[],
  limit: number,
): Promise<readonly TreeObject[] | null> {
  const keyOf = (id: string) => `${limit} ${id}`;
  const isKnown = (id: string) => known.get(repository)?.has(keyOf(id)) === true;
  const unread = [...new Set(wanted.map(({ id }) => id))].filter((id) => !isKnown(id));
  const reading = readTrees(repository, unread, limit);
  const places = new Map(unread.map((id, index) => [id, index]));
  const found = wanted.map(({ id }) =>
    remembered(known, repository, keyOf(id), async () => (await reading)[places.get(id) ?? -1] ?? null),
  );
  const trees = (await Promise.all(found)).filter((tree) => tree !== null);
  return trees.length === wanted.length ? trees : null;
}

async function readTrees(
  repository: Repository,
  ids: readonly string[],
  limit: number,
): Promise<readonly (TreeObject | null)[]> {
  const objects = await readObjects(repository, ids, limit);
  return objects.map((object, index) => {
    const id = ids[index] ?? "";
    const fail = (what: string, said: string) => new GitError(["cat-file"], what, said);
    if (object.kind === "absent") throw fail("found an object missing", object.said);
    if (object.type !== "tree") throw fail(`found a ${object.type} where a tree is due`, id);
    if (object.kind === "too-large") return null;
    return new TreeObject(object.bytes, objectIdLength(repository.objectFormat) / 2, id);
  });
}
