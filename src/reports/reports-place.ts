import { posix } from "node:path";
import type { Configuration, Suite } from "../config/configuration.ts";
import { type Manifest, manifestPath, signaturePath } from "./manifest.ts";

/** Takes the logs of the suite as a whole, beside the tests' directories in `logs/`. */
export const SUITE_LOGS = "_suite";
export const METADATA_FILE = "metadata.json";

/** Where a suite's reports go, and the kinds of files that lie there. */
export interface ReportsPlace {
  readonly suite: string;
  readonly directory: string;
  readonly logs: readonly string[];
}

/** The reports that a suite writes: one directory, and files in it, there or to come. */
export interface WrittenReports {
  readonly suite: string;
  readonly directory: string;
  readonly paths: readonly string[];
}

export function reportsPlaces({ suites }: Configuration): readonly ReportsPlace[] {
  return suites.map(placeOf);
}

/** One path of each kind that any suite may come to have: what is true of these is taken to be true of all reports. */
export function probesOf(place: ReportsPlace): readonly string[] {
  const names = new Set(["session.log", "session_model.log", METADATA_FILE, ...logNames(place.logs)]);
  return [...records(place, true), ...inTest(place, names)];
}

/** What a manifest lists, relative to the reports directory; nothing where there is none. */
export function listedReports(manifest: Manifest | null): readonly string[] {
  return [...(manifest?.reports.keys() ?? [])];
}

/**
 * What one suite writes: what is listed of it, relative to its directory, and one path of each kind that it is
 * configured to write. What is listed comes first.
 */
export function writtenReports(suite: Suite, listed: readonly string[], signing: boolean): WrittenReports {
  const place = placeOf(suite);
  const names = new Set([METADATA_FILE, ...logNames(place.logs)]);
  const own = listed.map((path) => `${place.directory}/${path}`);
  const paths = new Set([...own, ...inTest(place, names), ...records(place, signing)]);
  return { suite: place.suite, directory: place.directory, paths: [...paths] };
}

/** What its next run may write as well: whatever else a test does, it may print. */
export function expectedReports(suite: Suite, listed: readonly string[], signing: boolean): WrittenReports {
  const written = writtenReports(suite, listed, signing);
  const printed = inTest(placeOf(suite), new Set(["stdout.log"]));
  return { ...written, paths: [...new Set([...written.paths, ...printed])] };
}

const OF_A_KIND = 3;

/**
 * A few of each kind: files of one name in the folders of the tests, files of one extension beside each other. What
 * stands before `start` in every path is left out.
 */
export function kindsOf(paths: readonly string[], start = 0): readonly string[] {
  const kinds = new Map<string, string[]>();
  paths.forEach((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isLog = path.startsWith("logs/", start) || path.includes("/logs/", start);
    const kind = isLog ? name : `*${name.slice(name.lastIndexOf(".") + 1)}`;
    const same = kinds.get(kind);
    if (same === undefined) kinds.set(kind, [path.slice(start)]);
    else if (same.length < OF_A_KIND) same.push(path.slice(start));
  });
  return [...kinds.values()].flat();
}

const placeOf = ({ name, reports, logs }: Suite): ReportsPlace => ({ suite: name, directory: reports, logs });

function records({ suite, directory }: ReportsPlace, signing: boolean): readonly string[] {
  const signature = signing ? [signaturePath(suite)] : [];
  const names = [`${suite}.hash`, manifestPath(suite), ...signature, `${suite}-latest.txt`];
  return [...names, "test_hello.puml"].map((name) => `${directory}/${name}`);
}

function inTest({ directory }: ReportsPlace, names: ReadonlySet<string>): readonly string[] {
  return [...names].map((name) => `${directory}/logs/test_hello/${name}`);
}

/**
 * Names that the globs collect: `session*.log` stands for `session.log` and `session_1.log`, and `*` for none: of a
 * directory with a slash behind it git says that blank lines of an ignore file match it.
 */
function logNames(globs: readonly string[]): readonly string[] {
  const names = globs.map((glob) => glob.split("/").at(-1) ?? "").flatMap(namesOf);
  return [...new Set(names)].filter((name) => !["", "_1"].includes(name) && !name.startsWith("."));
}

function namesOf(glob: string): readonly string[] {
  if (!/[[\]{}()!]/.test(glob)) return ["", "_1"].map((filler) => glob.replaceAll(/[*?]+/g, filler));
  const extension = posix.extname(glob);
  return /^\.\w+$/.test(extension) ? [`session${extension}`] : [];
}
