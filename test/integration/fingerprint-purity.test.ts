import { chmodSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeTree } from "../../src/adapters/git/index.ts";
import { fingerprintOf } from "../../src/fingerprint/fingerprint.ts";
import { fingerprint, inputsOf, opened, referenceInputs, suiteWith } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

const SUITE = suiteWith({ inputs: ["src", "**/*.txt", "!**/*.md"] });

/** A repository with inputs of every kind, one commit. */
async function project(objectFormat: "sha1" | "sha256" = "sha1"): Promise<Rig> {
  const rig = await Rig.create({ hooks: false, objectFormat });
  rig.write("src/router.py", "route = 1\n");
  rig.write("src/deep/er/tier.py", "tier = 2\n");
  rig.write("src/\u00e9t\u00e9.py", "saison = 3\n");
  rig.write("src/notes.md", "no input\n");
  rig.write("data/words.txt", "one\ntwo\n");
  rig.write("README.md", "# Read me\n");
  symlinkSync("router.py", join(rig.directory, "src/link.py"));
  await rig.git("add", ".");
  await rig.commit("first");
  return rig;
}

async function fingerprintOfIndex(rig: Rig): Promise<string> {
  const repository = await opened(rig.directory, rig.env);
  const tree = await writeTree(repository);
  if (!tree.ok) throw new Error(tree.error);
  return (await fingerprintOf(repository, tree.value, SUITE, [SUITE.reports])).fingerprint;
}

async function clone(rig: Rig, ...options: string[]): Promise<Rig> {
  const directory = join(rig.base, "clone");
  await rig.git("clone", "-q", ...options, `file://${rig.directory}`, directory);
  return rig.at(directory);
}

