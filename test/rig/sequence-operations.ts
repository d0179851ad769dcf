import { existsSync } from "node:fs";
import { join } from "node:path";
import { onBranches, otherBranches, rebase } from "./sequence-branches.ts";
import {
  changedPath,
  editAndStage,
  editTracked,
  type Numbers,
  type Operation,
  onFiles,
  onIndex,
  pick,
  tamper,
} from "./sequence-edits.ts";
import type { SequenceModel } from "./sequence-model.ts";
import type { CommitForm } from "./sequence-plan.ts";

/** One operation of a sequence: what is done, and numbers that choose among its forms. */
export interface Step extends Numbers {
  readonly kind: OperationName;
}

/** Most commits are of something, some are of nothing. */
async function somethingStaged(model: SequenceModel, numbers: Numbers): Promise<void> {
  const staged = (await model.rig.tryGit("diff", "--cached", "--quiet")).code !== 0;
  if (staged || numbers.b % 7 === 0) return;
  if (numbers.b % 4 === 1) await onIndex.restore(model, numbers);
  else await editAndStage(model, numbers);
}

const NO_VERIFY: readonly CommitForm[] = [
  { command: ["commit", "--no-verify", "-m", "unverified"], of: "index", hook: false },
  { command: ["commit", "--no-verify", "-a", "-m", "unverified"], of: "tracked", hook: false },
  { command: ["commit", "--no-verify", "--amend", "--no-edit"], of: "index", amend: true, hook: false },
];

const GIVEN_UP: readonly CommitForm[] = [
  { command: ["commit"], of: "index" },
  { command: ["commit", "-a"], of: "tracked" },
  { command: ["commit", "--amend"], of: "index", amend: true },
  { command: ["commit", "--", "src/lasting/0.py", "README.md"], of: { path: "README.md" } },
];

/** Some commits are made from a subdirectory. */
function from({ a }: Numbers): readonly string[] {
  return a % 5 === 0 ? ["-C", "src", "commit"] : ["commit"];
}

const commits = {
  /** New reports are due where a person has edited the old ones. */
  commitOver: async (model, numbers) => {
    tamper(model, numbers);
    await editAndStage(model, { ...numbers, c: 1 });
    await model.commit({ command: ["commit", "-m", "over edits"], of: "index" });
    if (numbers.c % 2 === 0) await onIndex.tidy(model);
  },
  giveUp: async (model, numbers) => {
    if (numbers.a % 3 === 0) await editTracked(model, numbers);
    else await somethingStaged(model, numbers);
    const { command, ...form } = pick(GIVEN_UP, numbers.c);
    await model.commit({ ...form, command: ["-c", "core.editor=false", ...command], givenUp: true });
  },
  commit: async (model, numbers) => {
    await somethingStaged(model, numbers);
    if (numbers.c % 2 === 0) await model.status();
    await model.commit({ command: [...from(numbers), "-m", `commit ${numbers.a}`], of: "index" });
  },
  commitTracked: async (model, numbers) => {
    if (numbers.c % 4 !== 0) await editTracked(model, numbers);
    await model.commit({ command: [...from(numbers), "-a", "-m", "tracked"], of: "tracked" });
  },
  commitPath: async (model, numbers) => {
    const edited = numbers.c % 2 === 0;
    const path = edited ? await editTracked(model, numbers) : await changedPath(model, numbers.a);
    const known = await model.rig.git("ls-files", "--with-tree=HEAD", "--", path);
    if (known === "") return;
    const besides = numbers.b % 4 === 0;
    const command = ["commit", ...(besides ? ["-i"] : []), "-m", "path", "--", path];
    await model.commit({ command, of: besides ? { besides: path } : { path } });
  },
  amend: async (model, numbers) => {
    const all = numbers.a % 2 === 0;
    if (numbers.c % 2 === 0) await editTracked(model, numbers);
    const command = ["commit", "--amend", "--no-edit", ...(all ? ["-a"] : [])];
    await model.commit({ command, of: all ? "tracked" : "index", amend: true });
  },
  allowEmpty: async (model) => {
    const command = ["commit", "--allow-empty", "-m", "empty"];
    await model.commit({ command, of: "index", allowEmpty: true });
  },
  noVerify: async (model, numbers) => {
    await somethingStaged(model, numbers);
    await model.commit(pick(NO_VERIFY, numbers.c));
  },
  /** `rebase -i`, which calls the hook for a commit that is reworded. */
  reword: async (model) => {
    const [status, own, parent] = await Promise.all([
      model.rig.git("status", "--porcelain", "-uno"),
      model.rig.git("rev-parse", "HEAD^{tree}", "HEAD^@"),
      model.rig.tryGit("rev-parse", "HEAD^^{tree}"),
    ]);
    const [tree, ...parents] = own.split("\n");
    if (status !== "" || parents.length !== 1 || parent.stdout.trim() === tree) return;
    const editors = ["-c", "sequence.editor=sed -i s/^pick/reword/", "-c", "core.editor=true"];
    const command = [...editors, "rebase", "-q", "-i", "HEAD~1"];
    await model.commit({ command, of: "index", amend: true });
  },
} satisfies Record<string, Operation>;

