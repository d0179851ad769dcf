import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { GitError } from "../../src/adapters/git/command.ts";
import { emptyTree, type TreeId, treeId } from "../../src/adapters/git/ids.ts";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import {
  agreeApartFrom,
  entriesAt,
  filesIn,
  pathsPresent,
  subtree,
} from "../../src/adapters/git/tree-objects.ts";
import { compareTrees, listPaths, listTree } from "../../src/adapters/git/trees.ts";
import { Rig } from "../rig/repository.ts";

const ENVIRONMENT = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
const CASES = Number(process.env.GATE_TREES ?? 60);

class Trees {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "gate-trees-")));

  constructor(format: string) {
    this.git(["init", "-q", `--object-format=${format}`]);
  }

  git(args: readonly string[], input: string | Buffer = ""): string {
    return execFileSync("git", args, { cwd: this.directory, input, stdio: "pipe" })
      .toString("utf8")
      .trimEnd();
  }

  /** Each call knows nothing of what was read before. */
  async open(): Promise<Repository> {
    const opened = await openRepository(this.directory, ENVIRONMENT);
    if (!opened.ok) throw new Error(opened.error);
    return opened.value;
  }

  /** A tree of these paths, through an index. */
  of(paths: readonly string[], mode = "100644"): TreeId {
    const blob = this.git(["hash-object", "-w", "--stdin"], "a\n");
    this.git(["read-tree", "--empty"]);
    const lines = paths.map((path) => `${mode} ${blob}\t${path}\0`);
    this.git(["update-index", "-z", "--index-info"], lines.join(""));
    return treeId(this.git(["write-tree"]));
  }

  /** A tree object of just these bytes, whatever git thinks of it. */
  literally(...entries: readonly (readonly [string, string])[]): TreeId {
    const bytes = entries.map(([start, id]) =>
      Buffer.concat([Buffer.from(`${start}\0`, "latin1"), Buffer.from(id, "hex")]),
    );
    const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    return treeId(this.git(args, Buffer.concat(bytes)));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const literally = (path: string) => `:(top,literal)${path}`;
const name = fc.constantFrom(
  "a",
  "b",
  "a.b",
  "a-",
  "A",
  "é",
  "*",
  "[a]",
  "o d",
  "\\",
  '"q"',
  "\ud83d\ude00",
  "-x",
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
/** No file of them takes the place of a directory of another one. */
const tree = fc
  .uniqueArray(path, { maxLength: 12 })
  .map((paths) => paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`))));

/** Whether a path can stand beside others: no file of theirs is a directory of it, or the other way round. */
const fitsWith = (paths: readonly string[]) => (one: string) =>
  paths.every((other) => !one.startsWith(`${other}/`) && !other.startsWith(`${one}/`));

describe.each(["sha1", "sha256"])("the trees of a %s repository, read one by one", (format) => {
  const trees = new Trees(format);
  afterAll(() => trees.remove());

  it("hold at some paths what git lists there", async () => {
    const some = fc.uniqueArray(path, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(tree, some, async (paths, others) => {
        const repository = await trees.open();
        const id = trees.of(paths);
        const asked = [...others, ...paths.slice(0, 2)];
        const listed = await listTree(repository, id, asked.map(literally));
        expect(await entriesAt(repository, id, asked)).toEqual(listed);
        expect(await listPaths(repository, id, asked)).toEqual(listed);
        const all = await listTree(repository, id, []);
        const isThere = (one: string) => paths.some((other) => other === one || other.startsWith(`${one}/`));
        expect(await pathsPresent(repository, id, asked)).toEqual(asked.map(isThere));
        const top = all.filter(({ path: one }) => !one.includes("/"));
        expect((await filesIn(repository, id, ["."])).toSorted(byPath)).toEqual(top.toSorted(byPath));
      }),
      { numRuns: CASES },
    );
  });

  it("agree apart from some places where git finds no difference elsewhere", async () => {
    const some = fc.uniqueArray(path, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(tree, tree, some, async (paths, others, apart) => {
        const repository = await trees.open();
        const [one, other] = [
          trees.of(paths),
          trees.of([...paths.slice(2), ...others].filter(fitsWith(paths))),
        ];
        const excluded = apart.map((place) => `:(top,literal,exclude)${place}`);
        const differences = await compareTrees(repository, one, other, [":(top,glob)**", ...excluded]);
        expect(await agreeApartFrom(repository, one, other, apart)).toBe(differences.length === 0);
        expect(await agreeApartFrom(repository, one, one, apart)).toBe(true);
      }),
      { numRuns: CASES },
    );
  });

  it("are the same where there are so many directories that git lists them", async () => {
    const paths = Array.from({ length: 90 }, (_, index) => `logs/test ${index}/é.log`);
    const id = trees.of(["logs/x", "other", ...paths]);
    const repository = await trees.open();
    const listed = await listTree(repository, id, [literally("logs")]);
    expect(listed).toHaveLength(91);
    expect(await entriesAt(repository, id, ["logs"])).toEqual(listed);
    expect(await entriesAt(repository, id, ["logs/test 7", "other"])).toHaveLength(2);
  });

  it("are the same where one directory has thousands of files", async () => {
    const id = trees.of(["b/c", ...Array.from({ length: 3000 }, (_, index) => `a/file_${index}`)]);
    const repository = await trees.open();
    expect(await entriesAt(repository, id, ["a"])).toHaveLength(3000);
    expect(await entriesAt(repository, id, ["a/file_7", "b"])).toHaveLength(2);
    expect(await pathsPresent(repository, id, ["a/file_2999", "a/file_3000", "a"])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("name a directory by its id, and nothing else", async () => {
    const id = trees.of(["a/b/c", "a/d"]);
    const repository = await trees.open();
    expect(await subtree(repository, id, "a/b")).toBe(trees.git(["rev-parse", `${id}:a/b`]));
    expect(await subtree(repository, id, "a/d")).toBeNull();
    expect(await subtree(repository, id, "a/b/c/e")).toBeNull();
  });

  it("have the modes that git gives them, old ones too, and a submodule is no path", async () => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "a\n");
    const id = trees.literally(
      ["100664 a", blob],
      ["100775 b", blob],
      ["120000 c", blob],
      ["160000 d", blob],
      ["040000 e", trees.of(["f"])],
    );
    const repository = await trees.open();
    const listed = await listTree(repository, id, []);
    expect(listed.map(({ mode }) => mode)).toEqual(["100644", "100755", "120000", "160000", "100644"]);
    expect(await entriesAt(repository, id, ["a", "b", "c", "d", "e"])).toEqual(listed);
    expect(await listPaths(repository, id, [])).toEqual(listed);
    expect(await pathsPresent(repository, id, ["d", "e"])).toEqual([false, true]);
  });

  it.each([
    ["twice, once where it does not belong", ["100644 b", "100644 c", "100644 b"]],
    ["behind where it belongs", ["100644 c", "100644 b"]],
    ["as a directory before what comes before its slash", ["040000 b", "100644 b.txt"]],
    ["as a file behind what comes before a slash", ["100644 b.txt", "100644 b"]],
  ])("are refused where an entry is there %s", async (_how, entries) => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "1");
    const id = trees.literally(...entries.map((entry) => [entry, blob] as const));
    const repository = await trees.open();
    const asked = [() => entriesAt(repository, id, ["b"]), () => subtree(repository, id, "b")];
    for (const ask of asked) await expect(ask()).rejects.toThrow(GitError);
  });

  it.each(["b/c", "/b", "..", "."])(
    "are refused where the name of an entry leads elsewhere: %s",
    async (name) => {
      const blob = trees.git(["hash-object", "-w", "--stdin"], "1");
      const id = trees.literally([`100644 ${name}`, blob]);
      const repository = await trees.open();
      const asked = [() => entriesAt(repository, id, ["b"]), () => subtree(repository, id, "b")];
      for (const ask of asked) await expect(ask()).rejects.toThrow(GitError);
    },
  );

  it("are taken where a name is of dots and no other directory's", async () => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "1");
    const id = trees.literally(["100644 ...", blob], ["100644 .a", blob]);
    const found = await entriesAt(await trees.open(), id, ["...", ".a"]);
    expect(found.map(({ path }) => path)).toEqual(["...", ".a"]);
  });

  it("show every entry that is there twice", async () => {
    const [one = "", other = ""] = ["1", "2"].map((text) =>
      trees.git(["hash-object", "-w", "--stdin"], text),
    );
    const id = trees.literally(["100644 b", one], ["100644 b", other], ["100644 c", one]);
    const found = await entriesAt(await trees.open(), id, ["b"]);
    expect(found.map((entry) => entry.id)).toEqual([one, other]);
  });

  it("are taken where names are ordered as directories are", async () => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "1");
    const empty = trees.literally();
    const entries = [
      ["100644 b", blob],
      ["100644 b-", blob],
      ["40000 b.d", empty],
      ["100644 b0", blob],
    ] as const;
    const id = trees.literally(...entries);
    expect((await entriesAt(await trees.open(), id, ["b"])).map(({ path }) => path)).toEqual(["b"]);
  });

  it("keep names apart that no text can hold", async () => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "a\n");
    const id = trees.literally(["040000 d", trees.literally(["100644 x\xfe", blob], ["100644 x\xff", blob])]);
    const found = await entriesAt(await trees.open(), id, ["d"]);
    expect(found.map((entry) => entry.path)).toEqual(['"d/x\\376"', '"d/x\\377"']);
  });

  it("are empty where the tree is, though nobody has stored it", async () => {
    const repository = await trees.open();
    expect(await entriesAt(repository, emptyTree(repository.objectFormat), ["a"])).toEqual([]);
  });

  it("give no answer where one is lost, broken or no tree", async () => {
    const blob = trees.git(["hash-object", "-w", "--stdin"], "a\n");
    const lost = "1".repeat(blob.length);
    const broken = [
      trees.literally(["040000 d", lost]),
      trees.literally(["040000 d", blob]),
      trees.literally(["100644 a", blob.slice(2)]),
      trees.literally(["10x644 d", blob]),
    ];
    for (const id of broken) {
      await expect(entriesAt(await trees.open(), id, ["d", "a"])).rejects.toBeInstanceOf(GitError);
    }
  });
});

it("a second gate.yaml, behind everything else in the tree, is seen by verify", async () => {
  const rig = await Rig.create();
  await rig.withEvidence();
  const raw = (args: readonly string[], input?: Buffer) =>
    execFileSync("git", args, {
      cwd: rig.directory,
      env: rig.env,
      ...(input === undefined ? {} : { input }),
    });
  const other = raw(["hash-object", "-w", "--stdin"], Buffer.from("version: 1\nsuites: {}\n"));
  const entry = [Buffer.from("100644 gate.yaml\0"), Buffer.from(other.toString("utf8").trim(), "hex")];
  const bytes = Buffer.concat([raw(["cat-file", "tree", "HEAD^{tree}"]), ...entry]);
  const tree = raw(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], bytes).toString("utf8");
  const commit = await rig.git("commit-tree", "-p", "HEAD", "-m", "two of them", tree.trim());
  const { code, stderr } = await rig.gate("verify", "--rev", commit);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`a tree that is not in order: ${tree.trim()}`)]);
});

function byPath(
  { path: one }: { readonly path: string },
  { path: other }: { readonly path: string },
): number {
  return one < other ? -1 : 1;
}
