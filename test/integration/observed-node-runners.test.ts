import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ObservedProject } from "../rig/observed.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

const LIMIT = { timeout: 60_000 };
const NODE_REPORTER = join(PROJECT, "plugins/node-test/reporter.js");
const VITEST_REPORTER = join(PROJECT, "plugins/vitest/reporter.js");
const NODE_TEST = ["--test", `--test-reporter=${NODE_REPORTER}`, "--test-reporter-destination=stdout"];

describe("node:test", LIMIT, () => {
  it("has each test file read what its process read, and what that started", async () => {
    const project = new ObservedProject({
      "package.json": '{"type": "module"}',
      "src/shared.js": "",
      "src/only-a.js": "",
      "src/server.js": `
        import { createServer } from "node:http";
        import { readFileSync } from "node:fs";
        readFileSync("data/server.json");
        createServer().listen(0, () => console.log("ready"));`,
      "src/thread.js": 'import { readFileSync } from "node:fs"; readFileSync("data/thread.json");',
      "data/a.json": "",
      "data/b.json": "",
      "data/server.json": "",
      "data/thread.json": "",
      "test/a.test.js": `
        import { test } from "node:test";
        import { readFileSync } from "node:fs";
        import "../src/shared.js";
        import "../src/only-a.js";
        test("a", () => readFileSync("data/a.json"));`,
      "test/b.test.js": `
        import { test } from "node:test";
        import { spawn } from "node:child_process";
        import { once } from "node:events";
        import { readFile } from "node:fs/promises";
        import { Worker } from "node:worker_threads";
        import "../src/shared.js";
        test("b", () => readFile("data/b.json"));
        test("a server, killed when it is no longer needed", async () => {
          const server = spawn(process.execPath, ["src/server.js"]);
          await once(server.stdout, "data");
          server.kill("SIGKILL");
          await once(server, "exit");
        });
        test("a thread", () => once(new Worker(new URL("../src/thread.js", import.meta.url)), "exit"));`,
    });
    const ended = await project.node([...NODE_TEST, "test/a.test.js", "test/b.test.js"]);
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    const { results, observed } = await project.events();
    expect(results).toMatchObject({ runner: { name: "node:test" }, complete: true, doubts: [] });
    expect(observed.environment).toEqual({
      language: `Node.js ${process.version}`,
      distributions: new Map(),
      accelerators: new Map(),
    });
    const reads = await project.reads("test/a.test.js", "test/b.test.js");
    const both = ["package.json", "src/shared.js"];
    expect(reads.of("test/a.test.js")).toEqual(
      [...both, "data/a.json", "src/only-a.js", "test/a.test.js"].sort(),
    );
    const started = ["data/server.json", "data/thread.json", "src/server.js", "src/thread.js"];
    expect(reads.of("test/b.test.js")).toEqual([...both, ...started, "data/b.json", "test/b.test.js"].sort());
  });

  it("has a file without --test read what it read", async () => {
    const project = new ObservedProject({
      data: "",
      "a.test.cjs": 'require("node:test")("a", () => { require("fs").readFileSync("data"); });',
      "b.test.cjs": 'require("node:test")("b", () => {});',
    });
    for (const file of ["a.test.cjs", "b.test.cjs"]) await project.node([...NODE_TEST.slice(1), file]);
    const reads = await project.reads("a.test.cjs", "b.test.cjs");
    expect(reads.of("a.test.cjs")).toEqual(["a.test.cjs", "data"]);
    expect(reads.of("b.test.cjs")).toEqual(["b.test.cjs"]);
  });
});

describe("a test of another runner that starts Node", LIMIT, () => {
  it("has read what that read, where it says which test it is", async () => {
    const project = new ObservedProject({ data: "", "main.cjs": 'require("fs").readFileSync("data");' });
    await project.node(["main.cjs"], { ...project.gateEnvironment, GATE_TEST: "tests/a.py::test_a" });
    const { observed } = await project.events();
    expect(observed.byTest).toEqual(new Map([["tests/a.py::test_a", new Set(["main.cjs", "data"])]]));
    expect(observed.uses.size).toBe(0);
  });
});

