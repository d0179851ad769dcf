import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { treeId } from "../../src/adapters/git/ids.ts";
import { listTree } from "../../src/adapters/git/trees.ts";
import { EVERYTHING } from "../../src/fingerprint/pathspecs.ts";
import { inputsOf, opened, referenceInputs, suiteWith } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

/** Parts of names that break parsers: bytes that are no UTF-8, controls, quotes, magic, case, Unicode forms. */
const NAMES: readonly Buffer[] = [
  "src",
  "SRC",
  "Src",
  "docs",
  "a",
  "a.md",
  ".hidden.md",
  "a.MD",
  "-rf",
  "--",
  ":(top)a",
  ":a",
  "[a]",
  "*",
  "**",
  "?",
  "{a,b}",
  "a b",
  " a",
  "a ",
  "a\nb",
  "a\tb",
  "a\rb",
  '"a"',
  '"',
  "'a'",
  "a\\b",
  "\\",
  "#a",
  "!a",
  "~",
  "a~1",
  "$HOME",
  "caf\u00e9",
  "cafe\u0301",
  "\u{1F600}",
  "\uFEFFa",
  "\u202Ea",
  "con",
  "test-reports",
  "a".repeat(250),
  "\u0001",
  "\u007f",
  "$(a)",
  "a;b",
  "%s",
  "\uFFFD",
]
  .map((text) => Buffer.from(text))
  .concat(["ff", "61fe", "c328", "80", "eda080"].map((hex) => Buffer.from(hex, "hex")));

const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from("/"), part])))
  .map((parts) => Buffer.concat(parts).toString("latin1"));

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly blob: number;
}

const entry: fc.Arbitrary<Entry> = fc.record({
  path,
  mode: fc.constantFrom("100644", "100755", "120000", "160000"),
  blob: fc.integer({ min: 0, max: 2 }),
});

/** Without paths that are a file and a directory at once. */
const tree = fc
  .uniqueArray(entry, { selector: (one) => one.path, maxLength: 12 })
  .map((entries) => entries.filter((one) => !entries.some((other) => other.path.startsWith(`${one.path}/`))));

const LITERAL = [
  "src",
  "SRC",
  "docs",
  "a.md",
  "caf\u00e9",
  "cafe\u0301",
  "\u{1F600}",
  "-rf",
  "a b",
  "#a",
  '"a"',
  "src/a",
  "\uFFFD",
];
const pattern = fc.constantFrom(...LITERAL, ".", "**", "**/*.md");
const inputs = fc
  .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.array(pattern, { maxLength: 2 }))
  .filter(([, excluded]) => !excluded.includes("."))
  .map(([included, excluded]) => [...included, ...excluded.map((one) => `!${one}`)]);

async function store(): Promise<{ rig: Rig; write: (entries: readonly Entry[]) => string }> {
  const rig = await Rig.create({ hooks: false });
  const git = (args: readonly string[], input: Buffer, env: Readonly<Record<string, string>> = {}) =>
    execFileSync("git", args, {
      cwd: rig.directory,
      env: { ...rig.env, ...env },
      input,
      encoding: "latin1",
    }).trim();
  const blobs = ["", "one\n", "two\n"].map((text) =>
    git(["hash-object", "-w", "--stdin"], Buffer.from(text)),
  );
  const commit = "5".repeat(40);
  let count = 0;
  return {
    rig,
    write: (entries) => {
      count += 1;
      const index = { GIT_INDEX_FILE: join(rig.base, `index-${count}`) };
      const lines = entries.map(({ path: name, mode, blob }) =>
        Buffer.from(`${mode} ${mode === "160000" ? commit : blobs[blob]}\t${name}\0`, "latin1"),
      );
      git(["update-index", "-z", "--index-info"], Buffer.concat(lines), index);
      return git(["write-tree"], Buffer.alloc(0), index);
    },
  };
}

function edited(one: Entry, what: "blob" | "mode" | "path" | "nothing"): Entry {
  switch (what) {
    case "blob":
      return { ...one, blob: (one.blob + 1) % 3 };
    case "mode":
      return { ...one, mode: one.mode === "100644" ? "100755" : "100644" };
    case "path":
      return { ...one, path: `${one.path}_` };
    case "nothing":
      return one;
  }
}

describe("for any tree, however its files are named", () => {
  it("the fingerprint is what another way to compute it says", async () => {
    const { rig, write } = await store();
    await fc.assert(
      fc.asyncProperty(tree, inputs, async (entries, patterns) => {
        const written = write(entries);
        const reference = { inputs: patterns, definition: '{"run":"npm test"}', reports: "test-reports" };
        expect(await inputsOf(rig, suiteWith({ inputs: patterns }), written)).toMatchObject(
          referenceInputs(rig, reference, written),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("two trees have the same fingerprint exactly when they are the same", async () => {
    const { rig, write } = await store();
    const suite = suiteWith({ inputs: ["."], keys: ["reports: the-reports"] });
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom("blob", "mode", "path", "nothing"), async (entries, what) => {
        const [first, ...others] = entries;
        const changed = first === undefined ? entries : [...others, edited(first, what)];
        const [left, right] = [write(entries), write(changed)];
        const [before, after] = [await inputsOf(rig, suite, left), await inputsOf(rig, suite, right)];
        expect(before.fingerprint === after.fingerprint).toBe(left === right);
      }),
      { numRuns: 25 },
    );
  });

  it("no two paths are told by the same text", async () => {
    const { rig, write } = await store();
    const repository = await opened(rig.directory, rig.env);
    await fc.assert(
      fc.asyncProperty(tree, async (entries) => {
        const listed = await listTree(repository, treeId(write(entries)), [EVERYTHING]);
        expect(new Set(listed.map((one) => one.path)).size).toBe(entries.length);
      }),
      { numRuns: 25 },
    );
  });
});
