import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvents } from "../../src/suite/events.ts";
import type { ProcessEnd, SuiteResults } from "../../src/suite/results.ts";
import { drawVerdict } from "../../src/suite/verdict.ts";

const HERE = fileURLToPath(new URL("../..", import.meta.url));
const NODE_REPORTER = join(HERE, "plugins/node-test/reporter.js");
const VITEST_REPORTER = join(HERE, "plugins/vitest/reporter.js");
const RECORD = pathToFileURL(join(HERE, "plugins/record.js")).href;

let directory: string;
let project: string;

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "gate-reporters-")));
  project = join(directory, "project");
  for (const name of ["project", "events", "artifacts"]) await mkdir(join(directory, name));
  await files({ "package.json": '{"type": "module"}' });
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), content.replaceAll("model-gate/record", RECORD));
  }
}

interface Ran {
  readonly end: ProcessEnd;
  readonly output: string;
}

/** Runs in the project with nothing of this process's own environment but the way to the tools. */
function run(args: readonly string[], { cwd = project, gated = true } = {}): Promise<Ran> {
  const gate = {
    GATE_EVENTS: join(directory, "events"),
    GATE_ARTIFACTS: join(directory, "artifacts"),
    GATE_ROOT: project,
  };
  const env = { PATH: process.env.PATH ?? "", HOME: directory, NO_COLOR: "1", ...(gated ? gate : {}) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({
        end: signal === null ? { kind: "exited", code: code ?? -1 } : { kind: "signalled", signal },
        output,
      });
    });
  });
}

const nodeTest = (...args: readonly string[]) =>
  run(["--test", `--test-reporter=${NODE_REPORTER}`, "--test-reporter-destination=stdout", ...args]);

async function vitest(...args: readonly string[]): Promise<Ran> {
  await symlink(join(HERE, "node_modules"), join(project, "node_modules"));
  const options = ["--maxWorkers=1", `--reporter=${VITEST_REPORTER}`, "--reporter=dot"];
  return run(["node_modules/vitest/vitest.mjs", "run", ...options, ...args]);
}

async function results(): Promise<SuiteResults> {
  const { results: found } = await readEvents({
    eventsDirectory: join(directory, "events"),
    artifactsDirectory: join(directory, "artifacts"),
    logsDirectory: join(directory, "logs"),
  });
  if (found === null) throw new Error("the reporter wrote no events");
  return found;
}

function outcomesOf({ tests }: SuiteResults): Record<string, string | null> {
  return Object.fromEntries(tests.map((test) => [test.id, test.outcome]));
}

function verdictOf({ end }: Ran, of: SuiteResults) {
  return drawVerdict({
    command: "npm test",
    end,
    results: of,
    outOfMemory: null,
    suite: { skips: [], flaky: "refuse", expectedFailures: [] },
    at: new Date(0),
  });
}

