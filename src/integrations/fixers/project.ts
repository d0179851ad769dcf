import { dirname, join, posix } from "node:path";
import { readEditable, withScratchDirectory } from "../../adapters/files/editing.ts";
import { kindOf, writeAtomically } from "../../adapters/files/files.ts";
import { type Attributes, attributesOf } from "../../adapters/git/attributes.ts";
import { GitError } from "../../adapters/git/command.ts";
import { SUBMODULE, type TreeId } from "../../adapters/git/ids.ts";
import { stagedEntries } from "../../adapters/git/index.ts";
import { loneRepository } from "../../adapters/git/lone.ts";
import type { Repository, Worktree } from "../../adapters/git/repository.ts";
import { type BlobFound, readBlobsUpTo } from "../../adapters/git/small-blobs.ts";
import { listTree, type TreeEntry } from "../../adapters/git/trees.ts";
import { deletedFiles, untrackedFiles } from "../../adapters/git/worktree.ts";
import { hasEndlessRule } from "../../config/pattern.ts";
import { directoriesAbove } from "../../ignore/directories-above.ts";
import type { Project } from "./fixer.ts";

/** A project that can be asked what would be if some of its files had other texts. */
export interface ChangeableProject extends Project {
  readonly with: (texts: ReadonlyMap<string, string>) => ChangeableProject;
}

/** What a project is made of. */
interface Source {
  readonly files: readonly string[];
  readonly read: Project["read"];
  readonly saysAllAttributes: boolean;
  /** What git says where these are the attributes files, by path. */
  readonly judge: (
    attributesFiles: ReadonlyMap<string, string>,
    paths: readonly string[],
    names: readonly string[],
  ) => Promise<readonly Attributes[]>;
}

const LINK = "120000";
const MOST_LINKS = 5;
const LARGEST = 1 << 20;
const ATTRIBUTES = /(?:^|\/)\.gitattributes$/;

/** A commit's files. `entries` are the tree's, where the caller has them already. */
export async function projectOfTree(
  repository: Repository,
  tree: TreeId,
  entries?: readonly TreeEntry[],
): Promise<ChangeableProject> {
  const all = entries ?? (await listTree(repository, tree, []));
  const readable = all.filter(
    ({ mode, path }) => mode.startsWith("100") || (mode === LINK && isFollowed(path)),
  );
  const ids = new Map(readable.map(({ path, id }): [string, string] => [path, id]));
  const links = new Set(all.filter(({ mode }) => mode === LINK).map(({ path }) => path));
  const read = batched((wanted) => readBlobsUpTo(repository, wanted, LARGEST), ids);
  return projectFrom({
    files: plainNames(all.filter(({ mode }) => mode !== SUBMODULE).map(({ path }) => path)),
    read: (path) => readThrough(links, read, path),
    saysAllAttributes: true,
    judge: async (texts, paths, names) => {
      if (texts.size === 0) return paths.map(() => new Map(names.map((name) => [name, "unspecified"])));
      if ([...texts.values()].some(hasEndlessRule)) {
        const why = "is not asked: one of these patterns has more than four **, and could keep it for ever";
        throw new GitError(["check-attr"], why, [...texts.keys()].join(", "));
      }
      return withScratchDirectory(async (directory) => {
        const lone = await loneRepository(repository, directory);
        await writeAll(directory, texts);
        return attributesOf(lone, paths, names);
      });
    },
  });
}

/** What is read where a link leads, inside of the tree. */
async function readThrough(
  links: ReadonlySet<string>,
  read: Project["read"],
  path: string,
): Promise<string | null> {
  let place = path;
  for (let followed = 0; links.has(place); followed += 1) {
    const target = followed < MOST_LINKS ? await read(place) : null;
    if (target === null || target.startsWith("/")) return null;
    place = posix.join(posix.dirname(place), target);
  }
  return read(place);
}

/** The files on disk: those that git tracks, and those that it would. */
export async function projectOnDisk(worktree: Worktree): Promise<ChangeableProject> {
  const [staged, untracked, deleted] = await Promise.all([
    stagedEntries(worktree, []),
    untrackedFiles(worktree, { ignored: false }),
    deletedFiles(worktree),
  ]);
  const gone = new Set(deleted);
  const tracked = staged
    .filter(({ mode, path }) => mode !== SUBMODULE && !gone.has(path))
    .map(({ path }) => path);
  const own = [...tracked, ...untracked.filter((path) => !path.endsWith("/"))];
  const files = plainNames([...own, ...(await personalFiles(worktree, own))]);
  return projectFrom({
    files,
    read: (path) => readOnDisk(worktree, path),
    saysAllAttributes: false,
    judge: (texts, paths, names) =>
      withScratchDirectory(async (directory) => {
        await writeAll(directory, texts);
        return attributesOf(worktree, paths, names, { worktree: directory });
      }),
  });
}

