import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Ended } from "./processes.ts";
import type { Rig } from "./repository.ts";
import {
  type CommitForm,
  EvidenceBook,
  type Judged,
  type Plan,
  treeOfReference,
  treeWithoutUnmerged,
} from "./sequence-plan.ts";
import {
  factsOf,
  isReport,
  onDisk,
  pathOf,
  REPORTS,
  type State,
  stateOf,
  type TreeFacts,
} from "./sequence-state.ts";

/** What is said to be somebody's, and was nobody's. */
const CLAIMS = ["the commit is not what gate judged", "was staged by somebody else than gate"];
const YOURS = /has unstaged edits of yours|is yours and lies where new reports go/;

/** What must hold after each operation, told by plain git and by what the suite was seen to do. */
export class SequenceModel {
  /** What was done and heard, as a script. */
  readonly log: string[] = [];
  /** What gate said of a person who did nothing of the kind. */
  readonly notes: string[] = [];
  readonly book = new EvidenceBook();
  /** From then on what gate says of a person's edits may be true. */
  tampered = false;
  rig: Rig;

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** The evidence of the commit that everything begins with. */
  async begin(): Promise<void> {
    const { evidence } = await stateOf(this.rig);
    const head = await this.headFacts();
    for (const name of evidence) this.book.add(head.key, treeOfReference(name));
    await this.expectCovered(head);
  }

  async git(...args: string[]): Promise<Ended> {
    const ended = await this.rig.tryGit(...args);
    this.say(["git", ...args], ended);
    return ended;
  }

  async gate(...args: string[]): Promise<Ended> {
    const ended = await this.rig.gate(...args);
    this.say(["gate", ...args], ended);
    return ended;
  }

  private say(words: readonly string[], { code, stdout, stderr }: Ended): void {
    this.log.push(words.map((word) => (/^[\w./:=~^@-]+$/.test(word) ? word : `'${word}'`)).join(" "));
    const heard = `${stdout}${stderr}`.trim().split("\n").filter(Boolean).slice(-6);
    this.log.push(`#   ${code}`, ...heard.map((line) => `#   ${line.slice(0, 200)}`));
    expect(stderr).not.toMatch(/bug in gate|gate\/failure/);
    if (!this.tampered) this.notes.push(...CLAIMS.filter((claim) => stderr.includes(claim)));
  }

  headFacts(): Promise<TreeFacts> {
    return this.rig.git("rev-parse", "HEAD^{tree}").then((tree) => factsOf(this.rig, tree));
  }

  /** Runs what no hook of a commit has a part in: nothing may be run, and no evidence may come of it. */
  async quietly(act: () => Promise<unknown>): Promise<void> {
    const before = await stateOf(this.rig);
    await act();
    const after = await stateOf(this.rig);
    expect([after.runs, after.evidence]).toEqual([before.runs, before.evidence]);
  }

  async commit(form: CommitForm): Promise<Ended> {
    const before = await stateOf(this.rig);
    const plan = await this.book.plan(this.rig, before, form);
    this.log.push(`# ${plan.prediction} ${plan.obstacle ?? ""}${plan.empty ? " empty" : ""}`);
    const ended = await this.git(...form.command);
    const after = await stateOf(this.rig);
    if (form.hook === false) await this.expectUngated(before, after, plan, ended);
    else await this.expectGated(before, after, plan, { ended, form });
    return ended;
  }

  /** `--no-verify`: git alone decides. */
  private async expectUngated(before: State, after: State, plan: Plan, ended: Ended): Promise<void> {
    expect([after.runs, after.evidence], "no hook runs").toEqual([before.runs, before.evidence]);
    expect(after.files).toEqual(before.files);
    if (plan.empty) return expectSame(before, after);
    expect(ended.code, ended.stderr).toBe(0);
    expect(after.index).toEqual(plan.index);
    expect(await this.rig.git("rev-parse", "HEAD^{tree}")).toBe(plan.facts.tree);
  }

