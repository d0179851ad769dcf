import { describe, expect, it } from "vitest";
import { listTree, resolveTree } from "../../src/adapters/git/trees.ts";
import { inputPathspecs } from "../../src/fingerprint/pathspecs.ts";
import { opened, suiteWith } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

const FILES = [
  "*.txt",
  ".hidden/a.py",
  "README.md",
  "a.txt",
  "data/a.json",
  "data/b.json",
  "data/c.json",
  "docs.md/page.html",
  "src/.dot.py",
  "src/a.py",
  "src/b/c.py",
  "src/b/c.yaml",
  "src/notes.md",
  "srcs/a.py",
  "test-reports/model-tests.hash",
];
const INPUTS = FILES.filter((path) => !path.startsWith("test-reports/"));

/** docs/configuration.md, "Patterns". */
const MEANINGS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["src"], ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml", "src/notes.md"]],
  [["./src/"], ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml", "src/notes.md"]],
  [["src//"], ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml", "src/notes.md"]],
  [["."], INPUTS],
  [["**"], INPUTS],
  [["**/*"], INPUTS],
  [["src/*.py"], ["src/.dot.py", "src/a.py"]],
  [["src/**/*.py"], ["src/.dot.py", "src/a.py", "src/b/c.py"]],
  [["**/*.yaml"], ["src/b/c.yaml"]],
  [["data/[ab].json"], ["data/a.json", "data/b.json"]],
  [["data/?.json"], ["data/a.json", "data/b.json", "data/c.json"]],
  [["[*].txt"], ["*.txt"]],
  [["*.txt"], ["*.txt", "a.txt"]],
  [["README.md"], ["README.md"]],
  [["readme.md"], []],
  [["src/*"], ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml", "src/notes.md"]],
  [["**/b"], ["src/b/c.py", "src/b/c.yaml"]],
  [["**/*.md"], ["README.md", "docs.md/page.html", "src/notes.md"]],
  [
    ["src", "!**/*.md"],
    ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml"],
  ],
  [
    ["!**/*.md", "src"],
    ["src/.dot.py", "src/a.py", "src/b/c.py", "src/b/c.yaml"],
  ],
  [
    [".", "!src", "!data", "!**/*.md"],
    ["*.txt", ".hidden/a.py", "a.txt", "srcs/a.py"],
  ],
  [
    ["src", "!src/b", "src/b/c.py"],
    ["src/.dot.py", "src/a.py", "src/notes.md"],
  ],
  [["test-reports", "src/a.py"], ["src/a.py"]],
];

describe("what patterns match", () => {
  it("is what the documentation says", async () => {
    const rig = await Rig.create({ hooks: false });
    for (const file of FILES) rig.write(file, `${file}\n`);
    await rig.git("add", "-A");
    await rig.commit("files");
    const repository = await opened(rig.directory, rig.env);
    const tree = await resolveTree(repository, "HEAD");
    if (tree === null) throw new Error("no tree");
    const found = await Promise.all(
      MEANINGS.map(async ([inputs]) => {
        const entries = await listTree(
          repository,
          tree,
          inputPathspecs(suiteWith({ inputs }), ["test-reports"]),
        );
        return [inputs, entries.map(({ path }) => path)];
      }),
    );
    expect(found).toEqual(MEANINGS);
  });
});
