import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stateOfFile } from "../../src/adapters/files/files.ts";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { treeOfIndex } from "../../src/judgement/index-tree.ts";
import { judgeTree } from "../../src/judgement/judge.ts";
import { recallMemo } from "../../src/judgement/memo.ts";
import { writeMemo } from "../../src/judgement/write-memo.ts";
import { opened } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

const LATER = 10_000;

describe("the state of a file", () => {
  it("is another after every change, of the content or of the file itself", () => {
    const directory = mkdtempSync(join(tmpdir(), "gate-state-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "index");
    const states = ["one", "other"].map((content) => {
      writeFileSync(`${file}.lock`, content);
      renameSync(`${file}.lock`, file);
      return stateOfFile(file)?.state;
    });
    writeFileSync(file, "longer than before");
    states.push(stateOfFile(file)?.state);
    expect(new Set(states).size).toBe(3);
    expect(stateOfFile(join(directory, "absent"))).toBeNull();
    expect(stateOfFile(directory)).toBeNull();
  });

  it("is settled when a later change cannot bear the same times", () => {
    const directory = mkdtempSync(join(tmpdir(), "gate-state-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "index");
    writeFileSync(file, "");
    expect(stateOfFile(file)?.settled).toBe(false);
    expect(stateOfFile(file, Date.now() + LATER)?.settled).toBe(true);
  });
});

describe("the state of the index that the memo was found to agree with", () => {
  it("answers without git, whatever is staged elsewhere, until what matters changes", async () => {
    const { rig, repository } = await remembered();
    const withoutGit = { ...repository, environment: { ...repository.environment, PATH: "" } };
    expect(await recallMemo(withoutGit)).not.toBeNull();
    rig.write("README.md", "# Other\n");
    await rig.git("add", "README.md");
    expect(await recallMemo(withoutGit)).not.toBeNull();
    for (const path of ["src/router.py", "src/new.py", "gate.yaml", "test-reports/more.txt"]) {
      rig.write(path, "other\n");
      await rig.git("add", "-f", path);
      expect(await recallMemo(withoutGit)).toBeNull();
      expect(await recallMemo(repository)).toBeNull();
      await rig.git("reset", "-q", "--hard");
      await rig.git("write-tree");
      expect(await recallMemo(withoutGit)).not.toBeNull();
    }
  });

  it("answers by its state alone where only git can read it", async () => {
    const { rig, repository } = await remembered();
    await rig.git("update-index", "--index-version", "4");
    const withoutGit = { ...repository, environment: { ...repository.environment, PATH: "" } };
    expect(await recallMemo(withoutGit)).toBeNull();
    expect(await recallMemo(repository)).not.toBeNull();
    await noteState(rig);
    expect(await recallMemo(withoutGit)).not.toBeNull();
    rig.write("README.md", "# Other\n");
    await rig.git("add", "README.md");
    expect(await recallMemo(withoutGit)).toBeNull();
    expect(await recallMemo(repository)).not.toBeNull();
  });

  it("is no answer for another tree, nor for an index of the user's own", async () => {
    const { rig, repository } = await remembered();
    await noteState(rig);
    const own = { ...repository.environment, PATH: "", GIT_INDEX_FILE: join(rig.base, "own-index") };
    expect(await recallMemo({ ...repository, environment: own })).toBeNull();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src/router.py");
    await noteState(rig, "0".repeat(40));
    expect(await recallMemo(repository)).toBeNull();
  });
});

async function remembered(): Promise<{ readonly rig: Rig; readonly repository: Repository }> {
  const rig = await Rig.create();
  await rig.withEvidence();
  const repository = await opened(rig.directory, rig.env);
  const tree = await treeOfIndex(repository);
  const judged = tree.ok ? await judgeTree(repository, tree.value) : tree;
  if (!judged.ok || judged.value === null) throw new Error("not judged");
  await writeMemo(repository, judged.value, { warnings: [], configuration: "a state" });
  return { rig, repository };
}

/** As gate does when git has said that the index agrees, and the index is some seconds old. */
async function noteState(rig: Rig, tree?: string): Promise<void> {
  const of = tree ?? (await rig.git("write-tree"));
  const state = stateOfFile(join(rig.directory, ".git/index"))?.state;
  writeFileSync(join(rig.directory, ".git/gate/memo.index"), `${of} ${state}`);
}