  private async expectGated(
    before: State,
    after: State,
    plan: Plan,
    { ended, form }: { readonly ended: Ended; readonly form: CommitForm },
  ): Promise<void> {
    const began = plan.prediction === "run" && plan.obstacle !== "unstaged";
    const yielded = this.yields(plan, ended);
    if (!yielded) expect(after.runs - before.runs, "how often the suite ran").toBe(began ? 1 : 0);
    this.absorb(before, after, plan.facts);
    if (yielded || plan.obstacle !== null) {
      expect(ended.code, "a run that is refused refuses the commit").not.toBe(0);
      return expectSame(before, after);
    }
    if (plan.empty || form.givenUp === true) {
      expect(ended.code).toBe(1);
      return this.expectNoCommit(before, after, plan);
    }
    expect(ended.code, "the commit goes through").toBe(0);
    await this.expectCommitted(before, after, plan);
  }

  /** Reports on disk that are neither staged nor what gate wrote last may be a person's work. */
  private yields({ reportsDiffer, prediction, edited }: Judged, { code, stderr }: Ended): boolean {
    if (!reportsDiffer || code === 0 || prediction === "fresh" || !YOURS.test(stderr)) return false;
    if (edited.length === 0) this.notes.push("edits of yours");
    return true;
  }

  /** The hook said yes, and git or the person said no: the evidence may be staged, and nothing else. */
  private async expectNoCommit(before: State, after: State, { prediction, edited }: Plan): Promise<void> {
    expect(after.head).toBe(before.head);
    if (prediction === "fresh" || prediction === "pending") return expectSame(before, after);
    expect(withoutReports(after)).toEqual(withoutReports(before));
    expectKept(before, after, edited);
  }

  private absorb(before: State, after: State, facts: TreeFacts): void {
    const added = after.evidence.filter((name) => !before.evidence.includes(name));
    expect(added.length, "evidence is of accepted runs").toBe(facts.breaks ? 0 : after.runs - before.runs);
    expect(before.evidence.filter((name) => !after.evidence.includes(name))).toEqual([]);
    for (const name of added) this.book.add(facts.key, treeOfReference(name));
  }

  private async expectCommitted(before: State, after: State, plan: Plan): Promise<void> {
    const { facts, prediction, parents, edited } = plan;
    expect((await this.rig.git("rev-parse", "HEAD^@")).split("\n").filter(Boolean)).toEqual(parents);
    const head = await this.headFacts();
    expect(head.others, "what was staged is what is committed").toEqual(facts.others);
    expect(withoutReports(after)).toEqual(withoutReports({ ...before, index: plan.index }));
    if (prediction === "fresh" || prediction === "pending") {
      expect(head.tree).toBe(facts.tree);
      expect([after.index, after.files]).toEqual([plan.index, before.files]);
    } else {
      expectInPlace(before, after, head);
      expectKept(before, after, edited);
      const status = await this.rig.run("git", ["status", "--porcelain"], { GIT_OPTIONAL_LOCKS: "0" });
      expect(status.stdout.split("\n").filter((line) => /^[^?].*test-reports/.test(line))).toEqual([]);
    }
    if (prediction === "pending") expect((await this.gate("verify")).code, "nobody ran it").toBe(1);
    else await this.expectCovered(head);
  }

  private async expectCovered(head: TreeFacts): Promise<void> {
    expect(this.book.isOf(head), "accepted evidence of these inputs").toBe(true);
    const log = await this.rig.git("cat-file", "-p", `HEAD:${REPORTS}/logs/test_hello/session.log`);
    expect(log, "the reports are of these inputs").toContain(head.answer);
    const tests = await this.rig.git("ls-tree", "--name-only", `HEAD:${REPORTS}/logs`);
    expect(tests.split("\n")).toEqual(head.tests);
    await this.expectVerified("HEAD", true);
  }

  private async expectVerified(revision: string, covered: boolean): Promise<void> {
    expect((await this.gate("verify", "--rev", revision)).code, "gate verify").toBe(covered ? 0 : 1);
  }

  /** A merge that git finishes by itself. */
  async expectMerged(before: State): Promise<void> {
    const head = await this.headFacts();
    const exists = await this.book.has(this.rig, before, head.key);
    expect(this.book.isOf(head), "evidence that exists is in the merge").toBe(exists);
    await this.expectVerified("HEAD", exists);
  }

