import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { treeOfIndex } from "../../src/judgement/index-tree.ts";
import { opened } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

const TWO_SUITES = `  other-tests:
    run: sh "$RIG_SUITE"
    inputs: [other]
    reports: other/reports
`;

/** Two branches that each changed a source of their own and carry evidence of it, in the middle of a merge. */
async function mergeOfEvidence(change: (rig: Rig, branch: string) => void): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  await rig.git("checkout", "-q", "-b", "topic");
  for (const branch of ["topic", "main"]) {
    await rig.git("checkout", "-q", branch);
    change(rig, branch);
    await rig.git("add", "-A");
    await rig.commit(branch);
  }
  await rig.tryGit("merge", "-q", "topic");
  return rig;
}

async function treeAt(rig: Rig, env: Readonly<Record<string, string>> = {}) {
  return treeOfIndex(await opened(rig.directory, { ...rig.env, ...env }));
}

async function pathsOf(rig: Rig, tree: string): Promise<string[]> {
  return (await rig.git("ls-tree", "-r", "--name-only", tree)).split("\n");
}

describe("the tree of what is being committed", () => {
  it("is the index's", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", ".");
    expect(await treeAt(rig)).toEqual({ ok: true, value: await rig.git("write-tree") });
  });

  it("is empty where nothing is staged yet", async () => {
    const rig = await Rig.create({ hooks: false });
    expect(await treeAt(rig)).toEqual({ ok: true, value: "4b825dc642cb6eb9a060e54bf8d69288fbee4904" });
  });

  it("is that of the index which git is using, as a hook of a partial commit sees it", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write("a.txt", "a\n");
    rig.write("b.txt", "b\n");
    await rig.git("add", "a.txt");
    const partial = await rig.git("write-tree");
    await rig.run("cp", [".git/index", ".git/next-index-1.lock"]);
    await rig.git("add", "b.txt");
    expect(await treeAt(rig, { GIT_INDEX_FILE: ".git/next-index-1.lock" })).toEqual({
      ok: true,
      value: partial,
    });
  });

  it("is without the reports that are unmerged, which nobody has to resolve", async () => {
    const rig = await mergeOfEvidence((at, branch) => at.write(`src/${branch}.py`, `${branch} = 1\n`));
    const index = readFileSync(join(rig.directory, ".git/index"));
    expect(await rig.git("diff", "--name-only", "--diff-filter=U")).toContain(
      "test-reports/model-tests.hash",
    );
    const tree = await treeAt(rig);
    const paths = tree.ok ? await pathsOf(rig, tree.value) : [];
    expect(paths).toEqual(expect.arrayContaining(["src/main.py", "src/topic.py", "gate.yaml"]));
    expect(paths).not.toContain("test-reports/model-tests.hash");
    expect(readFileSync(join(rig.directory, ".git/index")).equals(index)).toBe(true);
    const left = readdirSync(join(rig.directory, ".git/gate")).filter((name) => name.startsWith("index"));
    expect(left).toEqual([]);
  });

  it("is without reports that one branch deleted", async () => {
    const rig = await mergeOfEvidence((at, branch) => at.write(`src/${branch}.py`, `${branch} = 1\n`));
    await rig.git("checkout", "-q", "-f", "main");
    await rig.git("checkout", "-q", "-b", "without");
    await rig.git("rm", "-rq", "test-reports");
    await rig.git("commit", "-q", "--no-verify", "-m", "no reports");
    await rig.tryGit("merge", "-q", "topic");
    expect(await rig.git("ls-files", "-u", "test-reports")).not.toBe("");
    expect(await treeAt(rig)).toMatchObject({ ok: true });
  });

  it("does not exist where an input is unmerged: each is named", async () => {
    const rig = await mergeOfEvidence((at, branch) => {
      at.write("src/router.py", `${branch} = 1\n`);
      at.write("src/a b.py", `${branch} = 2\n`);
    });
    expect(await treeAt(rig)).toMatchObject({
      ok: false,
      error: [
        { code: "unmerged-inputs", path: "src/a b.py", message: "src/a b.py is unmerged." },
        {
          code: "unmerged-inputs",
          path: "src/router.py",
          message: "src/router.py is unmerged.",
          hint: "Resolve the conflict, then:  git add -- src/router.py,  or, where it is to go:  git rm -- src/router.py",
        },
      ],
    });
  });

  it("does not exist where gate.yaml itself is unmerged", async () => {
    const rig = await mergeOfEvidence((at, branch) => {
      at.write("gate.yaml", `${at.read("gate.yaml")}    timeout: ${branch === "main" ? 5 : 6}m\n`);
    });
    const tree = await treeAt(rig);
    expect(tree).toMatchObject({ ok: false });
    expect(tree.ok || tree.error.map(({ path }) => path)).toContain("gate.yaml");
  });

  it("looks at the reports of every suite", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject(TWO_SUITES);
    rig.write("other/reports/other-tests.hash", "base\n");
    await rig.git("add", ".");
    await rig.commit("base");
    await rig.git("checkout", "-q", "-b", "topic");
    for (const branch of ["topic", "main"]) {
      await rig.git("checkout", "-q", branch);
      rig.write("other/reports/other-tests.hash", `${branch}\n`);
      rig.write("test-reports/model-tests.hash", `${branch}\n`);
      await rig.git("add", ".");
      await rig.commit(branch);
    }
    await rig.tryGit("merge", "-q", "topic");
    const tree = await treeAt(rig);
    expect(tree.ok && (await pathsOf(rig, tree.value))).toEqual([
      ".gitignore",
      "README.md",
      "gate.yaml",
      "src/router.py",
    ]);
  });
});