describe("the fingerprint is the same", () => {
  it("as another way to compute it", async () => {
    const rig = await project();
    const inputs = ["src", "**/*.txt", "!**/*.md"];
    const reference = referenceInputs(
      rig,
      { inputs, definition: '{"run":"npm test"}', reports: "test-reports" },
      "HEAD",
    );
    expect(await inputsOf(rig, SUITE)).toMatchObject(reference);
    expect(reference.files).toBe(5);
  });

  it.each(["sha1", "sha256"] as const)("for the same content in two %s repositories", async (format) => {
    const [one, other] = [await project(format), await project(format)];
    other.write("LICENSE", "MIT\n");
    await other.git("add", ".");
    await other.commit("another history");
    expect(await fingerprint(other, SUITE)).toBe(await fingerprint(one, SUITE));
  });

  it("in a sha256 repository as by another way", async () => {
    const rig = await project("sha256");
    const inputs = ["src", "**/*.txt", "!**/*.md"];
    const reference = referenceInputs(
      rig,
      { inputs, definition: '{"run":"npm test"}', reports: "test-reports" },
      "HEAD",
    );
    expect(await inputsOf(rig, SUITE)).toMatchObject(reference);
  });

  it("where objects are replaced", async () => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    const first = await rig.git("rev-parse", "HEAD");
    rig.write("src/router.py", "route = 666\n");
    await rig.git("commit", "-qam", "other");
    const [commit, tree, folder] = await Promise.all(
      ["HEAD", "HEAD^{tree}", "HEAD:src"].map(async (object) => {
        const original = object.replace("HEAD", "HEAD~1");
        return [await rig.git("rev-parse", original), await rig.git("rev-parse", object)] as const;
      }),
    );
    for (const pair of [commit, tree, folder]) await rig.git("replace", ...(pair ?? []));
    expect(await rig.git("cat-file", "-p", `${first}:src/router.py`)).toBe("route = 666");
    expect(await fingerprint(rig, SUITE, first)).toBe(before);
  });

  it.each([
    ["GIT_LITERAL_PATHSPECS", "1"],
    ["GIT_GLOB_PATHSPECS", "1"],
    ["GIT_NOGLOB_PATHSPECS", "1"],
    ["GIT_ICASE_PATHSPECS", "1"],
    ["GIT_EXTERNAL_DIFF", "false"],
    ["GIT_DIFF_OPTS", "-u0"],
    ["GIT_DEFAULT_HASH", "sha256"],
    ["LC_ALL", "C"],
    ["LC_ALL", "C.UTF-8"],
    ["LC_ALL", "tr_TR.UTF-8"],
    ["LC_ALL", "no-such-locale"],
    ["LANGUAGE", "de"],
  ])("with %s=%s in the environment", async (name, value) => {
    const rig = await project();
    rig.write("SRC/upper.py", "not an input\n");
    await rig.git("add", ".");
    await rig.commit("upper");
    const { directory, env } = rig;
    expect(await fingerprint({ directory, env: { ...env, [name]: value } }, SUITE)).toBe(
      await fingerprint(rig, SUITE),
    );
  });

  it.each([
    ["core.quotePath", "true"],
    ["core.quotePath", "false"],
    ["core.ignoreCase", "true"],
    ["core.precomposeUnicode", "true"],
    ["core.abbrev", "7"],
    ["color.ui", "always"],
    ["diff.renames", "copies"],
    ["diff.relative", "true"],
    ["diff.external", "false"],
    ["diff.orderFile", "order"],
    ["diff.ignoreSubmodules", "all"],
    ["log.showRoot", "false"],
    ["core.attributesFile", "attributes"],
  ])("with %s = %s", async (key, value) => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    rig.write("order", "src/router.py\ndata/*\n");
    rig.write("attributes", "* -diff filter=none\n");
    await rig.git("config", key, value);
    expect(await fingerprint(rig, SUITE)).toBe(before);
  });

  it("in a bare clone", async () => {
    const rig = await project();
    expect(await fingerprint(await clone(rig, "--bare"), SUITE)).toBe(await fingerprint(rig, SUITE));
  });

  it("in a blobless clone whose remote is gone", async () => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    await rig.git("config", "uploadpack.allowFilter", "true");
    const partial = await clone(rig, "--filter=blob:none", "--bare");
    renameSync(rig.directory, `${rig.directory}-gone`);
    expect(await partial.git("rev-list", "--objects", "--missing=print", "HEAD")).toContain("?");
    expect(await fingerprint(partial, SUITE)).toBe(before);
  });

  it("in a blobless clone, without fetching anything", async () => {
    const rig = await project();
    await rig.git("config", "uploadpack.allowFilter", "true");
    const partial = await clone(rig, "--filter=blob:none", "--no-checkout");
    const before = await partial.git("count-objects", "-v");
    expect(await fingerprint(partial, SUITE)).toBe(await fingerprint(rig, SUITE));
    expect(await partial.git("count-objects", "-v")).toBe(before);
  });

  it("in a shallow clone", async () => {
    const rig = await project();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("commit", "-qam", "second");
    expect(await fingerprint(await clone(rig, "--depth=1"), SUITE)).toBe(await fingerprint(rig, SUITE));
  });

  it("in a sparse checkout, of its index too", async () => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    await rig.git("sparse-checkout", "set", "--cone", "--sparse-index", "data");
    expect(rig.exists("src/router.py")).toBe(false);
    expect([await fingerprint(rig, SUITE), await fingerprintOfIndex(rig)]).toEqual([before, before]);
  });

  it("in a checkout with other line ends, of its index too", async () => {
    const rig = await project();
    const crlf = await clone(rig, "-c", "core.autocrlf=true");
    expect(crlf.read("src/router.py")).toBe("route = 1\r\n");
    await crlf.git("add", "--renormalize", ".");
    const before = await fingerprint(rig, SUITE);
    expect([await fingerprint(crlf, SUITE), await fingerprintOfIndex(crlf)]).toEqual([before, before]);
  });

  it("in a linked worktree", async () => {
    const rig = await project();
    const linked = join(rig.base, "linked");
    await rig.git("worktree", "add", "-q", "--detach", linked);
    expect(await fingerprint(rig.at(linked), SUITE)).toBe(await fingerprint(rig, SUITE));
  });

  it("from a subdirectory", async () => {
    const rig = await project();
    expect(await fingerprint(rig.at(join(rig.directory, "src/deep")), SUITE)).toBe(
      await fingerprint(rig, SUITE),
    );
  });

  it("after everything is packed", async () => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    await rig.git("gc", "-q");
    expect(await fingerprint(rig, SUITE)).toBe(before);
  });

  it("whatever the working tree holds", async () => {
    const rig = await project();
    const before = await fingerprint(rig, SUITE);
    rig.write("src/router.py", "route = 99\n");
    rig.write("src/new.py", "");
    rig.write(".gitattributes", "* text eol=crlf ident\n");
    rmSync(join(rig.directory, "data"), { recursive: true });
    expect([await fingerprint(rig, SUITE), await fingerprintOfIndex(rig)]).toEqual([before, before]);
  });

  it("with an entry that is only intended to be added", async () => {
    const rig = await project();
    const before = await fingerprintOfIndex(rig);
    rig.write("src/later.py", "later = 1\n");
    await rig.git("add", "--intent-to-add", "src/later.py");
    expect(await fingerprintOfIndex(rig)).toBe(before);
    await rig.git("add", "src/later.py");
    expect(await fingerprintOfIndex(rig)).not.toBe(before);
  });

  it("when only reports changed, of any suite, even where the inputs are everything", async () => {
    const rig = await project();
    const everything = suiteWith({ inputs: ["."] });
    const reports = ["test-reports", "other/reports"];
    const before = await inputsOf(rig, everything, "HEAD", reports);
    rig.write("test-reports/model-tests.hash", "x");
    rig.write("other/reports/logs/a.log", "x");
    await rig.git("add", ".");
    await rig.commit("reports");
    expect(await inputsOf(rig, everything, "HEAD", reports)).toEqual(before);
    rig.write("test-reports-of-mine/a", "an input\n");
    await rig.git("add", ".");
    await rig.commit("no reports");
    expect((await inputsOf(rig, everything, "HEAD", reports)).files).toBe(before.files + 1);
  });

  it("under another name of the suite, other defaults and another order of its variables", async () => {
    const rig = await project();
    const suite = (keys: readonly string[], name = "model-tests") =>
      fingerprint(rig, suiteWith({ name, keys }), "HEAD");
    expect(await suite([], "renamed")).toBe(await suite([]));
    expect(await suite(["gpu: none", "flaky: refuse", "timeout: 5m", "logs: ['*.log']"])).toBe(
      await suite([]),
    );
    expect(await suite(["env: { A: 1, B: 2 }"])).toBe(await suite(['env: { B: "2", A: "1" }']));
  });
});

