import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Parts, withPartsOf } from "../../src/adapters/files/parts.ts";
import { isNowhereIn } from "../../src/adapters/git/index-absence.ts";
import { standingInIndex } from "../../src/adapters/git/index-file.ts";

const CASES = Number(process.env.GATE_TREES ?? 60);
const ENVIRONMENT = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };

/** A repository whose index is changed by git, and asked both ways. */
class Indexed {
  readonly directory = mkdtempSync(join(tmpdir(), "gate-index-"));
  readonly #idBytes: number;

  constructor(format = "sha1") {
    onTestFinished(() => this.remove());
    this.#idBytes = format === "sha1" ? 20 : 32;
    this.git("init", "-q", `--object-format=${format}`);
    this.git("config", "user.name", "Ann");
    this.git("config", "user.email", "ann@example.com");
  }

  git(...args: readonly string[]): string {
    return this.#gitWith({}, args);
  }

  #gitWith(env: Record<string, string>, args: readonly string[], input = ""): string {
    const options = { cwd: this.directory, env: { ...ENVIRONMENT, ...env }, stdio: "pipe", input } as const;
    return execFileSync("git", args, options).toString("utf8").trimEnd();
  }

  stage(path: string, content: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    this.git("add", "--", `:(top,literal)${path}`);
  }

  bytes(): Buffer {
    return readFileSync(join(this.directory, ".git/index"));
  }

  at(path: string): string | null {
    return this.allAt([path]).get(path) ?? null;
  }

  allAt(paths: readonly string[]): ReadonlyMap<string, string | null> {
    return withPartsOf(join(this.directory, ".git/index"), (file) =>
      standingInIndex(file, this.#idBytes, paths),
    );
  }

  /** Many files at once, whose contents nobody has. */
  stageMany(files: ReadonlyMap<string, string>): void {
    const lines = [...files].map(([path, id]) => `100644 ${id} 0\t${path}\0`);
    this.#gitWith({}, ["update-index", "-z", "--index-info"], lines.join(""));
  }

  hasNothingAt(path: string): boolean {
    return isNowhereIn(parts(this.bytes()), this.#idBytes, [Buffer.from(path).toString("latin1")]);
  }

  /** Everything that git lists at a path or below it. */
  gitLists(path: string): string {
    return this.git("ls-files", "-s", "--", `:(top,literal)${path}`);
  }

  /** What git has there, asked of a copy: to write a tree changes an index. */
  gitHas(path: string): string[] {
    const index = join(this.directory, ".git/copied-index");
    copyFileSync(join(this.directory, ".git/index"), index);
    const listed = this.#gitWith({ GIT_INDEX_FILE: index }, [
      "-c",
      "core.quotePath=false",
      "ls-files",
      "-s",
      "--",
      `:(top,literal)${path}`,
    ]);
    const files = listed.split("\n").flatMap((line) => {
      const [head = "", name = ""] = line.split("\t");
      return name === path && head.endsWith(" 0") ? [head.slice(0, -2)] : [];
    });
    const prefix = path === "" ? [] : [`--prefix=${path}/`];
    try {
      return [...files, `040000 ${this.#gitWith({ GIT_INDEX_FILE: index }, ["write-tree", ...prefix])}`];
    } catch {
      return files;
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function committed(format?: string): Indexed {
  const indexed = new Indexed(format);
  for (const path of ["gate.yaml", "lock", "src/a.py", "src/deep/b.py", "docs/a.md"])
    indexed.stage(path, path);
  indexed.git("commit", "-q", "-m", "first");
  return indexed;
}

describe("what an index has, read from its file", () => {
  it.each(["sha1", "sha256"])(
    "is told of files, and of directories in which nothing was staged (%s)",
    (format) => {
      const indexed = committed(format);
      const paths = ["", "gate.yaml", "src", "src/a.py", "src/deep", "docs"];
      for (const path of paths) expect([indexed.at(path)]).toEqual(indexed.gitHas(path));
      indexed.stage("docs/a.md", "other");
      for (const path of ["", "docs"]) expect(indexed.at(path)).toBeNull();
      for (const path of ["gate.yaml", "src", "src/deep"])
        expect([indexed.at(path)]).toEqual(indexed.gitHas(path));
      indexed.stage("gate.yaml", "other");
      expect([indexed.at("gate.yaml")]).toEqual(indexed.gitHas("gate.yaml"));
    },
  );

  it("is left to git where a file is not there, only intended, or marked", () => {
    const indexed = committed();
    expect(indexed.at("absent")).toBeNull();
    expect(indexed.at("yaml")).toBeNull();
    indexed.git("update-index", "--assume-unchanged", "gate.yaml");
    indexed.git("update-index", "--skip-worktree", "lock");
    writeFileSync(join(indexed.directory, "src/new.py"), "new");
    indexed.git("add", "--intent-to-add", "src/new.py");
    for (const path of ["gate.yaml", "lock", "src/new.py", "src"]) expect(indexed.at(path)).toBeNull();
  });

  it("is left to git where a file is unmerged", () => {
    const indexed = committed();
    indexed.git("checkout", "-q", "-b", "side");
    indexed.stage("gate.yaml", "side");
    indexed.git("commit", "-q", "-m", "side");
    indexed.git("checkout", "-q", "-");
    indexed.stage("gate.yaml", "main");
    indexed.git("commit", "-q", "-m", "main");
    expect(() => indexed.git("merge", "side")).toThrow();
    expect(indexed.at("gate.yaml")).toBeNull();
  });

  it("is told in part of other kinds of index, and never wrongly", () => {
    const indexed = committed();
    indexed.git("update-index", "--index-version", "4");
    expect(indexed.at("gate.yaml")).toBeNull();
    expect([indexed.at("src")]).toEqual(indexed.gitHas("src"));
    indexed.git("update-index", "--index-version", "2", "--split-index");
    expect([indexed.at("src")]).toEqual(indexed.gitHas("src"));
    indexed.stage("gate.yaml", "split");
    expect([indexed.at("gate.yaml")]).toEqual(indexed.gitHas("gate.yaml"));
    indexed.git("update-index", "--no-split-index", "--untracked-cache");
    indexed.git("status");
    expect([indexed.at("gate.yaml")]).toEqual(indexed.gitHas("gate.yaml"));
    expect([indexed.at("src")]).toEqual(indexed.gitHas("src"));
  });

  it("is told of names that look like the format itself, and of long ones", () => {
    const indexed = new Indexed();
    const long = `${"d".repeat(200)}/${"f".repeat(200)}`;
    const paths = ["TREE", "deep/TREE", "TREEs/TREE/TREE", "DIRC", long, `${long.slice(0, 200)}/a`];
    for (const path of paths) indexed.stage(path, path);
    indexed.git("commit", "-q", "-m", "first");
    for (const path of [...paths, "deep", "TREEs", "TREEs/TREE", "d".repeat(200)])
      expect([indexed.at(path)]).toEqual(indexed.gitHas(path));
  });

  it("is told apart from what has a name that is no text", () => {
    const indexed = committed();
    for (const directory of [Buffer.from("a\uFFFD"), Buffer.from("a\xff", "latin1")]) {
      const place = Buffer.concat([Buffer.from(`${indexed.directory}/`), directory]);
      mkdirSync(place);
      writeFileSync(Buffer.concat([place, Buffer.from("/a.py")]), "the same");
    }
    indexed.git("add", "-A");
    indexed.git("write-tree");
    expect([indexed.at("a\uFFFD")]).toEqual(indexed.gitHas("a\uFFFD"));
    indexed.stage("a\uFFFD/a.py", "other");
    expect(indexed.at("a\uFFFD")).toBeNull();
  });

  it.each(["sha1", "sha256"])(
    "has for certain nothing at a path that no name in it begins with (%s)",
    (format) => {
      const indexed = committed(format);
      for (const path of ["logs", "logs/a.log", "docs/a.md.orig", "src/a.pyc/b"])
        expect(indexed.hasNothingAt(path)).toBe(true);
      for (const path of ["", ".", "docs", "docs/a.md", "src/deep"])
        expect(indexed.hasNothingAt(path)).toBe(false);
      indexed.stage(`${"n".repeat(250)}/${"m".repeat(250)}`, "long");
      writeFileSync(join(indexed.directory, "new.py"), "new");
      indexed.git("add", "--intent-to-add", "new.py");
      expect(indexed.hasNothingAt("logs")).toBe(true);
      expect(indexed.hasNothingAt("new.py")).toBe(false);
    },
  );

  it("has for certain nothing only where its file tells all", () => {
    const others: Record<string, (indexed: Indexed) => void> = {
      "names shortened": (indexed) => indexed.git("update-index", "--index-version", "4"),
      "another file": (indexed) => indexed.git("update-index", "--split-index"),
      "a submodule": (indexed) =>
        indexed.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`),
      "a directory as one entry": (indexed) => {
        indexed.git("sparse-checkout", "init", "--cone", "--sparse-index");
        indexed.git("sparse-checkout", "set", "docs");
      },
    };
    for (const [what, make] of Object.entries(others)) {
      const indexed = committed();
      expect(indexed.hasNothingAt("module/logs"), what).toBe(true);
      make(indexed);
      expect(indexed.hasNothingAt("module/logs"), what).toBe(false);
    }
  });

  /** Some with long names, in several directories. */
  function manyFiles(digits: number): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    for (let number = 1; number <= 12_000; number += 1) {
      const long = number % 50 === 0 ? `${"n".repeat(200)}/` : "";
      const path = `${["src/", "", "é/", "TREE/"][number % 4]}${long}${number.toString(36)}.py`;
      files.set(path, number.toString(16).padStart(digits, "0"));
    }
    return files;
  }

  it("has nothing for certain of what may lie in another file, far from where it is looked for", () => {
    const indexed = new Indexed();
    indexed.git("config", "splitIndex.maxPercentChange", "100");
    indexed.stageMany(new Map([["m/base", "1".repeat(40)]]));
    indexed.git("update-index", "--split-index");
    indexed.stageMany(manyFiles(40));
    expect(indexed.gitLists("m/base")).not.toBe("");
    expect(indexed.hasNothingAt("m/base")).toBe(false);
    indexed.git("update-index", "--no-split-index");
    expect(indexed.hasNothingAt("m/none")).toBe(true);
  });

  it.each(["sha1", "sha256"])("has nothing for certain in a large one, most of it unread (%s)", (format) => {
    const indexed = new Indexed(format);
    const digits = format === "sha1" ? 40 : 64;
    const files = manyFiles(digits);
    indexed.stageMany(files);
    indexed.git("update-index", "--skip-worktree", "src/4.py");
    const absent = ["a", "src/4", "é/zz.py", "~", "!", "src/none/x", "srd", "TREE.py", "1", "n".repeat(200)];
    for (const path of absent) expect([path, indexed.hasNothingAt(path)]).toEqual([path, true]);
    const some = [...files.keys()].filter((_, index) => index % 97 === 0);
    for (const path of [...some, "src", "é", "src/4.py", "src/4.py/x", `src/${"n".repeat(200)}`])
      expect([path, indexed.hasNothingAt(path)]).toEqual([path, false]);
    const { index, read } = countingParts(indexed.bytes());
    expect(isNowhereIn(index, digits / 2, ["src/none/x"])).toBe(true);
    expect(read()).toBeLessThan(index.length / 2);
  });

  it.each(["sha1", "sha256"])("is found in a large index without reading all of it (%s)", (format) => {
    const indexed = new Indexed(format);
    const digits = format === "sha1" ? 40 : 64;
    const files = manyFiles(digits);
    indexed.stageMany(files);
    indexed.git("update-index", "--skip-worktree", "src/4.py");
    const absent = ["a", "src/4", "é/zz.py", "~", "!", "src/4.py"];
    const found = indexed.allAt([...files.keys(), ...absent]);
    for (const [path, id] of files)
      expect([path, found.get(path)]).toEqual([path, path === "src/4.py" ? null : `100644 ${id}`]);
    for (const path of absent) expect(found.get(path)).toBeNull();
    indexed.git("write-tree", "--missing-ok");
    const { index, read } = countingParts(indexed.bytes());
    standingInIndex(index, digits / 2, ["src/1.py", "z.py"]);
    expect(read()).toBeLessThan(index.length / 3);
  });

  const name = fc.constantFrom("a", "b", "a.b", "a-", "A", "é", "TREE", "o d", "n".repeat(250));
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const step = fc.oneof(
    fc.record({ kind: fc.constant("stage" as const), path, content: fc.nat(3).map(String) }),
    fc.record({ kind: fc.constant("remove" as const), path }),
    fc.record({ kind: fc.constant("intend" as const), path }),
    fc.record({ kind: fc.constantFrom("commit" as const, "write-tree" as const, "reset" as const) }),
    fc.record({ kind: fc.constant("version" as const), version: fc.constantFrom("2", "4") }),
  );
  type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

  it("is what git has, wherever it is told, whatever was staged (property)", () => {
    let told = 0;
    let absent = 0;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 3, maxLength: 10 }),
        fc.array(path, { maxLength: 3 }),
        (steps, asked) => {
          const indexed = new Indexed();
          indexed.stage("start", "start");
          for (const one of steps) tried(() => perform(indexed, one));
          for (const each of new Set(["", "start", "a", "TREE", ...asked])) {
            const found = indexed.at(each);
            if (indexed.hasNothingAt(each)) {
              absent += 1;
              expect(indexed.gitLists(each)).toBe("");
            }
            if (found === null) continue;
            told += 1;
            expect(indexed.gitHas(each)).toContain(found);
          }
          indexed.remove();
        },
      ),
      { numRuns: CASES },
    );
    expect(told).toBeGreaterThan(CASES / 2);
    expect(absent).toBeGreaterThan(CASES / 6);
  });

  function perform(indexed: Indexed, one: Step): void {
    switch (one.kind) {
      case "stage":
        indexed.stage(one.path, one.content);
        break;
      case "remove":
        indexed.git("rm", "-q", "-r", "--cached", "--", `:(top,literal)${one.path}`);
        break;
      case "intend":
        mkdirSync(dirname(join(indexed.directory, one.path)), { recursive: true });
        writeFileSync(join(indexed.directory, one.path), "intended");
        indexed.git("add", "--intent-to-add", "--", `:(top,literal)${one.path}`);
        break;
      case "version":
        indexed.git("update-index", "--index-version", one.version);
        break;
      case "commit":
        indexed.git("commit", "-q", "--allow-empty", "-m", "one");
        break;
      case "write-tree":
        indexed.git("write-tree");
        break;
      case "reset":
        indexed.git("reset", "-q");
        break;
    }
  }

  it("is never an exception, whatever the bytes (property)", () => {
    const whole = committed().bytes();
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(flips, fc.nat(whole.length), (changes, length) => {
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        const found = standingInIndex(parts(bytes.subarray(0, length)), 20, [
          "",
          "gate.yaml",
          "src",
          "src/deep",
        ]);
        expect([true, false]).toContain(isNowhereIn(parts(bytes.subarray(0, length)), 20, ["src", "z"]));
        for (const one of found.values())
          expect(one ?? "100644 0").toMatch(/^(?:100644|100755|040000|120000|160000) /);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Bytes of an index, and how many of them were asked for. */
function countingParts(bytes: Buffer): { readonly index: Parts; readonly read: () => number } {
  let read = 0;
  const between = (from: number, to: number) => {
    const piece = bytes.subarray(from, to);
    read += piece.length;
    return piece;
  };
  return { index: { length: bytes.length, between }, read: () => read };
}

const parts = (bytes: Buffer): Parts => ({
  length: bytes.length,
  between: (from, to) => bytes.subarray(from, to),
});

/** Git refuses some steps: a file where a directory is, nothing to remove. */
function tried(step: () => void): void {
  try {
    step();
  } catch {
    // what git refuses has changed nothing
  }
}