describe("one process for all test files", LIMIT, () => {
  it("has read for all of them", async () => {
    const project = new ObservedProject({
      "node_modules/runner/index.cjs":
        'for (const file of process.argv.slice(2)) require(require("path").resolve(file));',
      "a.cjs": 'require("./data.json")',
      "b.cjs": "",
      "data.json": "1",
    });
    await project.node(["node_modules/runner/index.cjs", "a.cjs", "b.cjs"]);
    const { observed } = await project.events();
    expect(observed.bySuite).toEqual(new Set(["a.cjs", "b.cjs", "data.json"]));
  });
});

const VITEST_PROJECT = {
  "package.json": '{"type": "module"}',
  "vitest.config.ts": `
    import { defineConfig } from "vitest/config";
    import { setupFiles } from "./vitest.shared.ts";
    export default defineConfig({ test: { setupFiles, globalSetup: ["test/global.ts"] } });`,
  "vitest.shared.ts": 'export const setupFiles = ["test/setup.ts"];',
  "test/setup.ts":
    'import { readFileSync } from "node:fs"; import "../src/of-setup.ts"; readFileSync("data/setup.json");',
  "test/global.ts":
    'import { readFileSync } from "node:fs"; export default () => { readFileSync("data/global.json"); };',
  "src/of-setup.ts": "",
  "src/shared.ts": 'import "./deep.ts";',
  "src/deep.ts": "",
  "src/only-a.ts": "",
  "src/dynamic.ts": "",
  "src/native.mjs": 'import { readFileSync } from "node:fs"; readFileSync("data/native.json");',
  "src/tool.cjs": 'require("fs").readFileSync("data/tool.json");',
  ...Object.fromEntries(
    ["setup", "global", "native", "tool", "a", "b"].map((name) => [`data/${name}.json`, "{}"]),
  ),
  "data/raw.txt": "raw",
  "test/a.test.ts": `
    import { spawnSync } from "node:child_process";
    import { readFile } from "node:fs/promises";
    import { expect, test } from "vitest";
    import raw from "../data/raw.txt?raw";
    import "../src/only-a.ts";
    import "../src/native.mjs";
    import "../src/shared.ts";
    test("a", async () => {
      await import("../src/dynamic.ts");
      await readFile("data/a.json");
      spawnSync(process.execPath, ["src/tool.cjs"]);
      expect(raw).toBe("raw");
    });`,
  "test/b.test.ts": `
    import { readFileSync } from "node:fs";
    import { test, vi } from "vitest";
    import "../src/shared.ts";
    test("b", () => { vi.useFakeTimers(); readFileSync("data/b.json"); vi.useRealTimers(); });`,
};

function vitest(project: ObservedProject, ...args: readonly string[]) {
  symlinkSync(join(PROJECT, "node_modules"), join(project.directory, "node_modules"));
  const options = ["run", "--maxWorkers=1", `--reporter=${VITEST_REPORTER}`];
  return project.node(["node_modules/vitest/vitest.mjs", ...options, ...args]);
}

const OF_BOTH = [
  "data/setup.json",
  "src/deep.ts",
  "src/of-setup.ts",
  "src/shared.ts",
  "test/global.ts",
  "test/setup.ts",
];
const OF_A = [
  "data/a.json",
  "data/native.json",
  "data/raw.txt",
  "data/tool.json",
  "package.json",
  "src/dynamic.ts",
  "src/native.mjs",
  "src/only-a.ts",
  "src/tool.cjs",
  "test/a.test.ts",
];

