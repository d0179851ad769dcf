import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { listTree } from "../adapters/git/trees.ts";
import type { Configuration, InputPattern, Suite } from "../config/configuration.ts";
import { inputPathspecs, placeOfGlob } from "../fingerprint/pathspecs.ts";
import { reportsDirectories } from "../judgement/judge.ts";
import { covers } from "../suite/glob-cover.ts";
import { pairSuites, type Weakening, weakening } from "./policy.ts";

/** Two trees with their configurations. */
export interface PolicyChange {
  readonly base: { readonly tree: TreeId; readonly configuration: Configuration };
  readonly head: { readonly tree: TreeId; readonly configuration: Configuration };
}

/**
 * Judged by meaning: which files of the head would be inputs under the base's patterns and are none now. The
 * same files in wider patterns are no weakening; a pattern taken away that no other covers still is one, for the files
 * that are added tomorrow.
 */
export async function narrowedInputs(repository: Repository, change: PolicyChange): Promise<Weakening[]> {
  const pairs = pairSuites(change.base.configuration, change.head.configuration);
  const found = await Promise.all(
    pairs.map(({ before, after }) => (after === null ? [] : narrowed(repository, change, before, after))),
  );
  return found.flat();
}

async function narrowed(
  repository: Repository,
  { base, head }: PolicyChange,
  before: Suite,
  after: Suite,
): Promise<Weakening[]> {
  const baseReports = reportsDirectories(base.configuration);
  const headReports = reportsDirectories(head.configuration);
  const old = inputPathspecs(before, baseReports);
  const now = inputPathspecs(after, headReports);
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  const paths = async (tree: TreeId, pathspecs: readonly string[]) =>
    (await listTree(repository, tree, pathspecs)).map(({ path }) => path);
  const [wanted, still] = await Promise.all([paths(head.tree, old), paths(head.tree, now)]);
  const wantedOnce = new Set(wanted);
  const kept = new Set([...still, ...before.pins.filter((pin) => !after.pins.includes(pin))]);
  const gone = wanted.filter((path) => !kept.has(path));
  const isReport = (path: string) => headReports.some((directory) => path.startsWith(`${directory}/`));
  // Reports that moved are no lost inputs; sources that a reports directory was laid over are.
  const inputsThen = gone.some(isReport) ? new Set(await paths(base.tree, old)) : new Set<string>();
  const lost = gone.filter((path) => !isReport(path) || inputsThen.has(path));
  const later = await changesForLater(before, after, lost.length > 0, async (pattern) => {
    const through = await paths(head.tree, inputPathspecs(onlyThrough(before, pattern), baseReports));
    return through.some((path) => wantedOnce.has(path));
  });
  const overlaid = overlaidBy(before, baseReports, headReports);
  const keys = ["suites", after.name, "inputs"];
  const details = { suite: before.name, keys };
  const line = addedExcludes(before, after)[0]?.line ?? null;
  return [
    ...(lost.length === 0 ? [] : [weakening(lostSentence(lost, before, after), { ...details, line })]),
    ...later.map(({ message, line: at }) => weakening(message, { ...details, line: at })),
    ...overlaid.map((directory) =>
      weakening(
        `${directory} is for reports now: what is added there is no input of ${before.name}.`,
        details,
      ),
    ),
  ];
}

/** New reports directories inside what an input pattern names, be it empty today. Wildcards alone name no place. */
function overlaidBy(
  { inputs }: Suite,
  baseReports: readonly string[],
  headReports: readonly string[],
): readonly string[] {
  const isIn = (directory: string, place: string) => directory === place || directory.startsWith(`${place}/`);
  const places = inputs.filter(({ exclude }) => !exclude).map(({ glob }) => placeOfGlob(glob));
  return headReports.filter(
    (directory) =>
      !baseReports.some((known) => isIn(directory, known)) &&
      !inputs.some(({ exclude, glob }) => exclude && covers(glob, directory)) &&
      places.some((place) => place !== "" && isIn(directory, place)),
  );
}

function lostSentence(lost: readonly string[], before: Suite, after: Suite): string {
  const shown = lost.slice(0, 3).join(", ");
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : "";
  const causes = [
    ...removedIncludes(before, after).map(({ glob }) => `${glob} is gone`),
    ...addedExcludes(before, after).map(({ glob }) => `!${glob} is new`),
  ];
  const why = causes.length === 0 ? "" : ` (${causes.join(", ")})`;
  const files = lost.length === 1 ? "1 file is no input" : `${lost.length} files are no inputs`;
  return `${files} of ${before.name} any more: ${shown}${more}${why}.`;
}

/** Each pattern costs a question to git. */
const MOST_QUESTIONS = 50;

interface ForLater {
  readonly message: string;
  readonly line: number | null;
}

/**
 * Changes of patterns that take out a file of tomorrow. Of those that meet files of today it is enough to name what
 * is lost, where anything is.
 */
async function changesForLater(
  before: Suite,
  after: Suite,
  isLossNamed: boolean,
  meetsInputs: (pattern: InputPattern) => Promise<boolean>,
): Promise<readonly ForLater[]> {
  const changed = [...removedIncludes(before, after), ...addedExcludes(before, after)];
  const asked = await Promise.all(
    changed.slice(0, MOST_QUESTIONS).map(async (pattern): Promise<ForLater[]> => {
      const meets = await meetsInputs(pattern);
      return meets && isLossNamed ? [] : [forLater(before, pattern, meets)];
    }),
  );
  const rest = changed.length - MOST_QUESTIONS;
  const unasked = {
    message: `${rest} more patterns of ${before.name} changed; too many to judge.`,
    line: null,
  };
  return [...asked.flat(), ...(rest > 0 ? [unasked] : [])];
}

function forLater({ name }: Suite, { glob, exclude, line }: InputPattern, meets: boolean): ForLater {
  if (exclude) {
    const today = meets ? "" : "; it meets none today";
    return { message: `!${glob} keeps files out of the inputs of ${name}${today}.`, line };
  }
  const today = meets
    ? "its files of today are named one by one, and one that is added is not"
    : "it has no file today";
  return { message: `${glob} is no input of ${name} any more; ${today}.`, line: null };
}

/** The suite as if one pattern were all that it includes. */
function onlyThrough(suite: Suite, pattern: InputPattern): Suite {
  const excludes = suite.inputs.filter(({ exclude }) => exclude);
  return { ...suite, pins: [], inputs: [{ ...pattern, exclude: false }, ...excludes] };
}

function removedIncludes(before: Suite, after: Suite): InputPattern[] {
  const isIncluded = ({ glob }: InputPattern) =>
    after.inputs.some((one) => !one.exclude && covers(one.glob, glob));
  return before.inputs.filter((pattern) => !pattern.exclude && !isIncluded(pattern));
}

function addedExcludes(before: Suite, after: Suite): InputPattern[] {
  const wasExcluded = ({ glob }: InputPattern) =>
    before.inputs.some((one) => one.exclude && covers(one.glob, glob));
  return after.inputs.filter((pattern) => pattern.exclude && !wasExcluded(pattern));
}
