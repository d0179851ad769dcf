import { posix } from "node:path";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo } from "../adapters/git/small-blobs.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { inputPathspecs } from "../fingerprint/pathspecs.ts";
import { type Problem, warning } from "../problem.ts";

const SYMBOLIC_LINK = "120000";
const LONGEST_TARGET = 1 << 16;

/** A link counts as the link: what it points to takes part in the run, and has to be an input of its own. */
export async function undeclaredLinkTargets(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  reportsDirectories: readonly string[],
): Promise<Problem[]> {
  const entries = await listTree(repository, tree, inputPathspecs(suite, reportsDirectories));
  const links = entries.filter(({ mode }) => mode === SYMBOLIC_LINK);
  const targets = await readBlobsUpTo(
    repository,
    links.map(({ id }) => id),
    LONGEST_TARGET,
  );
  const inputs = withFolders(entries.map(({ path }) => path));
  return links.flatMap(({ path }, index) => {
    const found = targets[index];
    if (found === "too-large") return [undeclared(suite, path, "a name that no file system takes")];
    const target = found?.bytes.toString("utf8") ?? "";
    const place = posix.isAbsolute(target) ? target : posix.join(posix.dirname(path), target);
    return inputs.has(place.replace(/\/$/, "")) ? [] : [undeclared(suite, path, target)];
  });
}

function withFolders(paths: readonly string[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const path of paths) {
    for (let place = path; place !== "." && !places.has(place); place = posix.dirname(place))
      places.add(place);
  }
  return places;
}

function undeclared(suite: Suite, path: string, target: string): Problem {
  return warning(
    "undeclared-input",
    `${path} links to ${target}, which is outside the inputs of ${suite.name}.`,
    {
      path,
      suite: suite.name,
      hint: "Add what it points to under inputs:, or pin it where it is outside the repository.",
    },
  );
}