describe("vitest", LIMIT, () => {
  it.each(["forks", "threads"])("has each test file read what vite and its worker read: %s", async (pool) => {
    const project = new ObservedProject(VITEST_PROJECT);
    const ended = await vitest(project, `--pool=${pool}`);
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    const { results, observed } = await project.events();
    expect(results).toMatchObject({ runner: { name: "vitest" }, complete: true, doubts: [] });
    expect(observed.environment?.language).toBe(`Node.js ${process.version}`);
    const reads = await project.reads("test/a.test.ts", "test/b.test.ts");
    expect(reads.of("test/a.test.ts")).toEqual([...OF_BOTH, ...OF_A].sort());
    expect(reads.of("test/b.test.ts")).toEqual([...OF_BOTH, "data/b.json", "test/b.test.ts"].sort());
    for (const path of ["vitest.config.ts", "vitest.shared.ts", "data/global.json", "package.json"])
      expect(reads.all).toContain(path);
  });

  it("has test files that share a worker read what those before them read", async () => {
    const project = new ObservedProject(VITEST_PROJECT);
    await vitest(project, "--no-isolate", "--no-file-parallelism", "--sequence.shuffle=false");
    const reads = await project.reads("test/a.test.ts", "test/b.test.ts");
    const [first, second] = reads.of("test/a.test.ts").includes("test/b.test.ts") ? ["b", "a"] : ["a", "b"];
    for (const path of reads.of(`test/${first}.test.ts`))
      expect(reads.of(`test/${second}.test.ts`)).toContain(path);
  });
});

describe("gate run", LIMIT, () => {
  async function repository(suiteLines = ""): Promise<Rig> {
    const rig = await Rig.create({ hooks: false });
    const run = `node ${NODE_TEST.join(" ")} test/*.test.mjs`;
    rig.write(
      "gate.yaml",
      `version: 1\nsuites:\n  model-tests:\n    run: ${JSON.stringify(run)}\n    inputs: [src, test]\n${suiteLines}`,
    );
    rig.write(".gitignore", ".gate/\n");
    rig.write("src/model.mjs", 'import { readFileSync } from "node:fs"; readFileSync("prompts/system.md");');
    rig.write("src/unused.mjs", "");
    rig.write("prompts/system.md", "Be brief.\n");
    rig.write(
      "test/a.test.mjs",
      'import test from "node:test"; import "../src/model.mjs"; test("a", () => {});',
    );
    rig.write("test/b.test.mjs", 'import test from "node:test"; test("b", () => {});');
    await rig.git("add", ".");
    return rig;
  }

  it("names what a node suite read and gate.yaml does not, and which tests a file matters to", async () => {
    const rig = await repository();
    const ended = await rig.gate("run");
    expect(ended.stdout).toContain(
      "the run read prompts/system.md, which inputs: does not name (1 of 2 tests)",
    );
    expect(ended.code).toBe(0);
    const { stdout } = await rig.gate("status", "--inputs");
    expect(stdout).toContain("src/unused.mjs");
    expect(stdout).not.toContain("src/model.mjs");
    expect(rig.read("test-reports/model-tests.json")).toContain(`"Node.js ${process.version}"`);
    await rig.commit("with evidence");
    rig.write("src/model.mjs", "");
    await rig.git("add", ".");
    expect((await rig.gate("status")).stdout).toContain("src/model.mjs  (1 of 2 tests read it)");
  });

  it("keeps the user's NODE_OPTIONS, and the suite's", async () => {
    const rig = await repository("    undeclared-inputs: error\n");
    rig.write("../mine.cjs", 'require("fs").appendFileSync(process.env.SEEN, "x");');
    const seen = join(rig.base, "seen");
    const options = `--require ${join(rig.base, "mine.cjs")}`;
    const ended = await rig.gateWith({ NODE_OPTIONS: options, SEEN: seen }, "run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the run read prompts/system.md");
    expect(rig.read("../seen").length).toBeGreaterThan(3);
  });

  it("gives no evidence of a part of the tests that the shell's NODE_OPTIONS chooses", async () => {
    const rig = await repository();
    const shell = { NODE_OPTIONS: "--test-shard=1/2" };
    const ended = await rig.gateWith(shell, "run");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      "Not all tests run with --test-shard=1/2, which is in your shell's NODE_OPTIONS and not in gate.yaml",
    );
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    env: { NODE_OPTIONS: --test-shard=1/2 }\n`);
    await rig.git("add", "gate.yaml");
    expect((await rig.gateWith(shell, "run")).code).toBe(0);
  });

  it("watches nothing, and leaves NODE_OPTIONS alone, with observe: false", async () => {
    const rig = await repository("    observe: false\n");
    rig.write(
      "test/b.test.mjs",
      'import test from "node:test"; test("b", () => { if ("NODE_OPTIONS" in process.env) throw 1; });',
    );
    await rig.git("add", ".");
    const ended = await rig.gate("run");
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining("the run read")]);
  });
});
