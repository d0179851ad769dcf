import { GitError } from "../adapters/git/command.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { entriesAt, filesIn } from "../adapters/git/tree-objects.ts";
import type { TreeEntry } from "../adapters/git/trees.ts";
import { oncePerTree } from "../fingerprint/once.ts";
import { type Problem, warning } from "../problem.ts";
import { type Surroundings, stepsOf } from "./hook-steps.ts";
import { membersOf, parsedJson } from "./members.ts";
import { packageHooks, quotedCommands, shellHook, type WiredFile } from "./wired-files.ts";
import { ACTION_FILE, ACTIONS_FOLDER, readerFor, WIRING_FILES, WIRING_FOLDERS } from "./wiring-places.ts";

/** Larger files than this are nobody's hook. */
const LARGEST = 1 << 20;

/** Every file of a tree that might make people run into something. */
export const wiringEntries = oncePerTree(
  async (repository: Repository, tree: TreeId): Promise<readonly TreeEntry[]> => {
    const [files, inFolders, actions] = await Promise.all([
      entriesAt(repository, tree, WIRING_FILES),
      filesIn(repository, tree, WIRING_FOLDERS),
      entriesAt(repository, tree, [ACTIONS_FOLDER]),
    ]);
    const found = [...files, ...inFolders, ...actions.filter(({ path }) => ACTION_FILE.test(path))];
    const once = new Map(found.map((entry) => [entry.path, entry]));
    return [...once.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
  },
);

/**
 * Whether anything in a tree makes people run into gate, and whether something restages after it. Judged from
 * the tree alone: what a clone has in its own hooks directory does not come with the commit.
 */
export async function wiringProblems(repository: Repository, tree: TreeId): Promise<readonly Problem[]> {
  const listed = await wiringEntries(repository, tree);
  const entries = listed.filter(({ mode, path }) => mode.startsWith("100") && readerFor(path) !== null);
  const read = await readAll(repository, entries);
  if (read.absent !== null) return [notHere(read.absent)];
  return wiringIn(read.texts, "this commit");
}

/** Of files by their paths; `place` is what they are called together. */
export async function wiringIn(
  texts: ReadonlyMap<string, string>,
  place: string,
): Promise<readonly Problem[]> {
  const files = await wiredFiles(texts);
  const called = files.some(({ steps }) => steps.some(({ callsGate }) => callsGate));
  return called ? files.flatMap(orderProblems) : [notWired(place)];
}

interface ReadFiles {
  readonly texts: ReadonlyMap<string, string>;
  /** A file whose contents are not in this clone; null where all are. */
  readonly absent: string | null;
}

async function readAll(repository: Repository, entries: readonly TreeEntry[]): Promise<ReadFiles> {
  try {
    const ids = entries.map(({ id }) => id);
    const blobs = await readSmallBlobs(repository, ids, LARGEST);
    const texts = entries.map(({ path }, index) => [path, blobs[index]?.toString("utf8") ?? ""] as const);
    return { texts: new Map(texts), absent: null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const missing = entries.find(({ id }) => `${error.message}${error.stderr}`.includes(id)) ?? entries[0];
    return { texts: new Map(), absent: missing?.path ?? "" };
  }
}

/** Everything in the tree that runs something at a commit, at a push or in CI. */
async function wiredFiles(texts: ReadonlyMap<string, string>): Promise<readonly WiredFile[]> {
  const surroundings = surroundingsOf(texts);
  const known = needles(surroundings);
  const others = [...texts].filter(([path]) => !surroundings.shims.has(path));
  const files = await Promise.all(others.map(([path, text]) => wiredBy(path, text, surroundings, known)));
  return files.flat();
}

async function wiredBy(
  path: string,
  text: string,
  surroundings: Surroundings,
  known: readonly string[],
): Promise<readonly WiredFile[]> {
  const reader = readerFor(path);
  if (reader === "hook") return [shellHook(path, text, surroundings)];
  if (reader === "package") return packageHooks(path, text, surroundings);
  // To load what reads YAML takes longer than to look whether there is anything to read.
  if (reader === null || !known.some((one) => text.includes(one))) return [];
  if (reader === "quoted") return [quotedCommands(path, text, surroundings)];
  const { frameworkHooks, lefthookHooks, workflow } = await import("./yaml-hooks.ts");
  if (reader === "lefthook") return lefthookHooks(path, text, surroundings);
  if (reader === "framework") return frameworkHooks(path, text, surroundings);
  return [workflow(path, text, surroundings)];
}

function surroundingsOf(texts: ReadonlyMap<string, string>): Surroundings {
  const scripts = membersOf(membersOf(parsedJson(texts.get("package.json") ?? "")).scripts);
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
  const shims = [...texts]
    .filter(([, text]) => /^\(?gate_launch [\w-]+\)?/m.test(text))
    .map(([path]) => path);
  return { scripts: new Map(Object.entries(scripts).filter(isText)), shims: new Set(shims) };
}

/** What a file has to mention to lead to gate: its name, a shim, or a script of package.json that calls it. */
function needles(surroundings: Surroundings): readonly string[] {
  const calling = [...surroundings.scripts].filter(([, script]) =>
    stepsOf(script, surroundings).some(({ callsGate }) => callsGate),
  );
  return ["gate", ...surroundings.shims, ...calling.map(([name]) => name)];
}

function orderProblems({ path, steps, beforeCommit, parallel }: WiredFile): readonly Problem[] {
  const gate = steps.findIndex(({ callsGate }) => callsGate);
  if (!beforeCommit || gate === -1) return [];
  const others = parallel ? steps.filter(({ callsGate }) => !callsGate) : steps.slice(gate + 1);
  const suspect = others.find(({ restages }) => restages || parallel);
  if (suspect === undefined) return [];
  const { label, line } = suspect;
  if (parallel) {
    const message = `${path} runs gate and ${label} at the same time, so that one can stage what the other has not judged.`;
    const hint = "Take parallel: true out of pre-commit, or put the others into a group before gate.";
    return [warning("hook-order", message, { path, line, hint })];
  }
  const message = `${label} runs after gate in ${path} and can change what gate has judged.`;
  return [
    warning("hook-order", message, { path, line, hint: "Let gate be the last one before the commit." }),
  ];
}

function notWired(place: string): Problem {
  const message = `no hook and no workflow of ${place} calls gate.`;
  const hint =
    "gate init   (hooks in .git/hooks come with no clone; to have them in the tree, bring yours to .githooks, then:  git config core.hooksPath .githooks && gate init)";
  return warning("not-wired", message, { hint });
}

function notHere(path: string): Problem {
  const message = `${path} is not in this clone, so whether a hook or a workflow calls gate was not judged.`;
  return warning("objects-missing", message, { path, hint: "git fetch --refetch --no-filter" });
}