const onHistory = {
  switch: async (model, { a, c }) => {
    const branches = await otherBranches(model);
    const created = c % 6 === 0 || branches.length === 0;
    const name = created ? ["-b", `branch-${a}`] : [pick(branches, a)];
    await model.git("checkout", "-q", ...name);
  },
  reset: async (model, { a }) =>
    void (await model.git("reset", "-q", pick(["--soft", "--mixed", "--hard"], a), "HEAD~1")),
  rebase,
  collect: async (model) => void (await model.git("gc", "-q", "--prune=now")),
} satisfies Record<string, Operation>;

const SETTINGS: readonly (readonly string[])[] = [
  ["core.splitIndex=true", "splitIndex.maxPercentChange=0"],
  ["feature.manyFiles=true"],
  ["index.version=4", "core.untrackedCache=true"],
  ["rebase.autoStash=true", "merge.conflictStyle=diff3"],
  ["core.quotePath=false", "status.showUntrackedFiles=no"],
  ["core.checkStat=minimal", "core.trustctime=false"],
  ["commit.verbose=true", "diff.noprefix=true", "diff.renames=copies"],
  ["rerere.enabled=true", "rerere.autoUpdate=true"],
];

const asked = {
  run: async (model, { a }) => void (await model.request(a % 4 === 0 ? "force" : "run")),
  attach: async (model) => void (await model.request("attach")),
  status: (model) => model.status(),
  /** Evidence is then found in commits alone. */
  lose: async (model) => {
    const names = await model.rig.git("for-each-ref", "--format=%(refname)", "refs/gate");
    for (const name of names.split("\n").filter(Boolean)) await model.git("update-ref", "-d", name);
  },
  settings: async (model, { a }) => {
    for (const setting of SETTINGS[a] ?? []) await model.git("config", ...setting.split("="));
  },
  /** Goes on in a linked worktree, or back. */
  elsewhere: async (model) => {
    const other = join(model.rig.base, model.rig.directory.endsWith("/linked") ? "repo" : "linked");
    if (!existsSync(other)) await model.git("worktree", "add", "-q", "--detach", other);
    model.log.push(`cd ${other}`);
    model.rig = model.rig.at(other);
  },
} satisfies Record<string, Operation>;

/** Nothing that gate does may come of these. */
const QUIET = { ...onFiles, ...onIndex, ...onHistory };
const LOUD = { ...commits, ...onBranches, ...asked };

export type OperationName = keyof typeof QUIET | keyof typeof LOUD;

/** How often each is chosen. */
export const WEIGHTS: Readonly<Record<OperationName, number>> = {
  ...{ edit: 5, document: 2, define: 2, remove: 2, rename: 2, executable: 1 },
  ...{
    stageAll: 4,
    stageOne: 2,
    unstage: 2,
    partly: 3,
    stash: 2,
    pop: 3,
    restore: 5,
    tidy: 4,
    tamper: 2,
    forget: 1,
    intend: 1,
  },
  ...{ switch: 5, reset: 5, rebase: 4, collect: 1 },
  ...{
    commit: 8,
    commitTracked: 6,
    commitPath: 6,
    amend: 5,
    allowEmpty: 2,
    noVerify: 3,
    reword: 2,
    giveUp: 3,
    commitOver: 3,
  },
  ...{ merge: 9, cherryPick: 4, cherryPickOnly: 4, revert: 4, revertOnly: 4, fork: 5 },
  ...{ run: 3, attach: 2, status: 2, elsewhere: 2, lose: 2, settings: 1 },
};

export async function perform(model: SequenceModel, { kind, ...numbers }: Step): Promise<void> {
  model.log.push(`# -- ${kind} ${JSON.stringify(numbers)}`);
  const quiet: Readonly<Record<string, Operation>> = QUIET;
  const loud: Readonly<Record<string, Operation>> = LOUD;
  if (quiet[kind] === undefined) await loud[kind]?.(model, numbers);
  else await model.quietly(async () => quiet[kind]?.(model, numbers));
  await model.expectTidy();
}
