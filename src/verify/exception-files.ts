import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import type { Configuration } from "../config/configuration.ts";
import { EXCEPTIONS_DIRECTORY } from "../fingerprint/pathspecs.ts";
import { isAtOrBelow, ownEntries } from "../judgement/own-entries.ts";
import { type Problem, problem } from "../problem.ts";
import { shellWord } from "../shell-word.ts";

/** A committed waiver or approval, with its signature where it has one. */
export interface ExceptionFile {
  /** Without folder and extension. */
  readonly name: string;
  readonly path: string;
  readonly blob: string;
  readonly bytes: Buffer;
  readonly signature: Buffer | null;
}

export interface ExceptionKind {
  readonly folder: "waivers" | "approvals";
  readonly code: "waiver-invalid" | "approval-invalid";
  /** What it is called in a sentence. */
  readonly noun: "waiver" | "approval";
  readonly name: RegExp;
}

export const WAIVERS: ExceptionKind = {
  folder: "waivers",
  code: "waiver-invalid",
  noun: "waiver",
  name: /^[a-z0-9][a-z0-9-]*-[0-9a-f]{12}$/,
};

export const APPROVALS: ExceptionKind = {
  folder: "approvals",
  code: "approval-invalid",
  noun: "approval",
  name: /^[0-9a-f]{12}$/,
};

const LARGEST = 64 * 1024;

/** Path of an exception in the tree, from its name. */
export function exceptionPath({ folder }: ExceptionKind, name: string): string {
  return `${EXCEPTIONS_DIRECTORY}/${folder}/${name}.json`;
}

export function exceptionSignaturePath(path: string): string {
  return `${path}.sig`;
}

/**
 * The exceptions of one kind that a tree carries. Whatever else lies in their folder is named: a waiver that
 * only looks like one must not be taken for one by the people who review it.
 */
export async function exceptionFiles(
  repository: Repository,
  tree: TreeId,
  kind: ExceptionKind,
): Promise<{ readonly files: readonly ExceptionFile[]; readonly problems: readonly Problem[] }> {
  const folder = `${EXCEPTIONS_DIRECTORY}/${kind.folder}`;
  const entries = await ownEntries(repository, tree, folder);
  const regular = entries.filter(({ mode }) => mode === "100644");
  const byPath = new Map(regular.map((entry) => [entry.path, entry]));
  const complaints = entries.flatMap((entry) => complaintAbout(kind, folder, entry, byPath));
  const named = regular.filter(({ path }) => nameOf(kind, folder, path, ".json") !== null);
  const signatures = named.map(({ path }) => byPath.get(exceptionSignaturePath(path)) ?? null);
  const ids = [...named, ...signatures].flatMap((entry) => entry?.id ?? []);
  const contents = await readSmallBlobs(repository, ids, LARGEST);
  const byId = new Map(ids.map((id, index) => [id, contents[index] ?? null]));
  const files: ExceptionFile[] = [];
  const problems: Problem[] = [...complaints];
  for (const [index, { path, id }] of named.entries()) {
    const bytes = byId.get(id) ?? null;
    const signed = signatures[index] ?? null;
    const signature = signed === null ? null : (byId.get(signed.id) ?? null);
    const name = nameOf(kind, folder, path, ".json");
    if (bytes === null) problems.push(complaint(kind, path, "is larger than 64 KiB"));
    else if (signed !== null && signature === null) {
      problems.push(complaint(kind, signed.path, "is larger than 64 KiB"));
    } else if (name !== null) files.push({ name, path, blob: id, bytes, signature });
  }
  return { files, problems };
}

/** What lies beside the waivers and approvals and is no list of keys: nothing else judges it, for it is no input. */
export function strangersAmong(
  entries: readonly TreeEntry[],
  signing: Configuration["signing"],
): readonly Problem[] {
  const folders = [WAIVERS, APPROVALS].map(({ folder }) => `${EXCEPTIONS_DIRECTORY}/${folder}`);
  const known: readonly (string | null | undefined)[] = [signing?.allowedSigners, signing?.revokedKeys];
  return entries
    .filter(({ path }) => !known.includes(path))
    .filter(({ path }) => !folders.some((folder) => isAtOrBelow(path, folder)))
    .map(({ path }) =>
      problem(
        "waiver-invalid",
        `${path} is no waiver and no approval, and ${EXCEPTIONS_DIRECTORY} is for these alone.`,
        { path, hint: `Take it away:  git rm ${shellWord(path)},  or move it elsewhere:  git mv` },
      ),
    );
}

function nameOf(kind: ExceptionKind, folder: string, path: string, extension: string): string | null {
  if (!path.startsWith(`${folder}/`) || !path.endsWith(extension)) return null;
  const name = path.slice(folder.length + 1, -extension.length);
  return kind.name.test(name) ? name : null;
}

function complaintAbout(
  kind: ExceptionKind,
  folder: string,
  { path, mode }: TreeEntry,
  byPath: ReadonlyMap<string, TreeEntry>,
): Problem[] {
  if (mode !== "100644") return [complaint(kind, path, `is ${modeText(mode)}, not a plain file`)];
  if (nameOf(kind, folder, path, ".json") !== null) return [];
  if (nameOf(kind, folder, path, ".json.sig") === null)
    return [complaint(kind, path, `is no ${kind.noun}'s name`)];
  return byPath.has(path.slice(0, -".sig".length))
    ? []
    : [complaint(kind, path, `is a signature without its ${kind.noun}`)];
}

function modeText(mode: string): string {
  if (mode === "100755") return "executable";
  return mode === "120000" ? "a symbolic link" : "a submodule";
}

function complaint({ code, noun }: ExceptionKind, path: string, what: string): Problem {
  return problem(code, `${path} ${what}; it counts as no ${noun}.`, {
    path,
    hint: `Take it away:  git rm ${shellWord(path)}`,
  });
}
