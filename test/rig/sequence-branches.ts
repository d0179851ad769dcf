import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { editAndStage, type Numbers, type Operation, pick, takeSide } from "./sequence-edits.ts";
import type { SequenceModel } from "./sequence-model.ts";
import { stateOf } from "./sequence-state.ts";

/** Operations that bring two lines of history together, each to its end. */

async function isThere(model: SequenceModel, name: string): Promise<boolean> {
  return (await model.rig.tryGit("rev-parse", "-q", "--verify", name)).code === 0;
}

async function isUnmerged(model: SequenceModel): Promise<boolean> {
  return (await model.rig.git("ls-files", "-u")) !== "";
}

const UNFINISHED = [
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
] as const;

/** The commit after a conflict, or of a merge that waits for it; what cannot be finished is given up. */
async function finish(model: SequenceModel, { a, b, c }: Numbers): Promise<void> {
  await takeSide(model, b, c % 3 === 0);
  if (c % 3 === 1) await model.request("run");
  if (c % 3 === 2) await model.request("attach");
  if (!(await isUnmerged(model))) {
    const args = ["commit", "-m", "resolved"];
    for (const [head, verb] of UNFINISHED) {
      if (a % 2 === 0 && (await isThere(model, head))) {
        args.splice(0, 3, "-c", "core.editor=true", verb, "--continue");
      }
    }
    await model.commit({ command: args, of: "index" });
  }
  for (const [head, verb] of UNFINISHED) if (await isThere(model, head)) await model.git(verb, "--abort");
  if (await isUnmerged(model)) await model.git("reset", "-q", "--hard");
}

/** Branches besides the one that is checked out. */
export async function otherBranches(model: SequenceModel): Promise<readonly string[]> {
  const here = await model.rig.tryGit("symbolic-ref", "-q", "--short", "HEAD");
  const all = await model.rig.git("for-each-ref", "--format=%(refname:short)", "refs/heads");
  return all.split("\n").filter((name) => name !== here.stdout.trim());
}

async function take(model: SequenceModel, numbers: Numbers, verb: "cherry-pick" | "revert", only: boolean) {
  const range = verb === "revert" ? ["HEAD", "--max-count=4"] : ["--branches", "--not", "HEAD"];
  const found = await model.rig.git("rev-list", "--no-merges", "--min-parents=1", ...range);
  if (found === "") return;
  const form = only ? ["-n"] : verb === "revert" ? ["--no-edit"] : [];
  let code: number | null = 0;
  await model.quietly(async () => {
    ({ code } = await model.git(verb, ...form, pick(found.split("\n"), numbers.a)));
  });
  if (await isUnmerged(model)) await finish(model, numbers);
  else if (code === 0 && only) await model.commit({ command: ["commit", "-m", verb], of: "index" });
  // It has become empty.
  else if (code !== 0 && !only) await model.rig.tryGit(verb, "--skip");
}

/** A branch that has what HEAD has not; where there is none, two lines of history are begun. */
async function somethingToMerge(model: SequenceModel, numbers: Numbers): Promise<string | null> {
  const branches = await otherBranches(model);
  const ahead = await model.rig.git("branch", "--format=%(refname:short)", "--no-merged", "HEAD");
  const found = branches.filter((name) => ahead.split("\n").includes(name));
  if (found.length > 0 && numbers.a % 3 !== 0) return pick(found, numbers.a);
  await onBranches.fork(model, numbers);
  await editAndStage(model, { ...numbers, a: numbers.a + 1 });
  const hook = numbers.b % 2 === 0;
  const command = ["commit", ...(hook ? [] : ["--no-verify"]), "-m", "meanwhile"];
  await model.commit({ command, of: "index", hook });
  return (await otherBranches(model)).find((name) => name !== "main") ?? null;
}

/** The evidence of the merge, made before it. */
async function foresee(model: SequenceModel, branch: string, side: number): Promise<void> {
  await model.git("merge", "--no-commit", "--no-ff", branch);
  if (!(await isThere(model, "MERGE_HEAD"))) return;
  await takeSide(model, side, false);
  await model.request("run");
  await model.git("merge", "--abort");
  if (await isThere(model, "MERGE_HEAD")) await model.git("reset", "-q", "--hard");
}

const MERGES = [[], [], ["--no-ff"], ["--squash"], ["--no-commit"]] as const;

export const onBranches = {
  merge: async (model, numbers) => {
    const branch = await somethingToMerge(model, numbers);
    if (branch === null) return;
    const how = pick(MERGES, numbers.b);
    if (numbers.c % 2 === 0) await foresee(model, branch, numbers.b);
    const before = await stateOf(model.rig);
    let code: number | null = 0;
    // A merge waits for no run, whatever its hook does.
    await model.quietly(async () => {
      ({ code } = await model.git("merge", "--no-edit", ...how, branch));
    });
    const parents = (await model.rig.git("rev-parse", "HEAD^@")).split("\n");
    if (code === 0 && parents.length === 2 && parents[0] === before.head) await model.expectMerged(before);
    const waits = (await isThere(model, "MERGE_HEAD")) || (await isUnmerged(model));
    if (waits || (code === 0 && how[0] === "--squash")) await finish(model, numbers);
  },
  cherryPick: (model, numbers) => take(model, numbers, "cherry-pick", false),
  cherryPickOnly: (model, numbers) => take(model, numbers, "cherry-pick", true),
  revert: (model, numbers) => take(model, numbers, "revert", false),
  revertOnly: (model, numbers) => take(model, numbers, "revert", true),
  /** A branch with a commit of its own, and back. */
  fork: async (model, numbers) => {
    const here = (await model.rig.tryGit("symbolic-ref", "-q", "--short", "HEAD")).stdout.trim();
    const back = here === "" ? ["--detach", await model.rig.git("rev-parse", "HEAD")] : [here];
    const name = pick(
      ["side", "topic"].filter((one) => one !== here),
      numbers.c,
    );
    if ((await model.git("checkout", "-q", "-B", name)).code !== 0) return;
    await editAndStage(model, numbers);
    const hook = numbers.c % 3 !== 0;
    const command = ["commit", ...(hook ? [] : ["--no-verify"]), "-m", `on ${name}`];
    const { code } = await model.commit({ command, of: "index", hook });
    if (code !== 0) await model.git("reset", "-q", "--hard");
    await model.git("checkout", "-q", ...back);
  },
} satisfies Record<string, Operation>;

async function isRebasing(model: SequenceModel): Promise<boolean> {
  const args = ["rev-parse", "--git-path", "rebase-merge", "--git-path", "rebase-apply"];
  const paths = (await model.rig.git(...args)).split("\n");
  return paths.some((path) => existsSync(resolve(model.rig.directory, path)));
}

export async function rebase(model: SequenceModel, { a, b }: Numbers): Promise<void> {
  const branches = await otherBranches(model);
  if (branches.length === 0) return;
  await model.git("rebase", "-q", pick(branches, a));
  for (let stop = 0; stop < 4 && (await isRebasing(model)); stop += 1) {
    await takeSide(model, b, true);
    await model.git("-c", "core.editor=true", "rebase", "--continue");
  }
  if (await isRebasing(model)) await model.git("rebase", "--abort");
}