describe("node:test", { timeout: 30_000 }, () => {
  it("reports leaves by full name, with what tests recorded in their own process", async () => {
    await files({
      "test/router.test.js": `
        import { describe, it, test } from "node:test";
        import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
        import { gateRecord } from "model-gate/record";
        describe("router", () => {
          describe("short prompts", () => {
            it("go to the simple tier", (t) => {
              const record = gateRecord(t);
              record.property("tier", "simple");
              record.prompt("hi", { tier: "simple" });
              record.thinking("short");
              record.toolCall("classify", { text: "hi", count: 1n });
              record.toolResult("classify", undefined);
              record.response("hello");
              gateRecord(t).log("session.log", "line one\\n");
              record.log("session.log", "line two\\n");
              const directory = mkdtempSync("scratch-");
              writeFileSync(directory + "/model.log", "from a fixture");
              record.logFile(directory + "/model.log");
              rmSync(directory, { recursive: true });
            });
          });
        });
        test("parent", async (t) => { await t.test("child", (c) => gateRecord(c).property("x", 1)); });
        test("twice", (t) => gateRecord(t).response("first"));
        test("twice", (t) => gateRecord(t).response("second"));`,
    });
    const ran = await nodeTest("test/router.test.js");
    const found = await results();
    expect(found).toMatchObject({ runner: { name: "node:test" }, complete: true, doubts: [] });
    expect(outcomesOf(found)).toEqual({
      "test/router.test.js::router > short prompts > go to the simple tier": "passed",
      "test/router.test.js::parent > child": "passed",
      "test/router.test.js::twice": "passed",
      "test/router.test.js::twice #2": "passed",
    });
    const [first, child, , second] = found.tests;
    expect(first).toMatchObject({
      name: "go to the simple tier",
      file: "test/router.test.js",
      properties: { tier: "simple" },
      turns: [
        { kind: "prompt", text: "hi", tier: "simple" },
        { kind: "thinking", text: "short" },
        { kind: "tool-call", tool: "classify", arguments: { text: "hi", count: "1" } },
        { kind: "tool-result", tool: "classify", result: null },
        { kind: "response", text: "hello" },
      ],
    });
    const logs = await Promise.all(
      (first?.logs ?? []).map(async (log) => [log.name, await readFile(log.path, "utf8")]),
    );
    expect(logs).toEqual([
      ["session.log", "line one\nline two\n"],
      ["model.log", "from a fixture"],
    ]);
    expect(child?.properties).toEqual({ x: 1 });
    expect(second?.turns).toEqual([{ kind: "response", text: "second" }]);
    expect(verdictOf(ran, found).verdict).toBe("passed");
    expect(ran.output).toBe("");
  });

  it("tells every way to end apart", async () => {
    await files({
      "a.test.js": `
        import { after, before, describe, it, test } from "node:test";
        test("fails", () => { throw new Error("boom"); });
        test("skipped", (t) => t.skip("no GPU"));
        test("todo fails", { todo: true }, () => { throw new Error("later"); });
        test("todo passes", { todo: true }, () => {});
        test("times out", { timeout: 30 }, () => new Promise((resolve) => setTimeout(resolve, 300)));
        describe("before fails", () => { before(() => { throw new Error("no model"); }); it("in it", () => {}); });
        describe("after fails", () => { after(() => { throw new Error("stuck"); }); it("in it", () => {}); });
        describe.skip("skipped whole", () => { it("never declared", () => {}); });
        describe("empty", () => {});`,
    });
    const ran = await nodeTest("a.test.js");
    const found = await results();
    expect(found.doubts).toEqual([]);
    expect(outcomesOf(found)).toEqual({
      "a.test.js::fails": "failed",
      "a.test.js::skipped": "skipped",
      "a.test.js::todo fails": "xfailed",
      "a.test.js::todo passes": "xpassed",
      "a.test.js::times out": "failed",
      "a.test.js::before fails > in it": "error",
      "a.test.js::before fails": "error",
      "a.test.js::after fails > in it": "passed",
      "a.test.js::after fails": "error",
      "a.test.js::skipped whole": "skipped",
    });
    expect(found.tests.find((test) => test.id === "a.test.js::fails")?.message).toBe("boom");
    expect(found.tests.find((test) => test.id === "a.test.js::skipped")?.message).toBe("no GPU");
    expect(found.tests.find((test) => test.id === "a.test.js::before fails")?.message).toContain("no model");
    expect(verdictOf(ran, found).reasons).toEqual([
      "2 tests failed, 3 ended in an error and 2 were skipped without a declared reason.",
    ]);
  });

  it("knows tests that a shared module declares by the file that runs them, also in parallel", async () => {
    await files({
      "support.js": `
        import { test } from "node:test";
        import { gateRecord } from "model-gate/record";
        export const modelTest = (name, wait = 0) => test(name, async (t) => {
          gateRecord(t).response(process.argv[1].slice(-9));
          await new Promise((resolve) => setTimeout(resolve, wait));
        });`,
      "a.test.js": `import { modelTest } from "./support.js"; modelTest("same", 200); modelTest("only a");`,
      "b.test.js": `import { modelTest } from "./support.js"; modelTest("same"); modelTest("only b");`,
      "c.test.js": `import { modelTest } from "./support.js"; modelTest("same"); modelTest("only c");`,
    });
    const ran = await nodeTest("--test-concurrency=3", "a.test.js", "b.test.js", "c.test.js");
    const found = await results();
    expect(found.doubts).toEqual([]);
    expect(Object.fromEntries(found.tests.map((test) => [test.id, test.turns]))).toEqual(
      Object.fromEntries(
        ["a", "b", "c"].flatMap((file) =>
          ["same", `only ${file}`].map((name) => [
            `${file}.test.js::${name}`,
            [{ kind: "response", text: `${file}.test.js` }],
          ]),
        ),
      ),
    );
    expect(verdictOf(ran, found).verdict).toBe("passed");
  });

  it.each([
    ["fails to load", 'throw new Error("no such model")', "exit code 1", "no such model"],
    [
      "exits in the midst, as if all were well",
      'import { test } from "node:test"; test("one", () => {}); test("two", () => process.exit(0));',
      "reported no test",
      "",
    ],
    [
      "is killed",
      'import { test } from "node:test"; test("one", () => process.kill(process.pid, "SIGKILL"));',
      "killed by SIGKILL",
      "",
    ],
    ["holds no test", "console.log(1)", "reported no test", ""],
  ])("calls a test file that %s an error", async (_what, source, how, why) => {
    await files({ "a.test.js": source });
    const ran = await nodeTest("a.test.js");
    const found = await results();
    expect(outcomesOf(found)).toEqual({ "a.test.js": "error" });
    expect(found.tests[0]?.message).toContain(how);
    expect(found.tests[0]?.message).toContain(why);
    expect(verdictOf(ran, found).verdict).toBe("failed");
  });

  it("misses the tests that an early exit swallowed after others were reported", async () => {
    await files({
      "a.test.js": `
        import { readdirSync, readFileSync } from "node:fs";
        import { test } from "node:test";
        test("one", () => {});
        test("waits until the first is reported, then exits", { timeout: 10_000 }, async () => {
          const reported = () => readdirSync(process.env.GATE_EVENTS).some((name) =>
            readFileSync(process.env.GATE_EVENTS + "/" + name, "utf8").includes("test-end"));
          while (!reported()) await new Promise((resolve) => setTimeout(resolve, 5));
          process.exit(0);
        });
        test("three", () => {});`,
    });
    const ran = await nodeTest("a.test.js");
    const found = await results();
    expect(outcomesOf(found)).toEqual({
      "a.test.js::one": "passed",
      "a.test.js::waits until the first is reported, then exits": null,
      "a.test.js::three": null,
    });
    expect(verdictOf(ran, found)).toMatchObject({
      verdict: "incomplete",
      reasons: ["node:test exited 0, but 2 tests never ended."],
    });
  });

  it("leaves truncated results behind when the runner itself is killed", async () => {
    await files({
      "a.test.js": 'import { test } from "node:test"; test("ok", () => {});',
      "b.test.js":
        'import { test } from "node:test"; test("kills", () => process.kill(process.ppid, "SIGKILL"));',
    });
    const ran = await nodeTest("--test-concurrency=1", "a.test.js", "b.test.js");
    const found = await results();
    expect(found.complete).toBe(false);
    expect(outcomesOf(found)).toMatchObject({ "a.test.js::ok": "passed" });
    expect(verdictOf(ran, found)).toMatchObject({
      verdict: "incomplete",
      reasons: [
        "node:test was killed by SIGKILL.",
        expect.stringContaining("stopped before it had told its end"),
      ],
    });
  });

  it("leaves out what a name pattern left out", async () => {
    await files({
      "a.test.js": 'import { test } from "node:test"; test("wanted", () => {}); test("other", () => {});',
      "b.test.js": 'import { test } from "node:test"; test("other", () => {});',
    });
    const ran = await nodeTest("--test-name-pattern=wanted", "a.test.js", "b.test.js");
    const found = await results();
    expect(outcomesOf(found)).toEqual({ "a.test.js::wanted": "passed" });
    expect(verdictOf(ran, found).verdict).toBe("passed");
  });

  it("does not take a file that exits early for one that a name pattern left out", async () => {
    await files({
      "a.test.js": 'import { test } from "node:test"; test("wanted", () => {});',
      "b.test.js": `
        import { test } from "node:test";
        test("wanted, and exits", async () => process.exit(0));
        test("wanted, and wrong", () => { throw new Error("wrong"); });`,
    });
    const ran = await nodeTest("--test-name-pattern=wanted", "a.test.js", "b.test.js");
    const found = await results();
    expect(outcomesOf(found)).toEqual({ "a.test.js::wanted": "passed", "b.test.js": "error" });
    expect(verdictOf(ran, found).verdict).toBe("failed");
  });

  it("works beside another reporter, for a single file without --test, and from a directory below", async () => {
    await files({
      "packages/p/a.test.js": `
        import { test } from "node:test";
        import { gateRecord } from "model-gate/record";
        test("here", (t) => gateRecord(t).response("r"));`,
    });
    const ran = await run(
      [
        `--test-reporter=${NODE_REPORTER}`,
        "--test-reporter-destination=stdout",
        "--test-reporter=tap",
        "--test-reporter-destination=stdout",
        "a.test.js",
      ],
      { cwd: join(project, "packages/p") },
    );
    const found = await results();
    expect(found.doubts).toEqual([]);
    expect(found.tests).toMatchObject([{ id: "packages/p/a.test.js::here", turns: [{ text: "r" }] }]);
    expect(ran.output).toContain("ok 1 - here");
  });

  it("does nothing without gate, and still says when the helper is misused", async () => {
    await files({
      "a.test.js": `
        import assert from "node:assert";
        import { test } from "node:test";
        import { gateRecord } from "model-gate/record";
        test("a", (t) => {
          const record = gateRecord(t);
          record.prompt("p"); record.log("l", "x"); record.logFile("no such file");
          assert.throws(() => gateRecord(undefined), TypeError);
        });`,
    });
    const ran = await run(
      ["--test", `--test-reporter=${NODE_REPORTER}`, "--test-reporter-destination=stdout", "a.test.js"],
      {
        gated: false,
      },
    );
    expect(ran).toEqual({ end: { kind: "exited", code: 0 }, output: "" });
    expect(await readdir(join(directory, "events"))).toEqual([]);
  });

  it("finishes the run and says so when the events cannot be written", async () => {
    await files({ "a.test.js": 'import { test } from "node:test"; test("a", () => {});' });
    await rm(join(directory, "events"), { recursive: true });
    const { end, output } = await nodeTest("a.test.js");
    expect(end).toEqual({ kind: "exited", code: 0 });
    expect(output).toMatch(/^model-gate: the test events could not be written: ENOENT.*\n$/);
  });
});