/** What lefthook lets a person add, which is in force here although git ignores it. */
async function personalFiles(worktree: Worktree, files: readonly string[]): Promise<readonly string[]> {
  if (!files.some((path) => path.includes("lefthook."))) return [];
  const pathspecs = ["", ".", ".config/"].map((folder) => `:(top,glob)${folder}lefthook-local.*`);
  return untrackedFiles(worktree, { ignored: true, pathspecs });
}

/** The same project with other texts in some of its files; others are new in it. */
export function withTexts(project: ChangeableProject, texts: ReadonlyMap<string, string>): ChangeableProject {
  return project.with(texts);
}

function projectFrom(source: Source): ChangeableProject {
  const read = remembered(source.read);
  return {
    files: source.files,
    read,
    saysAllAttributes: source.saysAllAttributes,
    attributes: (paths, names) => attributesIn({ ...source, read }, paths, names),
    with: (texts) =>
      projectFrom({
        ...source,
        files: plainNames([...source.files, ...texts.keys()]),
        read: async (path) => texts.get(path) ?? (await read(path)),
      }),
  };
}

/** Only the attributes files that git would read on its way to the paths are looked at. */
async function attributesIn(
  { files, read, judge }: Source,
  paths: readonly string[],
  names: readonly string[],
): Promise<readonly Attributes[]> {
  const texts = new Map<string, string>();
  const above = new Set(directoriesAbove(paths));
  const found = files.filter((path) => ATTRIBUTES.test(path) && above.has(dirname(path)));
  await Promise.all(
    found.map(async (path) => {
      const text = await read(path);
      if (text !== null) texts.set(path, text);
    }),
  );
  return paths.length === 0 ? [] : judge(texts, paths, names);
}

/** Sorted. What git can only name in quotes is nobody's setting, and nothing lies beside the project. */
function plainNames(paths: readonly string[]): readonly string[] {
  const plain = paths.filter((path) => !path.startsWith('"') && !leadsElsewhere(path));
  // as a tree comes from git: to sort ten thousand names takes longer than to see that they are sorted
  const sorted = plain.every((path, index) => index === 0 || (plain[index - 1] ?? "") < path);
  return sorted ? plain : [...new Set(plain)].sort();
}

const leadsElsewhere = (path: string) => path.includes("./") && /(?:^|\/)\.\.?\//.test(path);

/** git reads its own files where they are files; what others read may be a link to where it is kept. */
const isFollowed = (path: string) => !/(?:^|\/)\.git(?:ignore|attributes|modules)$/.test(path);

async function readOnDisk({ topLevel }: Worktree, path: string): Promise<string | null> {
  const kind = await kindOf(join(topLevel, path));
  if (kind !== "file" && !(kind === "symlink" && isFollowed(path))) return null;
  const file = await readEditable(topLevel, path);
  return file.ok ? file.value.text : null;
}

async function writeAll(directory: string, texts: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of texts) await writeAtomically(join(directory, path), text);
}

function remembered(read: Project["read"]): Project["read"] {
  const known = new Map<string, Promise<string | null>>();
  return (path) => {
    const found = known.get(path) ?? read(path);
    known.set(path, found);
    return found;
  };
}

/** What is asked for at the same time is read by one git. */
function batched(
  readBlobs: (ids: readonly string[]) => Promise<readonly BlobFound[]>,
  ids: ReadonlyMap<string, string>,
): Project["read"] {
  let waiting: { readonly ids: string[]; readonly answers: Promise<readonly BlobFound[]> } | null = null;
  return async (path) => {
    const id = ids.get(path);
    if (id === undefined) return null;
    if (waiting === null) {
      const wanted: string[] = [];
      const answers = Promise.resolve().then(() => {
        waiting = null;
        return readBlobs(wanted);
      });
      waiting = { ids: wanted, answers };
    }
    const place = waiting.ids.push(id) - 1;
    return decoded((await waiting.answers)[place] ?? null);
  };
}

function decoded(found: BlobFound): string | null {
  if (found === null || found === "too-large" || found.bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(found.bytes);
  } catch {
    return null;
  }
}
