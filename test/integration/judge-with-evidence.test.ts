import { describe, expect, it } from "vitest";
import { type TreeId, treeId } from "../../src/adapters/git/ids.ts";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { type JudgedTree, judgeTree, judgeWithEvidence } from "../../src/judgement/judge.ts";
import { Rig } from "../rig/repository.ts";

interface Attached {
  readonly rig: Rig;
  readonly repository: Repository;
  /** As it was judged before its evidence was attached. */
  readonly before: JudgedTree;
  readonly evidence: ReadonlyMap<string, TreeId>;
}

/** A commit whose evidence is attached, and the tree that its author had staged. */
async function attached(): Promise<Attached> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src");
  const staged = treeId(await rig.git("write-tree"));
  await rig.commit("route");
  const opened = await openRepository(rig.directory, rig.env);
  if (!opened.ok) throw new Error(opened.error);
  const before = await judged(opened.value, staged);
  const evidence = new Map([["model-tests", treeId(await rig.git("rev-parse", "HEAD:test-reports"))]]);
  return { rig, repository: opened.value, before, evidence };
}

async function judged(repository: Repository, tree: TreeId): Promise<JudgedTree> {
  const found = await judgeTree(repository, tree);
  if (!found.ok || found.value === null) throw new Error("the tree has no gate.yaml that can be read");
  return found.value;
}

const indexOf = async (rig: Rig) => treeId(await rig.git("write-tree"));

describe("a tree that has evidence in place of the reports of a judged one", () => {
  it("is judged as if it were judged anew", async () => {
    const { rig, repository, before, evidence } = await attached();
    expect(before.suites[0]?.staleness).toBe("outdated");
    const tree = await indexOf(rig);
    const found = await judgeWithEvidence(repository, before, tree, evidence);
    expect(found?.suites[0]?.staleness).toBeNull();
    expect(found).toEqual(await judged(repository, tree));
  });

  it.each([
    { what: "an input", path: "src/router.py" },
    { what: "gate.yaml", path: "gate.yaml" },
    { what: "a file beside the inputs", path: "notes.md" },
    { what: "a report", path: "test-reports/model-tests-latest.txt" },
    { what: "one report too many", path: "test-reports/notes.txt" },
  ])("is not taken for that where $what was staged meanwhile", async ({ path }) => {
    const { rig, repository, before, evidence } = await attached();
    rig.write(path, `${rig.exists(path) ? rig.read(path) : ""}# and more\n`);
    await rig.git("add", path);
    expect(await judgeWithEvidence(repository, before, await indexOf(rig), evidence)).toBeNull();
  });

  it("is not taken for that where the reports are gone, or where nothing was attached", async () => {
    const { rig, repository, before, evidence } = await attached();
    expect(await judgeWithEvidence(repository, before, await indexOf(rig), new Map())).toBeNull();
    await rig.git("rm", "-rq", "--cached", "test-reports");
    expect(await judgeWithEvidence(repository, before, await indexOf(rig), evidence)).toBeNull();
  });
});
