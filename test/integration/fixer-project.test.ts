import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasWorktree, openRepository, type Worktree } from "../../src/adapters/git/repository.ts";
import { listTree, resolveTree } from "../../src/adapters/git/trees.ts";
import {
  type ChangeableProject,
  projectOfTree,
  projectOnDisk,
  withTexts,
} from "../../src/integrations/fixers/project.ts";
import { attributesCulprits } from "../../src/integrations/fixers/tools/attributes.ts";
import { Rig } from "../rig/repository.ts";

const NAMES = ["text", "eol", "filter"];

async function open(rig: Rig): Promise<Worktree> {
  const opened = await openRepository(rig.directory, rig.env);
  if (!opened.ok || !hasWorktree(opened.value)) throw new Error("no repository");
  return opened.value;
}

async function ofHead(rig: Rig): Promise<ChangeableProject> {
  const repository = await open(rig);
  const tree = await resolveTree(repository, "HEAD");
  if (tree === null) throw new Error("no commit");
  return projectOfTree(repository, tree);
}

async function said(project: ChangeableProject, path: string): Promise<readonly (string | undefined)[]> {
  const [attributes] = await project.attributes([path], NAMES);
  return NAMES.map((name) => attributes?.get(name));
}

async function rigWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  for (const [path, content] of Object.entries(files)) rig.write(path, content);
  await rig.git("add", "-A");
  return rig;
}

describe("the files of a project", () => {
  const files = {
    "b/c.json": "{}\n",
    "a.txt": "é\n",
    "big.txt": "x".repeat((1 << 20) + 1),
    binary: "a\0b",
    "latin.txt": new Uint8Array([0xe9]),
  };

  it.each(["a commit", "the disk"])(
    "of %s are listed and read; what is nobody's setting is not",
    async (where) => {
      const rig = await rigWith(files);
      symlinkSync("../a.txt", join(rig.directory, "b/link.txt"));
      symlinkSync("link.txt", join(rig.directory, "b/round.txt"));
      symlinkSync("b/gone.txt", join(rig.directory, "lost.txt"));
      symlinkSync("../../etc/hostname", join(rig.directory, "out.txt"));
      symlinkSync("a.txt", join(rig.directory, "b/.gitattributes"));
      await rig.git("add", "-A");
      await rig.commit("first");
      rig.write("untracked.txt", "u\n");
      const onDisk = where === "the disk";
      const project = onDisk ? await projectOnDisk(await open(rig)) : await ofHead(rig);
      const links = ["b/link.txt", "b/round.txt", "lost.txt", "out.txt", "b/.gitattributes"];
      const tracked = ["a.txt", "b/c.json", "big.txt", "binary", "latin.txt", ...links].sort();
      expect(project.files).toEqual(onDisk ? [...tracked, "untracked.txt"] : tracked);
      const asked = ["b/c.json", "big.txt", "binary", "latin.txt", "nowhere.txt"];
      const read = await Promise.all(asked.map((path) => project.read(path)));
      expect(read).toEqual(["{}\n", null, null, null, null]);
      // as their programs do, but for git's own files, and never out of the repository
      const through = await Promise.all(links.map((path) => project.read(path)));
      expect(through).toEqual(["é\n", "é\n", null, null, null]);
      expect(await project.read("a.txt")).toBe("é\n");
    },
  );

  it("of a commit are not what lies on disk", async () => {
    const rig = await rigWith({ "a.txt": "committed\n" });
    await rig.commit("first");
    rig.write("a.txt", "changed\n");
    expect(await (await ofHead(rig)).read("a.txt")).toBe("committed\n");
    expect(await (await projectOnDisk(await open(rig))).read("a.txt")).toBe("changed\n");
  });

  it("may be listed by the caller", async () => {
    const rig = await rigWith({ "a.txt": "a\n", "b.txt": "b\n" });
    await rig.commit("first");
    const repository = await open(rig);
    const tree = await resolveTree(repository, "HEAD");
    if (tree === null) throw new Error("no commit");
    const entries = (await listTree(repository, tree, [])).filter(({ path }) => path === "a.txt");
    const project = await projectOfTree(repository, tree, entries);
    expect(project.files).toEqual(["a.txt"]);
    expect(await Promise.all([project.read("a.txt"), project.read("b.txt")])).toEqual(["a\n", null]);
  });
});

