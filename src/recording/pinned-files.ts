import { isAbsolute, join, relative } from "node:path";
import { existingRealPath } from "../adapters/files/editing.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

/** One line of a pin file: `<64 hex digits>  <bytes>  <path>`. */
export interface Pin {
  readonly sha256: string;
  readonly bytes: number;
  /** Relative to the top level, or absolute, or `~/…`. */
  readonly path: string;
}

/** What each pin file of a suite pins, by its path, as a tree has it. */
export async function pinsOf(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
): Promise<ReadonlyMap<string, Result<readonly Pin[], Problem>>> {
  if (suite.pins.length === 0) return new Map();
  const blobs = await readBlobs(
    repository,
    suite.pins.map((path) => `${tree}:${path}`),
  );
  return new Map(
    suite.pins.map((path, index) => [path, parsePins(blobs[index]?.bytes ?? null, path, suite.name)]),
  );
}

/** Where a pinned file lies: absolute. */
export function pinnedFile({ path }: Pin, topLevel: string, home: string | null): string {
  const expanded = home !== null && path.startsWith("~/") ? join(home, path.slice(2)) : path;
  return isAbsolute(expanded) ? expanded : join(topLevel, expanded);
}

/** The pinned files below the top level, as they are named and as links lead to them. */
export async function pinnedPaths(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  home: string | null,
): Promise<ReadonlySet<string>> {
  const { topLevel } = repository;
  if (topLevel === null) return new Set();
  const pins = [...(await pinsOf(repository, tree, suite)).values()].flatMap((one) =>
    one.ok ? one.value : [],
  );
  const root = await existingRealPath(topLevel);
  const paths = await Promise.all(
    pins.map(async (pin) => {
      const file = pinnedFile(pin, topLevel, home);
      return [relative(topLevel, file), relative(root, await existingRealPath(file))];
    }),
  );
  return new Set(paths.flat().filter((path) => !path.startsWith("..") && !isAbsolute(path)));
}

function parsePins(bytes: Buffer | null, pinFile: string, suite: string): Result<readonly Pin[], Problem> {
  const refuse = (message: string, line: number | null) =>
    err(
      problem("pin-invalid", message, {
        path: pinFile,
        line,
        suite,
        hint: "One line a file:  <SHA-256 in 64 hex digits>  <size in bytes>  <path>",
      }),
    );
  if (bytes === null) return refuse(`${pinFile} is not a tracked file; git add it.`, null);
  const pins: Pin[] = [];
  for (const [index, line] of bytes.toString("utf8").split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const match = /^([0-9a-f]{64}) {2}(\d+) {2}(\S.*)$/.exec(line);
    if (match === null) return refuse(`${pinFile}:${index + 1} is not a pin.`, index + 1);
    pins.push({ sha256: match[1] ?? "", bytes: Number(match[2]), path: match[3] ?? "" });
  }
  return pins.length === 0 ? refuse(`${pinFile} pins nothing.`, null) : ok(pins);
}
