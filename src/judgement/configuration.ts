import { join } from "node:path";
import { readIfThere, writeAtomically } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import { placesOf } from "../evidence/places.ts";
import { canonicalDefinition } from "../fingerprint/fingerprint.ts";
import { oncePerTree } from "../fingerprint/once.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { ownEntries } from "./own-entries.ts";

/** Part of the cache's file names: to be raised whenever `Configuration` or its reading changes. */
const CACHE_FORMAT = "6";

/** git packs a file of any size into next to nothing. */
const LARGEST_IN_MEMORY = 64 << 20;

/** The configuration that a tree carries; null where it has no gate.yaml. */
export const configurationOf = oncePerTree(
  async (repository, tree): Promise<Result<Configuration | null, readonly Problem[]>> => {
    const [entry, another] = await ownEntries(repository, tree, CONFIGURATION_PATH);
    if (entry === undefined) return ok(null);
    if (another?.path === entry.path) {
      const message = `${CONFIGURATION_PATH} is in the tree twice; git fsck says so too.`;
      return err([problem("config-not-a-file", message, { path: CONFIGURATION_PATH })]);
    }
    if (entry.path !== CONFIGURATION_PATH || !entry.mode.startsWith("100")) {
      const message = `${CONFIGURATION_PATH} must be a regular file; it is ${kindOfEntry(entry.path, entry.mode)}.`;
      return err([problem("config-not-a-file", message, { path: CONFIGURATION_PATH })]);
    }
    return readCached(repository, entry.id);
  },
);

/** One suite as a tree configures it; null where it does not. */
export async function suiteOf(
  repository: Repository,
  tree: TreeId,
  name: string,
): Promise<{ readonly suite: Suite; readonly reportsDirectories: readonly string[] } | null> {
  const configuration = await configurationOf(repository, tree);
  if (!configuration.ok || configuration.value === null) return null;
  const { suites } = configuration.value;
  const suite = suites.find((one) => one.name === name);
  return suite === undefined ? null : { suite, reportsDirectories: suites.map(({ reports }) => reports) };
}

/** Whether the same fingerprint follows from the same files. The order of keys does not matter to it. */
export function sameDeclaration(left: Suite, right: Suite): boolean {
  const patterns = ({ inputs }: Suite) => JSON.stringify(inputs.map(({ glob, exclude }) => [glob, exclude]));
  return (
    canonicalDefinition(left.definition) === canonicalDefinition(right.definition) &&
    patterns(left) === patterns(right)
  );
}

function kindOfEntry(path: string, mode: string): string {
  if (path !== CONFIGURATION_PATH) return "a directory";
  return mode === "120000" ? "a symbolic link" : "a submodule";
}

/** Reads gate.yaml by its blob id. Parsed once: the libraries for it are not loaded again. */
export async function readCached(
  repository: Repository,
  blob: string,
): Promise<Result<Configuration, readonly Problem[]>> {
  const cache = join(placesOf(repository).configurations, `${blob}.${CACHE_FORMAT}.json`);
  const cached = parseCache(await readIfThere(cache));
  if (cached !== null) return ok(cached);
  const [found] = await readBlobsUpTo(repository, [blob], LARGEST_IN_MEMORY);
  if (found === "too-large") return err([tooLarge()]);
  if (!found) throw new Error(`the blob ${blob} of gate.yaml is not a blob`);
  const { parseConfiguration } = await import("../config/parse.ts");
  const parsed = parseConfiguration(found.bytes);
  if (parsed.ok) await remember(cache, parsed.value);
  return parsed;
}

function tooLarge(): Problem {
  const message = "larger than 64 MiB; this is no configuration.";
  return problem("config-invalid", message, { path: CONFIGURATION_PATH, line: 1, column: 1 });
}

interface CacheFile {
  readonly format: string;
  readonly configuration: Configuration;
}

function parseCache(bytes: Buffer | null): Configuration | null {
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isCacheFile(value) ? value.configuration : null;
  } catch {
    return null;
  }
}

function isCacheFile(value: unknown): value is CacheFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === CACHE_FORMAT &&
    "configuration" in value
  );
}

async function remember(cache: string, configuration: Configuration): Promise<void> {
  const file: CacheFile = { format: CACHE_FORMAT, configuration };
  try {
    await writeAtomically(cache, JSON.stringify(file));
  } catch {
    // A cache that cannot be written (a read-only or full disk) costs time, not correctness.
  }
}