describe("the fingerprint changes", () => {
  it.each([
    [
      ".gitmodules",
      async (rig: Rig) => {
        rig.write(".gitmodules", '[submodule "lib"]\n\tpath = src/lib\n\turl = ../lib\n\tignore = all\n');
        await rig.git("add", ".gitmodules");
      },
    ],
    [
      "the clone's settings",
      async (rig: Rig) => {
        await rig.git("config", "submodule.lib.path", "src/lib");
        await rig.git("config", "submodule.lib.ignore", "all");
        await rig.git("config", "diff.ignoreSubmodules", "all");
      },
    ],
  ])("when a submodule moves that %s tell git to ignore", async (_where, ignore) => {
    const rig = await project();
    const pin = (id: string) => rig.git("update-index", "--add", "--cacheinfo", `160000,${id},src/lib`);
    await ignore(rig);
    await pin("1".repeat(40));
    const before = await rig.git("write-tree");
    await pin("2".repeat(40));
    const after = await rig.git("write-tree");
    expect((await inputsOf(rig, SUITE, after)).files).toBe(6);
    expect(await fingerprint(rig, SUITE, after)).not.toBe(await fingerprint(rig, SUITE, before));
  });

  const edits: readonly (readonly [string, (rig: Rig) => void])[] = [
    ["content", (rig) => rig.write("src/router.py", "route = 2\n")],
    ["mode", (rig) => chmodSync(join(rig.directory, "src/router.py"), 0o755)],
    ["name", (rig) => renameSync(join(rig.directory, "src/router.py"), join(rig.directory, "src/route.py"))],
    ["existence", (rig) => rig.remove("src/router.py")],
    ["case", (rig) => renameSync(join(rig.directory, "src/router.py"), join(rig.directory, "src/Router.py"))],
    [
      "Unicode form",
      (rig) =>
        renameSync(
          join(rig.directory, "src/\u00e9t\u00e9.py"),
          join(rig.directory, "src/e\u0301te\u0301.py"),
        ),
    ],
    ["line ends", (rig) => rig.write("data/words.txt", "one\r\ntwo\r\n")],
    [
      "kind: a link with the same bytes",
      (rig) => {
        rig.remove("src/router.py");
        symlinkSync("route = 1\n", join(rig.directory, "src/router.py"));
      },
    ],
    [
      "target of a link",
      (rig) => {
        rig.remove("src/link.py");
        symlinkSync("deep/er/tier.py", join(rig.directory, "src/link.py"));
      },
    ],
    ["place in the order: an empty file more", (rig) => rig.write("src/a", "")],
  ];
  it.each(edits)("with an input's %s", async (_what, edit) => {
    const rig = await project();
    edit(rig);
    await rig.git("add", "-A");
    await rig.commit("edited");
    expect(await fingerprint(rig, SUITE)).not.toBe(await fingerprint(rig, SUITE, "HEAD~1"));
  });

  it.each([
    ["gpu: required"],
    ["env: { SEED: 1 }"],
    ["skips: [{ match: a, reason: b }]"],
    ["flaky: accept"],
    ["pins: [README.md]"],
  ])("with the definition: %s", async (line) => {
    const rig = await project();
    expect(await fingerprint(rig, suiteWith({ keys: [line] }))).not.toBe(await fingerprint(rig, suiteWith()));
  });

  it("with a pin file outside the inputs", async () => {
    const rig = await project();
    const suite = suiteWith({ keys: ["pins: [weights.pin]"] });
    rig.write("weights.pin", `${"a".repeat(64)}  10  weights.bin\n`);
    await rig.git("add", ".");
    await rig.commit("pinned");
    rig.write("weights.pin", `${"b".repeat(64)}  10  weights.bin\n`);
    await rig.git("commit", "-qam", "other weights");
    expect(await fingerprint(rig, suite)).not.toBe(await fingerprint(rig, suite, "HEAD~1"));
  });
});

describe("the fingerprint does not change", () => {
  it.each([
    ["an excluded file", "src/notes.md"],
    ["a file outside", "docs/guide.html"],
    ["a file whose name only begins like an input", "srcs/router.py"],
    ["a file whose name differs in case", "SRC/router.py"],
  ])("with %s", async (_what, path) => {
    const rig = await project();
    rig.write(path, "changed\n");
    await rig.git("add", ".");
    await rig.commit("changed");
    expect(await fingerprint(rig, SUITE)).toBe(await fingerprint(rig, SUITE, "HEAD~1"));
  });
});
