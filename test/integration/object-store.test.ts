import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeBlobFiles } from "../../src/adapters/git/blob-files.ts";
import { GitError } from "../../src/adapters/git/command.ts";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { storeBlobs, writeBlobs, writeTreeOf } from "../../src/adapters/git/store.ts";

const ENVIRONMENT = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };

/** Enough of them for a pack; some hold what would be a command of git's own. */
const CONTENTS = Array.from({ length: 150 }, (_, index) =>
  Buffer.from(`${index}\nget-mark :1\n`.repeat(index)),
);
const PATHS = CONTENTS.map((_, index) => `logs/test [${index % 7}] é/a "quoted" \\ ${index}.log`);

let directory: string;

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "gate-objects-")));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function open(format: string): Promise<Repository> {
  execFileSync("git", ["init", "-q", `--object-format=${format}`], { cwd: directory });
  const opened = await openRepository(directory, ENVIRONMENT);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

function git(args: readonly string[], input: string | Buffer = ""): string {
  return execFileSync("git", args, { cwd: directory, input, stdio: "pipe" }).toString("utf8").trimEnd();
}

function store(repository: Repository, contents: readonly Buffer[] = CONTENTS) {
  return storeBlobs(repository, async (blobs) => {
    for (const content of contents) blobs.put(content);
    return blobs.ids();
  });
}

const entries = (ids: readonly string[]) =>
  PATHS.map((path, index) => ({ path, blob: ids[index] ?? "no blob" }));

describe.each(["sha1", "sha256"])("objects of a %s repository", (format) => {
  it("are what git makes of the same contents", async () => {
    const repository = await open(format);
    const large = join(directory, "large");
    writeFileSync(large, "large\n".repeat(300_000));
    const ids = await storeBlobs(repository, async (blobs) => {
      for (const content of CONTENTS.slice(0, 50)) blobs.put(content);
      blobs.putFile(large);
      await blobs.ids();
      for (const content of CONTENTS.slice(50)) blobs.put(content);
      return blobs.ids();
    });
    const expected = [...CONTENTS.slice(0, 50), readFileSync(large), ...CONTENTS.slice(50)];
    const hashed = expected.map((content) =>
      createHash(format).update(`blob ${content.length}\0`).update(content).digest("hex"),
    );
    expect(ids).toEqual(hashed);
    const types = git(["cat-file", "--batch-check=%(objecttype)"], ids.join("\n")).split("\n");
    expect(types).toEqual(ids.map(() => "blob"));
  });

  it("make the tree that git would write from an index", async () => {
    const repository = await open(format);
    const files = entries(await store(repository));
    const tree = await writeTreeOf(repository, files);
    const index = files.map(({ path, blob }) => `100644 ${blob}\t${path}\0`).join("");
    git(["update-index", "-z", "--index-info"], index);
    expect(tree).toBe(git(["write-tree"]));
    expect(git(["fsck", "--strict", "--no-dangling"])).toBe("");
  });

  it("leave no reference, no report and no file of the work behind", async () => {
    const repository = await open(format);
    const before = readdirSync(join(directory, ".git"));
    await writeTreeOf(repository, entries(await store(repository)));
    expect(readdirSync(join(directory, ".git")).sort()).toEqual([...before, "gate"].sort());
    expect(readdirSync(join(directory, ".git/gate"))).toEqual([]);
    expect(git(["for-each-ref"])).toBe("");
    expect(git(["log", "--all", "--oneline"])).toBe("");
  });
});

describe("storing", () => {
  it("fails with git's own reason", async () => {
    const nowhere = join(directory, "a file");
    writeFileSync(nowhere, "");
    const repository = await open("sha1");
    const environment = { ...repository.environment, GIT_OBJECT_DIRECTORY: nowhere };
    await expect(store({ ...repository, environment })).rejects.toThrow(GitError);
    expect(readdirSync(join(directory, ".git/gate"))).toEqual([]);
  });

  it("passes on what went wrong while blobs were made", async () => {
    const repository = await open("sha1");
    const failing = storeBlobs(repository, async (blobs) => {
      blobs.put(Buffer.from("x"));
      throw new Error("no more");
    });
    await expect(failing).rejects.toThrow("no more");
    expect(readdirSync(join(directory, ".git/gate"))).toEqual([]);
  });

  it("clears away what a killed gate has left", async () => {
    const repository = await open("sha1");
    mkdirSync(join(directory, ".git/gate/import"), { recursive: true });
    writeFileSync(join(directory, ".git/gate/import/fast_import_crash_1"), "");
    await store(repository);
    expect(readdirSync(join(directory, ".git/gate"))).toEqual([]);
  });
});

describe("files from blobs", () => {
  const contents = ["", "\n", "no newline", `${"x".repeat(70_000)}\n`, "large\n".repeat(500_000)].map(
    (text) => Buffer.from(text),
  );

  it("hold what the blobs hold, whatever their size", async () => {
    const repository = await open("sha1");
    const ids = await store(repository, contents);
    const files = ids.map((id, index) => ({ id, file: join(directory, `deep/${index}/file`) }));
    await writeBlobFiles(repository, files);
    for (const [index, { file }] of files.entries())
      expect(readFileSync(file).equals(contents[index] ?? Buffer.from("none"))).toBe(true);
  });

  it("are refused from the first one that is not here, and none is half there", async () => {
    const repository = await open("sha1");
    const [first = ""] = await store(repository, contents);
    const files = [first, "1".repeat(40), first].map((id, index) => ({
      id,
      file: join(directory, `${index}`),
    }));
    await expect(writeBlobFiles(repository, files)).rejects.toThrow(GitError);
    expect(readdirSync(directory).sort()).toEqual([".git", "0"]);
  });

  it("leave nothing half done where one cannot be put in its place", async () => {
    const repository = await open("sha1");
    const file = join(directory, "taken");
    mkdirSync(join(file, "by a directory"), { recursive: true });
    const ids = await writeBlobs(repository, [join(directory, ".git/HEAD")]);
    await expect(
      writeBlobFiles(
        repository,
        ids.map((id) => ({ id, file })),
      ),
    ).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(directory).sort()).toEqual([".git", "taken"]);
  });
});
