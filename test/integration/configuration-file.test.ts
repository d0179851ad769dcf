import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resolveTree } from "../../src/adapters/git/trees.ts";
import { configurationOf } from "../../src/judgement/configuration.ts";
import { opened } from "../rig/fingerprints.ts";
import { Rig } from "../rig/repository.ts";

const GOOD = "version: 1\nsuites:\n  model-tests:\n    run: npm test\n    inputs: [src]\n";

async function committed(prepare: (rig: Rig) => void | Promise<void>): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.write("src/router.py", "route = 1\n");
  await prepare(rig);
  await rig.git("add", ".");
  await rig.commit("configured");
  return rig;
}

async function configurationAt(rig: Rig, revision = "HEAD") {
  const repository = await opened(rig.directory, rig.env);
  const tree = await resolveTree(repository, revision);
  if (tree === null) throw new Error(`no tree ${revision}`);
  return configurationOf(repository, tree);
}

const file = (content: string | Uint8Array) => committed((rig) => rig.write("gate.yaml", content));

describe("gate.yaml in a tree", () => {
  it("is read from the tree, not from the working tree", async () => {
    const rig = await file(GOOD);
    rig.write("gate.yaml", "garbage");
    expect(await configurationAt(rig)).toMatchObject({
      ok: true,
      value: { suites: [{ name: "model-tests" }] },
    });
    rig.remove("gate.yaml");
    expect(await configurationAt(rig)).toMatchObject({
      ok: true,
      value: { suites: [{ name: "model-tests" }] },
    });
  });

  it("is the same whatever line ends the checkout has", async () => {
    const rig = await file(GOOD);
    const directory = join(rig.base, "crlf");
    await rig.git("clone", "-q", "-c", "core.autocrlf=true", rig.directory, directory);
    expect(await configurationAt(rig.at(directory))).toEqual(await configurationAt(rig));
  });

  it("may be executable", async () => {
    const rig = await file(GOOD);
    await rig.git("update-index", "--chmod=+x", "gate.yaml");
    await rig.commit("executable");
    expect(await configurationAt(rig)).toMatchObject({ ok: true });
  });

  it("may be absent", async () => {
    const rig = await committed(() => undefined);
    expect(await configurationAt(rig)).toEqual({ ok: true, value: null });
  });

  it.each<readonly [string, (rig: Rig) => void | Promise<void>]>([
    ["a directory", (rig) => rig.write("gate.yaml/suites.yaml", GOOD)],
    [
      "a symbolic link",
      (rig) => {
        rig.write("config/gate.yaml", GOOD);
        symlinkSync("config/gate.yaml", join(rig.directory, "gate.yaml"));
      },
    ],
    [
      "a submodule",
      async (rig) => {
        mkdirSync(join(rig.directory, "gate.yaml"));
        await rig.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},gate.yaml`);
      },
    ],
  ])("must not be %s", async (kind, prepare) => {
    const rig = await committed(prepare);
    expect(await configurationAt(rig)).toMatchObject({
      ok: false,
      error: [
        {
          code: "config-not-a-file",
          path: "gate.yaml",
          message: `gate.yaml must be a regular file; it is ${kind}.`,
        },
      ],
    });
  });

  it.each([
    ["empty", "", "empty; it needs version: 1 and suites."],
    ["not UTF-8", Buffer.from([0x61, 0xff, 0x0a]), "not UTF-8 text; save the file as UTF-8."],
    ["10 MB", Buffer.alloc(10_000_000, "#"), "larger than 1 MiB (10000000 bytes); this is no configuration."],
  ])("must not be %s", async (_what, content, message) => {
    expect(await configurationAt(await file(content))).toMatchObject({
      ok: false,
      error: [{ code: "config-invalid", path: "gate.yaml", line: 1, column: 1, message }],
    });
  });

  it("gives every problem", async () => {
    const rig = await file(`${GOOD}    gpu: maybe\n    colour: red\n`);
    expect(await configurationAt(rig)).toMatchObject({
      ok: false,
      error: [
        { code: "config-invalid", line: 6, column: 10 },
        { code: "config-invalid", line: 7, column: 5 },
      ],
    });
  });
});

describe("the cache of parsed configurations", () => {
  const cacheOf = (rig: Rig) => join(rig.directory, ".git/gate/configurations");

  it("gives what parsing gave", async () => {
    const rig = await file(`${GOOD}    env: { SEED: 7 }\n    timeout: 90s\n`);
    const first = await configurationAt(rig);
    expect(readdirSync(cacheOf(rig))).toHaveLength(1);
    expect(await configurationAt(rig)).toEqual(first);
  });

  it.each(["", "{", "null", "[]", '{"format":"0","configuration":{"suites":[]}}'])(
    "is not believed where it is %j",
    async (content) => {
      const rig = await file(GOOD);
      const first = await configurationAt(rig);
      const [name = ""] = readdirSync(cacheOf(rig));
      writeFileSync(join(cacheOf(rig), name), content);
      expect(await configurationAt(rig)).toEqual(first);
    },
  );

  it("is not needed", async () => {
    const rig = await file(GOOD);
    const first = await configurationAt(rig);
    rmSync(cacheOf(rig), { recursive: true });
    writeFileSync(cacheOf(rig), "in the way");
    expect(await configurationAt(rig)).toEqual(first);
  });

  it("follows the file, forth and back", async () => {
    const rig = await file(GOOD);
    const first = await configurationAt(rig);
    rig.write("gate.yaml", GOOD.replace("[src]", "[src, docs]"));
    await rig.git("commit", "-qam", "more inputs");
    expect(await configurationAt(rig)).not.toEqual(first);
    expect(await configurationAt(rig, "HEAD~1")).toEqual(first);
  });
});

describe("gate with a gate.yaml that is wrong", () => {
  it("says where, what was expected and the nearest name, and exits with 2", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write("gate.yaml", GOOD.replace("inputs", "input"));
    await rig.git("add", ".");
    const ended = await rig.gate("status");
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain(
      'gate.yaml:5:5  unknown key "input" in suite model-tests. Did you mean "inputs"?',
    );
  });

  it("refuses the commit", async () => {
    const rig = await Rig.create();
    rig.write("gate.yaml", GOOD.replace("version: 1", "version: 2"));
    await rig.git("add", ".");
    const ended = await rig.tryCommit("wrong");
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('gate.yaml:1:10  "version": expected 1, found 2.');
  });
});
