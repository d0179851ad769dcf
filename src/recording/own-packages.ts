import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { listTree } from "../adapters/git/trees.ts";

const LARGEST = 1 << 20;

/**
 * The packages of a workspace (of npm, yarn, bun or pnpm) that hold inputs: the folder of each, by its name. What a
 * fixture is called says nothing: only what the workspace names counts.
 */
export async function ownPackages(
  repository: Repository,
  tree: TreeId,
  inputs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const pathspecs = (await workspaceGlobs(repository, tree)).flatMap(manifestPathspec);
  if (!pathspecs.some((one) => one.startsWith(INCLUDED))) return new Map();
  const entries = await listTree(repository, tree, pathspecs);
  const held = entries.filter(({ path }) => inputs.some((input) => input.startsWith(folderOf(path))));
  const manifests = await readBlobsUpTo(
    repository,
    held.map(({ id }) => id),
    LARGEST,
  );
  return new Map(
    held.flatMap(({ path }, index) => {
      const name = memberOf(jsonOf(manifests[index]), "name");
      return typeof name === "string" ? [[name, folderOf(path)] as const] : [];
    }),
  );
}

/** With the slash at its end. */
const folderOf = (manifest: string) => manifest.slice(0, -"package.json".length);

async function workspaceGlobs(repository: Repository, tree: TreeId): Promise<readonly string[]> {
  const names = [`${tree}:package.json`, `${tree}:pnpm-workspace.yaml`];
  const [manifest, pnpm] = await readBlobsUpTo(repository, names, LARGEST);
  const workspaces = memberOf(jsonOf(manifest), "workspaces");
  const ofPnpm = pnpm && pnpm !== "too-large" ? memberOf(await yamlOf(pnpm.bytes), "packages") : null;
  return [workspaces, memberOf(workspaces, "packages"), ofPnpm]
    .flatMap((one): unknown[] => (Array.isArray(one) ? one : []))
    .filter((one) => typeof one === "string")
    .slice(0, MOST_PATTERNS);
}

/** As many as fit into a command. */
const MOST_PATTERNS = 200;

const INCLUDED = ":(top,glob)";
/** No path is longer. */
const LONGEST = 4096;

/** Git knows no braces, and no program can be handed a NUL: such a pattern is left out. */
function manifestPathspec(pattern: string): string[] {
  const [, not = "", written = ""] = /^(!?)(?:\.\/)?(.*?)\/*$/.exec(pattern) ?? [];
  if (written === "" || written.length > LONGEST || /[{}\0]/.test(written)) return [];
  return [`${not === "" ? INCLUDED : ":(top,glob,exclude)"}${written}/package.json`];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
}

type Read = Awaited<ReturnType<typeof readBlobsUpTo>>[number] | undefined;

function jsonOf(file: Read): unknown {
  try {
    return file && file !== "too-large" ? JSON.parse(Buffer.from(file.bytes).toString("utf8")) : null;
  } catch {
    return null;
  }
}

async function yamlOf(bytes: Uint8Array): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
}