  /** `gate run`, or `gate attach`, which runs nothing. */
  async request(verb: "run" | "force" | "attach"): Promise<Ended> {
    const before = await stateOf(this.rig);
    const facts = await factsOf(this.rig, await treeWithoutUnmerged(this.rig));
    const judged = await this.book.judge(this.rig, before, facts);
    const covered = judged.prediction === "fresh" || judged.prediction === "reuse";
    const due = verb === "force" || !covered;
    const unstaged = onDisk(before, facts.isInput).join("\n") !== facts.inputs.join("\n");
    const ended = await this.gate(...(verb === "force" ? ["run", "--force"] : [verb]));
    const after = await stateOf(this.rig);
    const yielded = this.yields({ ...judged, prediction: "run" }, ended);
    const runs = due && verb !== "attach" && !unstaged ? 1 : 0;
    if (!yielded) expect(after.runs - before.runs, "how often the suite ran").toBe(runs);
    this.absorb(before, after, facts);
    const well = !yielded && (!due || (runs === 1 && !facts.breaks));
    expect(ended.code === 0, ended.stderr).toBe(well);
    if (!well || (!due && judged.prediction === "fresh")) expectSame(before, after);
    else await this.expectAttached(before, after, judged);
    return ended;
  }

  private async expectAttached(before: State, after: State, { facts, edited }: Judged): Promise<void> {
    expect(after.head).toBe(before.head);
    expect(withoutReports(after)).toEqual(withoutReports(before));
    const staged = await factsOf(this.rig, await this.rig.git("write-tree"));
    expect(staged.others).toEqual(facts.others);
    expect(this.book.isOf(staged)).toBe(true);
    expectInPlace(before, after, staged);
    expectKept(before, after, edited);
  }

  /** What `gate status` says is what the next commit does. */
  async status(): Promise<void> {
    const before = await stateOf(this.rig);
    const { prediction, obstacle } = await this.book.plan(this.rig, before, { command: [], of: "index" });
    const { stdout } = await this.gate("status", "--json");
    expect(/"decision":"(\w+)"/.exec(stdout)?.[1], stdout).toBe(prediction);
    const differs = stdout.includes('"code":"worktree-differs"');
    if (prediction === "run") expect(differs, stdout).toBe(obstacle === "unstaged");
    expect(await stateOf(this.rig)).toEqual(before);
  }

  /** No lock, no journal and no scratch file stays. */
  async expectTidy(): Promise<void> {
    const directory = await this.rig.git("rev-parse", "--absolute-git-dir");
    expect(readdirSync(directory).filter((name) => name.endsWith(".lock"))).toEqual([]);
    const lasting = /^(?:memo(?:\.json|\.index)?|attached\.json|judged|said|configurations|pins\.json)$/;
    const own = existsSync(join(directory, "gate")) ? readdirSync(join(directory, "gate")) : [];
    expect(own.filter((name) => !lasting.test(name))).toEqual([]);
  }

  /** At the end: nothing is broken, and `gate verify` says of every branch what is true of it. */
  async expectSound(): Promise<void> {
    expect(await this.rig.git("fsck", "--no-dangling", "--no-progress")).toBe("");
    const branches = await this.rig.git("for-each-ref", "--format=%(refname)", "refs/heads");
    for (const branch of branches.split("\n")) {
      const facts = await factsOf(this.rig, await this.rig.git("rev-parse", `${branch}^{tree}`));
      await this.expectVerified(branch, this.book.isOf(facts));
    }
  }
}

function withoutReports({ index, files }: State) {
  const own = Object.entries(files).filter(([path]) => !isReport(path));
  return [index.filter((line) => !isReport(pathOf(line))), Object.fromEntries(own)];
}

function expectSame(before: State, after: State): void {
  const seen = ({ head, index, files }: State) => ({ head, index, files });
  expect(seen(after), "a refusal leaves everything as it was").toEqual(seen(before));
}

/** A tree's reports are staged and on disk, and nothing new lies beside them. */
function expectInPlace(before: State, after: State, { reports }: TreeFacts): void {
  const staged = after.index.filter((line) => isReport(pathOf(line)));
  expect(staged.map((line) => line.replace(" 0\t", " ")).sort()).toEqual(reports);
  const [then, now] = [onDisk(before, isReport), onDisk(after, isReport)];
  expect(now.filter((line) => !reports.includes(line) && !then.includes(line))).toEqual([]);
  expect(reports.filter((line) => !now.includes(line))).toEqual([]);
}

function expectKept(before: State, after: State, paths: readonly string[]): void {
  const contents = ({ files }: State) => paths.map((path) => files[path]);
  expect(contents(after), "a person's edits are kept").toEqual(contents(before));
}
