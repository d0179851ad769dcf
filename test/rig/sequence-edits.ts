import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SequenceModel } from "./sequence-model.ts";
import { BY_HAND } from "./sequence-plan.ts";
import { BROKEN, configuration, indexOf } from "./sequence-state.ts";

/** What chooses among the forms of an operation. */
export interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export type Operation = (model: SequenceModel, numbers: Numbers) => Promise<void>;

const INPUTS = ["src/a.py", "src/b.py", "src/b.py", "src/sub/c.py", "conf/d.json", "src/ü x.py"];
const DOCUMENTS = ["README.md", "src/NOTES.md", "docs/guide.txt"];
const DEFINITIONS = [
  configuration(),
  configuration("    timeout: 30m\n"),
  configuration('    env: { MODE: "two" }\n'),
  configuration("", "src"),
];

export function pick<T>(from: readonly T[], number: number): T {
  const found = from[number % from.length];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

function somePath(number: number): string {
  return pick([...INPUTS, ...INPUTS, ...DOCUMENTS], number);
}

function content(number: number): string {
  return number % 16 === 15 ? BROKEN : `value = ${number % 2}\n`;
}

function write(model: SequenceModel, path: string, text: string): void {
  model.log.push(`mkdir -p ${dirname(path)}; echo '${text.trimEnd()}' >'${path}'`);
  model.rig.write(path, text);
}

function remove(model: SequenceModel, path: string): void {
  model.log.push(`rm -f '${path}'`);
  model.rig.remove(path);
}

/** Another content than there is: few contents, so that the same sources come back. */
function newContent(model: SequenceModel, path: string, number: number): string {
  const [wanted, other] = [content(number), content(number + 1)];
  return model.rig.exists(path) && model.rig.read(path) === wanted ? other : wanted;
}

/** A change to what is tracked already, of an input or of a document. */
export async function editTracked(model: SequenceModel, { a, b, c }: Numbers): Promise<string> {
  const paths = [...INPUTS, ...INPUTS, ...DOCUMENTS].filter((path) => model.rig.exists(path));
  const path = pick([...paths, "README.md"], a);
  write(model, path, path.endsWith(".md") ? `words ${b % 4}\n` : newContent(model, path, b + c));
  return path;
}

export async function editAndStage(model: SequenceModel, { a, b, c }: Numbers): Promise<void> {
  const path = somePath(a);
  if (b % 5 === 4 && model.rig.exists(path)) remove(model, path);
  else write(model, path, newContent(model, path, b));
  await model.git("add", ...(c % 2 === 0 ? ["-A"] : ["--", path]));
}

/** Some path that `git status` has something to say of; where there is none, some path at all. */
export async function changedPath(model: SequenceModel, number: number): Promise<string> {
  const args = ["status", "--porcelain", "-z", "-uall", "--no-renames", "--", ...INPUTS, ...DOCUMENTS];
  const told = (await model.rig.git(...args)).split("\0").filter(Boolean);
  return told.length === 0 ? somePath(number) : pick(told, number).slice(3);
}

export function tamper(model: SequenceModel, { a, b }: Numbers): string {
  const logs = ["logs/test_hello/session.log", "logs/test_b/session.log", "model-tests.hash", "notes.txt"];
  const path = `test-reports/${pick(logs, a)}`;
  write(model, path, `${BY_HAND} ${b % 2}\n`);
  model.tampered = true;
  return path;
}

/** Operations on files, of which git is not told. */
export const onFiles = {
  edit: async (model, { a, b }) => write(model, pick(INPUTS, a), content(b)),
  document: async (model, { a, b }) => write(model, pick(DOCUMENTS, a), `words ${b % 4}\n`),
  define: async (model, { a }) => write(model, "gate.yaml", pick(DEFINITIONS, a)),
  remove: async (model, { a }) => remove(model, somePath(a)),
  rename: async (model, { a, b }) => {
    const there = INPUTS.filter((path) => model.rig.exists(path));
    if (there.length === 0) return;
    const [from, to] = [pick(there, a), pick(INPUTS, b)];
    model.log.push(`mkdir -p ${dirname(to)}; mv '${from}' '${to}'`);
    mkdirSync(dirname(join(model.rig.directory, to)), { recursive: true });
    renameSync(join(model.rig.directory, from), join(model.rig.directory, to));
  },
  executable: async (model, { a, b }) => {
    const path = pick(INPUTS, a);
    if (!existsSync(join(model.rig.directory, path))) return;
    model.log.push(`chmod ${b % 2 === 0 ? "+x" : "-x"} '${path}'`);
    chmodSync(join(model.rig.directory, path), b % 2 === 0 ? 0o755 : 0o644);
  },
} satisfies Record<string, Operation>;

export const onIndex = {
  /** A report is edited, or a file of one's own laid beside the reports. */
  tamper: async (model, numbers) => {
    const path = tamper(model, numbers);
    if (numbers.b % 2 === 0) await model.git("add", "--", path);
  },
  /** What gate remembers of this worktree may be lost at any time. */
  forget: async (model) => {
    const directory = await model.rig.git("rev-parse", "--absolute-git-dir");
    model.log.push(`rm -rf ${directory}/gate`);
    rmSync(join(directory, "gate"), { recursive: true, force: true });
  },
  intend: async (model, { a, b }) => {
    const path = pick(INPUTS, a);
    if (!model.rig.exists(path)) write(model, path, content(b));
    await model.git("add", "-N", "--", path);
  },
  stageAll: async (model) => void (await model.git("add", "-A")),
  stageOne: async (model, { a }) => void (await model.git("add", "-A", "--", await changedPath(model, a))),
  unstage: async (model, { a }) => void (await model.git("reset", "-q", "--", await changedPath(model, a))),
  /** As after `git add -p`: one content is staged, another one is on disk. */
  partly: async (model, { a, b }) => {
    const path = somePath(a);
    write(model, path, content(b % 3));
    await model.git("add", "--", path);
    write(model, path, content((b + 1) % 3));
  },
  /** The sources of another commit, as they were. */
  restore: async (model, { a, c }) => {
    const commits = (await model.rig.git("rev-list", "--branches", "--max-count=8")).split("\n");
    const paths = ["src", "conf", ...(c % 2 === 0 ? ["gate.yaml"] : [])];
    const from = `--source=${pick(commits, a)}`;
    await model.git("restore", from, "--staged", "--worktree", "--", ...paths);
  },
  tidy: async (model) => {
    await model.git("reset", "-q", "--hard");
    await model.git("clean", "-q", "-f", "-d");
  },
  stash: async (model, { a }) =>
    void (await model.git("stash", "push", "-q", ...(a % 2 === 0 ? ["-u"] : []))),
  pop: async (model, { a, b, c }) => {
    if ((await model.rig.git("stash", "list")) === "") await model.git("stash", "push", "-q");
    if (c % 3 === 0) await editTracked(model, { a, b, c });
    await model.git("stash", "pop", "-q", ...(a % 2 === 0 ? ["--index"] : []));
    await takeSide(model, b, true);
  },
} satisfies Record<string, Operation>;

/** Resolves what is unmerged by taking one side. Reports only where asked: gate does not need it. */
export async function takeSide(model: SequenceModel, side: number, reportsToo: boolean): Promise<void> {
  const wanted = side % 2 === 0 ? "2" : "3";
  const unmerged = (await indexOf(model.rig)).filter((line) => !/^\S+ \S+ 0\t/.test(line));
  const stages = unmerged.map((line) => ({ stage: line.split(/[ \t]/)[2], path: line.split("\t")[1] ?? "" }));
  for (const path of new Set(stages.map((one) => one.path))) {
    if (!reportsToo && path.startsWith("test-reports/")) continue;
    if (stages.some((one) => one.path === path && one.stage === wanted)) {
      await model.git("checkout", wanted === "2" ? "--ours" : "--theirs", "--", path);
      await model.git("add", "--", path);
    } else await model.git("rm", "-q", "--", path);
  }
}
