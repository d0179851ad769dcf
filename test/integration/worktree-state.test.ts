import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import {
  trackedDifferences,
  type WorktreeDifference,
  worktreeDifferences,
} from "../../src/adapters/git/worktree.ts";
import { worktreeState } from "../../src/adapters/git/worktree-state.ts";
import { Rig } from "../rig/repository.ts";

const SOURCES = [":(top,glob)src", ":(top,glob)src/**", ":(top,glob,exclude)**/*.md"];

async function repositoryWithWork(): Promise<{ readonly rig: Rig; readonly repository: Repository }> {
  const rig = await Rig.create({ hooks: false });
  for (const name of ["kept", "edited", "gone", "touched", "marked", "sparse", "staged"])
    rig.write(`src/${name}.py`, "1\n");
  rig.write(".gitignore", "*.log\nbuild/\n");
  await rig.git("add", ".");
  await rig.git("commit", "-q", "-m", "first");
  await rig.git("update-index", "--assume-unchanged", "src/marked.py");
  await rig.git("update-index", "--skip-worktree", "src/sparse.py");
  rig.write("src/edited.py", "2\n");
  rig.write("src/touched.py", "1\n");
  rmSync(join(rig.directory, "src/gone.py"));
  rig.write("src/staged.py", "2\n");
  await rig.git("add", "src/staged.py");
  for (const path of [
    "src/é new.py",
    "src/notes.md",
    "src/a.log",
    "src/build/b.py",
    "build/c.py",
    "other.py",
  ])
    rig.write(path, "x\n");
  mkdirSync(join(rig.directory, "src/nested"));
  await rig.at(join(rig.directory, "src/nested")).git("init", "-q");
  const opened = await openRepository(rig.directory, rig.env);
  if (!opened.ok) throw new Error(opened.error);
  return { rig, repository: opened.value };
}

const lines = (differences: readonly WorktreeDifference[]) =>
  differences.map(({ path, kind }) => `${kind} ${path}`).sort();

describe("the state of a working tree", () => {
  it("names every way in which it is not the index, by contents and one file at a time", async () => {
    const { repository } = await repositoryWithWork();
    const { differences, trackedPaths } = await worktreeDifferences(repository, SOURCES);
    expect(lines(differences)).toEqual([
      "assume-unchanged src/marked.py",
      "ignored src/a.log",
      "ignored src/build/b.py",
      "missing src/gone.py",
      "skip-worktree src/sparse.py",
      "unstaged src/edited.py",
      "untracked src/nested/",
      "untracked src/é new.py",
    ]);
    expect([...trackedPaths()]).toHaveLength(7);
  });

  it("is told in one go, too, whatever rules hide", async () => {
    const { repository } = await repositoryWithWork();
    const { differences, staged } = await worktreeState(repository, SOURCES);
    expect(lines(differences)).toEqual([
      "assume-unchanged src/marked.py",
      "missing src/gone.py",
      "skip-worktree src/sparse.py",
      "unstaged src/edited.py",
      "untracked src/a.log",
      "untracked src/build/b.py",
      "untracked src/nested/",
      "untracked src/é new.py",
    ]);
    expect(staged.map(({ path }) => path)).toHaveLength(7);
  });

  it("as git shows it, holds no marks", async () => {
    const { repository } = await repositoryWithWork();
    const differences = await trackedDifferences(repository, [":(top,glob)**"]);
    expect(lines(differences)).toEqual(["missing src/gone.py", "unstaged src/edited.py"]);
  });
});
