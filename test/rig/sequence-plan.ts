import { copyFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Rig } from "./repository.ts";
import {
  factsOf,
  indexIn,
  indexOf,
  isReport,
  onDisk,
  pathOf,
  type State,
  type TreeFacts,
} from "./sequence-state.ts";

export interface CommitForm {
  /** What git is called with. */
  readonly command: readonly string[];
  /** What goes into the commit: the index, all tracked files, one path alone, or one path besides. */
  readonly of: "index" | "tracked" | { readonly path: string } | { readonly besides: string };
  readonly amend?: boolean;
  readonly allowEmpty?: boolean;
  readonly hook?: boolean;
  /** The editor is left without a message: the hook was asked, and there is no commit. */
  readonly givenUp?: boolean;
}

export type Prediction = "fresh" | "reuse" | "pending" | "run";

export interface Judged {
  readonly facts: TreeFacts;
  readonly prediction: Prediction;
  /** Why a run does not end well. */
  readonly obstacle: "unstaged" | "breaks" | null;
  /** The reports on disk are not those of the tree. */
  readonly reportsDiffer: boolean;
  /** Reports on disk that a person has edited and not staged. */
  readonly edited: readonly string[];
}

export interface Plan extends Judged {
  /** The index that stays, as far as git alone decides it. */
  readonly index: readonly string[];
  /** git itself finds nothing to commit. */
  readonly empty: boolean;
  readonly parents: readonly string[];
}

export const BY_HAND = "edited by hand";

/** Which evidence was made, and which of it is still to be found. */
export class EvidenceBook {
  private readonly made = new Map<string, Set<string>>();

  add(key: string, reportsTree: string): void {
    this.made.set(key, new Set([...(this.made.get(key) ?? []), reportsTree]));
  }

  isOf({ key, reportsTree }: TreeFacts): boolean {
    return this.made.get(key)?.has(reportsTree) === true;
  }

  /** In the store or in a commit. */
  async has(rig: Rig, state: State, key: string): Promise<boolean> {
    const made = [...(this.made.get(key) ?? [])];
    const stored = new Set(state.evidence.map(treeOfReference));
    if (made.some((tree) => stored.has(tree))) return true;
    if (made.length === 0) return false;
    const trees = await rig.git("log", "--all", "--format=%T");
    const facts = await Promise.all([...new Set(trees.split("\n"))].map((tree) => factsOf(rig, tree)));
    return facts.some((one) => one.key === key && this.isOf(one));
  }

  async predict(rig: Rig, state: State, facts: TreeFacts): Promise<Prediction> {
    if (this.isOf(facts)) return "fresh";
    if (await this.has(rig, state, facts.key)) return "reuse";
    const head = await factsOf(rig, await rig.git("rev-parse", "HEAD^{tree}"));
    return facts.key === head.key ? "pending" : "run";
  }

  async judge(rig: Rig, before: State, facts: TreeFacts): Promise<Judged> {
    const prediction = await this.predict(rig, before, facts);
    const unstaged = !isSame(onDisk(before, facts.isInput), facts.inputs);
    const obstacle = unstaged ? "unstaged" : facts.breaks ? "breaks" : null;
    const reports = onDisk(before, isReport);
    const strange = reports.filter((line) => !facts.reports.includes(line)).map(pathOf);
    return {
      facts,
      prediction,
      obstacle: prediction === "run" ? obstacle : null,
      reportsDiffer: !isSame(reports, facts.reports),
      edited: strange.filter((path) => before.files[path]?.includes(BY_HAND)),
    };
  }

  async plan(rig: Rig, before: State, form: CommitForm): Promise<Plan> {
    const { of, amend = false, allowEmpty = false } = form;
    const [parents, heads, tree, index] = await Promise.all([
      rig.git("rev-parse", "HEAD^@"),
      rig.tryGit("rev-parse", "-q", "--verify", "MERGE_HEAD"),
      treeToCommit(rig, of),
      indexOf(rig, await scratchIndex(rig, "staying", of, false)),
    ]);
    const merging = heads.stdout.trim();
    const own = parents.split("\n").filter(Boolean);
    const base = amend ? own[0] : before.head;
    const same = base !== undefined && (await rig.git("rev-parse", `${base}^{tree}`)) === tree;
    return {
      ...(await this.judge(rig, before, await factsOf(rig, tree))),
      index,
      empty: same && !allowEmpty && merging === "" && !(amend && own.length > 1),
      parents: amend ? own : [before.head, merging].filter(Boolean),
    };
  }
}

export function treeOfReference(name: string): string {
  return name.split("/").at(-1) ?? "";
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.join("\n") === right.join("\n");
}

/** The tree that git would commit, made in an index of our own. */
async function treeToCommit(rig: Rig, of: CommitForm["of"]): Promise<string> {
  const alone = typeof of === "object" && "path" in of;
  const written = await rig.run("git", ["write-tree"], indexIn(await scratchIndex(rig, "made", of, alone)));
  expect(written.code, written.stderr).toBe(0);
  return written.stdout.trim();
}

/** As gate judges it in the middle of a merge: without the reports that are unmerged. */
export async function treeWithoutUnmerged(rig: Rig): Promise<string> {
  const file = await scratchIndex(rig, "merged", "index", false);
  const unmerged = (await indexOf(rig, file)).filter((line) => !/^\S+ \S+ 0\t/.test(line)).map(pathOf);
  if (unmerged.length > 0) {
    const args = ["update-index", "--force-remove", "--", ...new Set(unmerged)];
    await rig.run("git", args, indexIn(file));
  }
  return (await rig.run("git", ["write-tree"], indexIn(file))).stdout.trim();
}

async function scratchIndex(
  rig: Rig,
  name: string,
  of: CommitForm["of"],
  fromHead: boolean,
): Promise<string> {
  const file = join(rig.base, `index-${name}`);
  copyFileSync(await rig.git("rev-parse", "--path-format=absolute", "--git-path", "index"), file);
  // Of an index that is older than all files git believes no time: it looks at the contents.
  utimesSync(file, 1, 1);
  const env = indexIn(file);
  if (fromHead) await rig.run("git", ["read-tree", "HEAD"], env);
  if (of === "tracked") await rig.run("git", ["add", "-u"], env);
  if (typeof of === "object") {
    await rig.run("git", ["add", "-A", "--", "path" in of ? of.path : of.besides], env);
  }
  return file;
}