describe("vitest", { timeout: 30_000 }, () => {
  it("tells every way to end apart, with what tests recorded in their own process", async () => {
    await files({
      "test/a.test.ts": `
        import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
        import { gateRecord } from "model-gate/record";
        test("twice", () => {});
        test("twice", (context) => {
          vi.useFakeTimers({ now: 0 });
          const record = gateRecord(context);
          record.property("tier", "deep");
          record.response("second");
          record.log("session.log", "text");
          vi.useRealTimers();
        });
        describe("outer", () => {
          it("inner", () => {});
          it.skip("skipped", () => {});
          it("skips itself", (context) => context.skip("no GPU"));
          it.fails("fails as expected", () => { throw new Error("known"); });
        });
        let attempts = 0;
        test("flaky", { retry: 2 }, () => expect(attempts++).toBe(1));
        test("fails", () => expect(1).toBe(2));
        describe("before fails", () => { beforeAll(() => { throw new Error("no model"); }); it("in it", () => {}); });
        test.each([1, 2])("each %i", () => {});`,
      "test/b.test.ts": 'throw new Error("cannot load")',
      "test/c.test.ts": `
        import { test } from "vitest";
        test("leaks", async () => {
          Promise.reject(new Error("unhandled"));
          await new Promise((resolve) => setTimeout(resolve, 20));
        });`,
    });
    const ran = await vitest();
    const found = await results();
    expect(found).toMatchObject({ runner: { name: "vitest" }, complete: true, doubts: [] });
    expect(outcomesOf(found)).toEqual({
      "test/a.test.ts::twice": "passed",
      "test/a.test.ts::twice #2": "passed",
      "test/a.test.ts::outer > inner": "passed",
      "test/a.test.ts::outer > skipped": "skipped",
      "test/a.test.ts::outer > skips itself": "skipped",
      "test/a.test.ts::outer > fails as expected": "xfailed",
      "test/a.test.ts::flaky": "flaky",
      "test/a.test.ts::fails": "failed",
      "test/a.test.ts::before fails": "error",
      "test/a.test.ts::before fails > in it": "skipped",
      "test/a.test.ts::each 1": "passed",
      "test/a.test.ts::each 2": "passed",
      "test/b.test.ts": "error",
      "test/c.test.ts::leaks": "passed",
      "vitest::unhandled error": "error",
    });
    const second = found.tests.find((test) => test.id === "test/a.test.ts::twice #2");
    expect(second).toMatchObject({
      properties: { tier: "deep" },
      turns: [{ kind: "response", text: "second" }],
      logs: [{ name: "session.log" }],
    });
    expect(found.tests.find((test) => test.id === "test/b.test.ts")?.message).toContain("cannot load");
    expect(verdictOf(ran, found).verdict).toBe("failed");
  });

  it("leaves out what a name pattern left out, and a runner that a test starts", async () => {
    await files({
      "a.test.ts": `
        import { spawnSync } from "node:child_process";
        import { expect, test } from "vitest";
        test("wanted", () => {
          const args = ["--test", "--test-reporter=${NODE_REPORTER}", "--test-reporter-destination=stdout", "nested.js"];
          expect(spawnSync(process.execPath, args).status).toBe(1);
        });
        test("other", () => {});`,
      "nested.js":
        'import { test } from "node:test"; test("nested", () => { throw new Error("not ours"); });',
    });
    const ran = await vitest("-t", "wanted");
    const found = await results();
    expect(outcomesOf(found)).toEqual({ "a.test.ts::wanted": "passed" });
    expect(verdictOf(ran, found).verdict).toBe("passed");
  });

  it("tells a test's tags before it runs", async () => {
    await files({
      "vitest.config.ts":
        'export default { test: { tags: [{ name: "slow" }, { name: "chat" }], include: ["*.test.ts"] } };',
      "a.test.ts": `
        import { test } from "vitest";
        test("tagged", { tags: ["slow", "chat"] }, () => {});
        test("plain", () => {});`,
    });
    await vitest();
    const [name = ""] = (await readdir(join(directory, "events"))).filter((one) => one.endsWith(".ndjson"));
    const events = (await readFile(join(directory, "events", name), "utf8")).trimEnd().split("\n");
    const plan = events.map((line) => JSON.parse(line)).find(({ type }) => type === "plan");
    expect(plan.tests).toEqual([
      { id: "a.test.ts::tagged", name: "tagged", file: "a.test.ts", markers: { slow: "true", chat: "true" } },
      { id: "a.test.ts::plain", name: "plain", file: "a.test.ts" },
    ]);
    expect((await results()).doubts).toEqual([]);
  });

  it("has no tests to show where no file matches", async () => {
    const ran = await vitest("--passWithNoTests");
    expect(verdictOf(ran, await results())).toMatchObject({
      verdict: "no-tests",
      reasons: ["vitest ran no test."],
    });
  });
});
