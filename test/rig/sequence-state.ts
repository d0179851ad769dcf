import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FakeSuite } from "./fake-suite.ts";
import { FakeSuite as Suite } from "./fake-suite.ts";
import type { Rig } from "./repository.ts";

/**
 * What a sequence of git operations is judged by: plain git and files, and a suite whose answer follows from the
 * inputs. Nothing here asks gate.
 */

export const REPORTS = "test-reports";
export const BROKEN = "broken\n";

/** What `inputs: [src, "conf/*.json", "!**\/*.md"]` means, said once more in another way. */
function inputsBy(text: string): (path: string) => boolean {
  const conf = text.includes("conf/*.json");
  return (path) =>
    (path.startsWith("src/") || (conf && /^conf\/[^/]+\.json$/.test(path))) && !path.endsWith(".md");
}

export function isReport(path: string): boolean {
  return path.startsWith(`${REPORTS}/`);
}

export function configuration(lines = "", inputs = 'src, "conf/*.json"'): string {
  return `version: 1\nsuites:\n  model-tests:\n    run: sh "$RIG_SUITE"\n    inputs: [${inputs}, "!**/*.md"]\n${lines}`;
}

/** Everything of a checkout that a refusal must leave as it was. */
export interface State {
  readonly head: string;
  /** `git ls-files -s`, an entry a line. */
  readonly index: readonly string[];
  /** Of the working tree, without what is gate's own: mode and content by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly evidence: readonly string[];
  readonly runs: number;
}

export async function stateOf(rig: Rig): Promise<State> {
  const [head, index, evidence] = await Promise.all([
    rig.git("rev-parse", "HEAD"),
    indexOf(rig),
    rig.git("for-each-ref", "--format=%(refname)", "refs/gate"),
  ]);
  const files = filesOf(rig.directory, "");
  return { head, index, files, evidence: evidence.split("\n").filter(Boolean), runs: rig.suite.runs };
}

export async function indexOf(rig: Rig, file?: string): Promise<readonly string[]> {
  const listed = await rig.run("git", ["ls-files", "-s", "-z"], indexIn(file));
  return listed.stdout.split("\0").filter(Boolean);
}

export function indexIn(file: string | undefined): Readonly<Record<string, string>> {
  return file === undefined ? {} : { GIT_INDEX_FILE: file };
}

function filesOf(directory: string, below: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
    if (below === "" && (entry.name === ".git" || entry.name === ".gate")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(files, filesOf(directory, path));
    else files[path] = `${modeOf(join(directory, path))} ${readFileSync(join(directory, path), "latin1")}`;
  }
  return files;
}

function modeOf(file: string): string {
  return (lstatSync(file).mode & 0o100) === 0 ? "100644" : "100755";
}

/** What is on disk, in the form in which trees are listed. */
export function onDisk(state: State, wanted: (path: string) => boolean): readonly string[] {
  const paths = Object.keys(state.files).filter(wanted);
  return paths.map((path) => lineOf(path, state.files[path] ?? "")).sort();
}

function lineOf(path: string, text: string): string {
  return `${text.slice(0, 6)} ${blobId(text.slice(7))} ${path}`;
}

function blobId(content: string): string {
  const bytes = Buffer.from(content, "latin1");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** What matters of a git tree. */
export interface TreeFacts {
  readonly tree: string;
  /** `<mode> <blob> <path>`. */
  readonly inputs: readonly string[];
  readonly reports: readonly string[];
  readonly others: readonly string[];
  /** The id of the tree of reports; empty where there is none. */
  readonly reportsTree: string;
  /** Stands for the inputs and the suite's definition. */
  readonly key: string;
  /** What a run of these inputs logs. */
  readonly answer: string;
  readonly breaks: boolean;
  readonly tests: readonly string[];
  readonly isInput: (path: string) => boolean;
}

const known = new Map<string, TreeFacts>();

export async function factsOf(rig: Rig, tree: string): Promise<TreeFacts> {
  const cached = known.get(tree);
  if (cached !== undefined) return cached;
  const [listing, text] = await Promise.all([
    rig.git("ls-tree", "-r", "-t", "-z", tree),
    rig.git("cat-file", "-p", `${tree}:gate.yaml`),
  ]);
  const facts = factsOfListing(tree, listing.split("\0").filter(Boolean), text);
  known.set(tree, facts);
  return facts;
}

function factsOfListing(tree: string, listing: readonly string[], text: string): TreeFacts {
  const entries = listing.map((line) => {
    const [mode = "", type = "", id = "", path = ""] = line
      .split(/[ \t]/, 3)
      .concat(line.split("\t")[1] ?? "");
    return { type, id, path, line: `${mode} ${id} ${path}` };
  });
  const lines = (wanted: (path: string) => boolean) =>
    entries
      .filter(({ type, path }) => type !== "tree" && wanted(path))
      .map(({ line }) => line)
      .sort();
  const isInput = inputsBy(text);
  const inputs = lines(isInput);
  const sources = inputs.filter((line) => pathOf(line).startsWith("src/"));
  const definition = text.replace(/^ *(?:timeout|inputs):.*$/gm, "").trim();
  const withB = inputs.some((line) => line.endsWith(" src/b.py"));
  return {
    tree,
    inputs,
    reports: lines(isReport),
    others: lines((path) => !isReport(path)),
    reportsTree: entries.find(({ type, path }) => type === "tree" && path === REPORTS)?.id ?? "",
    key: `${definition}\n${inputs.join("\n")}`,
    answer: answerTo(sources, /MODE: "(\w+)"/.exec(definition)?.[1] ?? ""),
    breaks: sources.some((line) => line.includes(blobId(BROKEN))),
    tests: withB ? ["test_b", "test_hello"] : ["test_hello"],
    isInput,
  };
}

/** `<mode> <blob> <path>`, or an entry of the index. */
export function pathOf(line: string): string {
  return line.replace(/^\d+ [0-9a-f]{40} (?:\d\t)?/, "");
}

/** Letters alone: what looks like a number might be normalised. */
function answerTo(inputs: readonly string[], mode: string): string {
  const bytes = (line: string) => Buffer.from(pathOf(line));
  const text = inputs.toSorted((left, right) => Buffer.compare(bytes(left), bytes(right))).join("\n");
  const digest = createHash("sha1").update(`${mode}\n${text}\n`).digest("hex");
  return digest.replace(/[0-9a-f]/g, (digit) => "ghijklmnopqrstuv"[Number.parseInt(digit, 16)] ?? "");
}

/** A suite that logs what its inputs are, has one test more where src/b.py is there, and fails where one is broken. */
export function answerFromInputs(suite: FakeSuite, base: string): void {
  const hello = { id: "tests/test_hello.py::test_hello", logs: { "session.log": "answer @ANSWER@\n" } };
  const other = { id: "tests/test_b.py::test_b", logs: { "session.log": "b @ANSWER@\n" } };
  const second = new Suite(join(base, "suite-b"));
  second.answers([hello, other]);
  suite.answers([hello], {
    after: `events="$GATE_EVENTS/1-main.ndjson"
[ ! -e src/b.py ] || cp "${second.directory}/events.ndjson" "$events"
work=$(mktemp -d)
find src -type f ! -name '*.md' | LC_ALL=C sort >"$work/paths"
git hash-object --no-filters --stdin-paths <"$work/paths" >"$work/ids"
while IFS= read -r path; do if [ -x "$path" ]; then echo 100755; else echo 100644; fi; done <"$work/paths" >"$work/modes"
answer=$({ echo "\${MODE:-}"; paste -d ' ' "$work/modes" "$work/ids" "$work/paths"; } | sha1sum | cut -c1-40 | tr 0-9a-f g-v)
sed -i "s/@ANSWER@/$answer/" "$events"
if tr '\\n' '\\0' <"$work/paths" | xargs -0 grep -qx broken; then sed -i 's/"outcome":"passed"/"outcome":"failed"/' "$events"; fi
rm -r "$work"`,
  });
}