describe("the attributes of a commit", () => {
  it("are those of its own files, and of nobody's who looks at it", async () => {
    const rig = await rigWith({
      ".gitattributes": "*.log text eol=crlf\n",
      "r/.gitattributes": "*.md -text\n",
      "a.log": "",
    });
    await rig.commit("first");
    rig.write(".git/info/attributes", "* filter=mine\n");
    writeFileSync(join(rig.base, "attributes"), "* filter=global\n");
    await rig.git("config", "--global", "core.attributesFile", join(rig.base, "attributes"));
    const project = await ofHead(rig);
    expect(await said(project, "r/logs/a.log")).toEqual(["set", "crlf", "unspecified"]);
    expect(await said(project, "r/a.md")).toEqual(["unset", "unspecified", "unspecified"]);
    expect(await said(project, "other")).toEqual(["unspecified", "unspecified", "unspecified"]);
    const onDisk = await projectOnDisk(await open(rig));
    expect(await said(onDisk, "r/a.md")).toEqual(["unset", "unspecified", "mine"]);
  });

  it("are all that changes its reports; on disk, what git is told elsewhere does, too", async () => {
    const rig = await rigWith({ ".gitattributes": "*.md -text\n", "r/a.log": "" });
    await rig.commit("first");
    rig.write(".git/info/attributes", "* filter=mine\n");
    const written = { suite: "model-tests", directory: "r", paths: ["r/a.log"] };
    expect(await attributesCulprits(await ofHead(rig), written)).toEqual([]);
    const found = await attributesCulprits(await projectOnDisk(await open(rig)), written);
    expect(found).toMatchObject([{ tool: ".gitattributes", reports: ["r/a.log"] }]);
  });

  it("are none where the file is a link, as git has it", async () => {
    const rig = await rigWith({ mine: "* text\n" });
    symlinkSync("mine", join(rig.directory, ".gitattributes"));
    await rig.git("add", "-A");
    await rig.commit("first");
    expect(await said(await ofHead(rig), "a.log")).toEqual(["unspecified", "unspecified", "unspecified"]);
  });

  it("are answered for thousands of paths, odd ones among them", async () => {
    const rig = await rigWith({ ".gitattributes": "*.log text\n" });
    await rig.commit("first");
    const odd = [":(top)a.log", "-a.log", "a\nb.log", "é.log", '"q".log', "a\tb.log", " .log"];
    const paths = [
      ...odd,
      ...Array.from({ length: 8000 }, (_, index) => `${"long/".repeat(20)}${index}.log`),
    ];
    const found = await (await ofHead(rig)).attributes(paths, ["text"]);
    expect(found).toHaveLength(paths.length);
    expect(new Set(found.map((one) => one.get("text")))).toEqual(new Set(["set"]));
  });
});

describe("a project with other texts", () => {
  it.each(["a commit", "the disk"])("of %s is asked as if they were there", async (where) => {
    const rig = await rigWith({ "a.txt": "a\n", "b.txt": "b\n", ".gitattributes": "*.log text\n" });
    await rig.commit("first");
    const project = where === "a commit" ? await ofHead(rig) : await projectOnDisk(await open(rig));
    const texts = new Map([
      ["a.txt", "changed\n"],
      ["new.txt", "new\n"],
      [".gitattributes", "*.log -text\n"],
    ]);
    const changed = withTexts(project, texts);
    expect(changed.files).toEqual([".gitattributes", "a.txt", "b.txt", "new.txt"]);
    expect(await Promise.all(["a.txt", "b.txt", "new.txt"].map(changed.read))).toEqual([
      "changed\n",
      "b\n",
      "new\n",
    ]);
    expect(await said(changed, "x.log")).toEqual(["unset", "unspecified", "unspecified"]);
    expect(await said(project, "x.log")).toEqual(["set", "unspecified", "unspecified"]);
    const again = withTexts(changed, new Map([["b.txt", "also\n"]]));
    expect(await Promise.all(["a.txt", "b.txt"].map(again.read))).toEqual(["changed\n", "also\n"]);
    expect(rig.read("a.txt")).toBe("a\n");
  });
});
