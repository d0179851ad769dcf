import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ObservedProject } from "../rig/observed.ts";
import { PROJECT } from "../rig/repository.ts";

const LIMIT = { timeout: 60_000 };
const REPORTER = join(PROJECT, "plugins/node-test/reporter.js");
const NODE_TEST = ["--test", `--test-reporter=${REPORTER}`, "--test-reporter-destination=stdout"];

const ESM = { "package.json": '{"type": "module"}' };

describe("a Node process", LIMIT, () => {
  it.each([
    ["readFileSync", `fs.readFileSync("data")`],
    ["readFileSync with an encoding", `fs.readFileSync("data", "utf8")`],
    ["openSync", `fs.openSync("data")`],
    ["openSync to append and read", `fs.openSync("data", "a+")`],
    ["openSync with numbers", `fs.openSync("data", fs.constants.O_RDWR)`],
    ["readFile", `fs.readFile("data", () => {})`],
    ["readFile, promisified", `await util.promisify(fs.readFile)("data", "utf8")`],
    ["open", `fs.open("data", () => {})`],
    ["open with flags", `fs.open("data", "r+", 0o666, () => {})`],
    ["createReadStream", `for await (const _ of fs.createReadStream("data"));`],
    ["promises.readFile", `await fs.promises.readFile("data")`],
    ["promises.open", `await (await fs.promises.open("data")).close()`],
    ["a named import", `readFileSync("data")`],
    ["a named import of fs/promises", `await readFile("data")`],
    ["require", `createRequire(import.meta.url)("fs").readFileSync("data")`],
    ["a URL", `fs.readFileSync(new URL("./data", import.meta.url))`],
    ["bytes", `fs.readFileSync(Buffer.from("data"))`],
    ["copyFileSync", `fs.copyFileSync("data", join(to(), "copy"))`],
    ["cpSync of a directory", `fs.cpSync(".", to(), { recursive: true })`],
    [
      "cp with a filter",
      `await fs.promises.cp(".", to(), { recursive: true, filter: (from) => !/ther/.test(from) })`,
    ],
    ["openAsBlob", `await fs.openAsBlob("data")`],
    ["loadEnvFile", `process.loadEnvFile("data")`],
    [
      "a worker thread",
      `await new Promise((end) => new Worker('require("fs").readFileSync("data")', { eval: true }).on("exit", end))`,
    ],
    ["a process of its own", `spawnSync(process.execPath, ["-e", 'require("fs").readFileSync("data")'])`],
    ["at the last moment", `process.on("exit", () => { fs.readFileSync("data"); process.exit(); })`],
  ])("is seen to read with %s", async (_how, code) => {
    const project = new ObservedProject({
      data: "",
      "main.mjs": `
        import fs, { readFileSync } from "node:fs";
        import { readFile } from "fs/promises";
        import { spawnSync } from "node:child_process";
        import { createRequire } from "node:module";
        import { tmpdir } from "node:os";
        import { join } from "node:path";
        import util from "node:util";
        import { Worker } from "node:worker_threads";
        const to = () => fs.mkdtempSync(join(tmpdir(), "copy-"));
        ${code}`,
    });
    expect(await project.node(["main.mjs"])).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    expect((await project.reads()).all).toEqual(["data", "main.mjs"]);
  });

  it.each([
    "node_modules/npm/bin/npm-cli.js",
    "node_modules/npm/bin/npx-cli.js",
    "../tools/pnpm.cjs",
    ".yarn/releases/yarn-4.5.0.cjs",
  ])("that only starts another one is not seen, and that one is: %s", async (starter) => {
    const project = new ObservedProject({
      "packages/a/package.json": "{}",
      data: "",
      "main.cjs": 'require("fs").readFileSync("data")',
      [starter]: `
          require("fs").readFileSync("packages/a/package.json");
          require("child_process").execFileSync(process.execPath, ["main.cjs"]);`,
    });
    expect(await project.node([starter])).toMatchObject({ code: 0, stderr: "" });
    expect((await project.reads()).all).toEqual(["data", "main.cjs"]);
  });

  it("is seen where a script of the project's own is called like what starts others", async () => {
    const project = new ObservedProject({
      "scripts/npm.cjs": 'require("fs").readFileSync("data")',
      data: "",
    });
    await project.node(["scripts/npm.cjs"]);
    expect((await project.reads()).all).toEqual(["data", "scripts/npm.cjs"]);
  });

  it("is seen to load modules of every kind, and the package.json that says of which", async () => {
    const project = new ObservedProject({
      ...ESM,
      "main.js": `
        import "./static.js"; import "./old.cjs"; import value from "./value.json" with { type: "json" };
        await import("./dynamic.mjs");
        import.meta.resolve("./resolved.js");`,
      "static.js": 'import "./deep/er.js";',
      "deep/er.js": "",
      "deep/package.json": '{"type": "module"}',
      "old.cjs": 'require("./older.cjs"); require("./value.json");',
      "older.cjs": "",
      "value.json": "1",
      "dynamic.mjs": "",
      "resolved.js": "",
      "preloaded.cjs": "",
      ".env": "A=1",
    });
    const ended = await project.node(["--require", "./preloaded.cjs", "--env-file=.env", "main.js"]);
    expect(ended).toMatchObject({ code: 0, stdout: "" });
    expect((await project.reads()).all).toEqual(
      [
        ".env deep/er.js deep/package.json dynamic.mjs main.js",
        "old.cjs older.cjs package.json preloaded.cjs static.js value.json",
      ]
        .join(" ")
        .split(" "),
    );
  });

  it("is not seen to read what is no file of the repository", async () => {
    const project = new ObservedProject({
      "main.cjs": `
        const fs = require("node:fs");
        const attempt = (read) => { try { read(); } catch {} };
        for (const name of ["absent", "directory", "../outside", "/etc/hostname", "/dev/null",
          "node_modules/package/index.js", "package/node_modules/a", ".git/config", ".gate/lock",
          "venv/lib/site.py", "lib/site-packages/a.py"]) attempt(() => fs.readFileSync(name));
        fs.writeFileSync("written", "");
        fs.appendFileSync("written", "");
        fs.openSync("emptied", "w+");
        fs.openSync("new", "wx+");
        fs.statSync("only looked at");
        fs.readdirSync("directory");
        fs.existsSync("only looked at");`,
      "../outside": "",
      "directory/file": "",
      "node_modules/package/index.js": "",
      "package/node_modules/a": "",
      ".git/config": "",
      ".gate/lock": "",
      "venv/pyvenv.cfg": "",
      "venv/lib/site.py": "",
      "lib/site-packages/a.py": "",
      "only looked at": "",
      emptied: "",
    });
    expect(await project.node(["main.cjs"])).toMatchObject({ code: 0, stderr: "" });
    expect((await project.reads()).all).toEqual(["main.cjs"]);
  });

  it("has read links and where they lead; of what lies outside, the link", async () => {
    const project = new ObservedProject({
      "main.cjs": `
        const fs = require("node:fs");
        fs.symlinkSync("real", "link");
        fs.symlinkSync("deep", "linked");
        fs.symlinkSync("../away", "gone");
        fs.symlinkSync("the project", "../back");
        for (const name of ["link", "linked/file", "gone/file", "../back/behind"]) fs.readFileSync(name);`,
      real: "",
      "deep/file": "",
      "../away/file": "",
      behind: "",
    });
    expect(await project.node(["main.cjs"])).toMatchObject({ code: 0, stderr: "" });
    expect((await project.reads()).all).toEqual([
      "behind",
      "deep/file",
      "gone",
      "gone/file",
      "link",
      "linked",
      "main.cjs",
      "real",
    ]);
  });

  it.each([
    ["ends by itself", "process.exit(3)"],
    ["throws", 'throw new Error("boom")'],
    ["is killed", 'process.kill(process.pid, "SIGKILL")'],
    ["aborts", "process.abort()"],
  ])("that %s has still read", async (_how, code) => {
    const project = new ObservedProject({
      data: "",
      "main.cjs": `require("fs").readFileSync("data"); ${code}`,
    });
    await project.node(["main.cjs"]);
    expect((await project.reads()).all).toEqual(["data", "main.cjs"]);
  });

  it("may read many files", async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `data/${String(index).padStart(4, "0")}`);
    const project = new ObservedProject({
      ...Object.fromEntries(names.map((name) => [name, ""])),
      "main.cjs": `
        const fs = require("node:fs");
        const names = fs.readdirSync("data").map((name) => "data/" + name);
        for (const name of names.slice(0, 700)) fs.readFileSync(name);
        setTimeout(async () => {
          for (const name of names.slice(700)) await fs.promises.readFile(name);
          process.exit();
        });`,
    });
    await project.node(["main.cjs"]);
    expect((await project.reads()).all).toEqual([...names, "main.cjs"]);
  });

  it("whose workers end at any moment leaves no broken events behind", async () => {
    const project = new ObservedProject({
      "main.mjs": `
        import { Worker } from "node:worker_threads";
        const work = 'const fs = require("fs"); for (let i = 0; ; i++) { fs.writeFileSync("x" + i % 50, ""); fs.readFileSync("x" + i % 50); }';
        for (let wait = 0; wait < 40; wait++) {
          const worker = new Worker(work, { eval: true });
          await new Promise((resolve) => worker.on("online", resolve));
          await new Promise((resolve) => setTimeout(resolve, wait % 8));
          await worker.terminate();
        }`,
      "a.test.mjs": 'import { test } from "node:test"; test("a", () => import("./main.mjs"));',
    });
    expect(await project.node([...NODE_TEST, "a.test.mjs"])).toMatchObject({ code: 0 });
    expect((await project.events()).results).toMatchObject({ complete: true, doubts: [] });
  });

  it.each([
    ["gate has not asked", { observe: false }, {}],
    ["there is no gate", { observe: true }, { GATE_EVENTS: "" }],
    ["the settings are not there", { observe: true }, { GATE_SETTINGS: "/nowhere/reporter.json" }],
    ["nothing can be written", { observe: true }, { GATE_EVENTS: "/nowhere" }],
  ])("runs as ever where %s", async (_why, settings, env) => {
    const project = new ObservedProject({ "main.cjs": 'console.log(require("fs").readFileSync.length)' });
    project.settings(settings);
    const ended = await project.node(["main.cjs"], { ...project.gateEnvironment, ...env });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "2\n", stderr: "" });
    expect(readdirSync(join(project.base, "events"))).toEqual([]);
  });
});

/** Programs that would notice. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "functions as they were": `
    const { types } = require("util");
    for (const owner of [fs, fs.promises, process]) for (const [name, value] of Object.entries(owner))
      if (typeof value === "function") console.log(name, value.name, value.length, types.isAsyncFunction(value));
    console.log(Object.keys(process).join(), Object.keys(require.cache).length, module.children.length);`,
  "errors as they were": `
    for (const call of [() => fs.readFile("x"), () => fs.readFileSync(), () => fs.openSync({}), () => fs.open("x", "bad", () => {}),
      () => fs.readFileSync("data", "no encoding"), () => fs.cpSync("a"), () => fs.readFileSync("absent"), () => fs.readFileSync(".")])
      try { console.log(call()); } catch (error) { console.log(error.code, error.message); }
    fs.readFile("absent", (error, ...rest) => console.log(error.code, rest));
    fs.promises.readFile("absent").then(() => {});
    process.on("unhandledRejection", (error) => console.log("unhandled", error.code));`,
  "arguments and listeners": `
    for (let count = 0; count < 10; count++) process.on("exit", () => {});
    console.log(process.execArgv, process.argv.length, process.listenerCount("exit"), require.main === module, process.getActiveResourcesInfo());
    fs.readFileSync("data");`,
  "an exit code": `fs.readFileSync("data"); process.exitCode = 7;`,
  "an uncaught error": `fs.readFileSync("data"); process.on("uncaughtException", (error) => { console.log(error.message); process.exit(9); }); throw new Error("boom");`,
  "a child with messages": `
    if (process.send) { process.on("message", (text) => { process.send(text + process.execArgv); process.disconnect(); }); }
    else {
      const child = require("child_process").fork(__filename);
      child.on("message", (text) => console.log(text)).on("exit", (code) => console.log(code)).send("hello");
    }`,
  "threads of their own environment": `
    const { Worker } = require("worker_threads");
    for (const options of [{}, { env: {} }, { execArgv: [] }])
      new Worker("require('fs').readFileSync('data'); process.exit(4)", { eval: true, ...options }).on("exit", (code) => console.log(code));`,
  "functions replaced by a test": `
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...rest) => path === "virtual" ? "virtual" : readFileSync(path, ...rest);
    require("module").syncBuiltinESMExports();
    import("node:fs").then((esm) => console.log(esm.readFileSync("virtual"), esm.readFileSync("data", "utf8"), esm.readFileSync === fs.readFileSync));`,
  "fake clocks": `
    Date = class { toISOString() { return "never"; } }; Math.random = () => 2; process.nextTick = () => {}; globalThis.setImmediate = null;
    fs.readFileSync("data"); console.log("fine");`,
};

describe("a program does what it does without gate", LIMIT, () => {
  it.each(Object.entries(PROGRAMS))("%s", async (_name, program) => {
    const project = new ObservedProject({
      data: "data",
      "main.cjs": `const fs = require("node:fs");\n${program}`,
    });
    const command = ["--trace-warnings", "--pending-deprecation", "main.cjs"];
    const bare = await project.node(command, {});
    expect(await project.node(command)).toEqual(bare);
    const { results, observed } = await project.events();
    expect(results).toBeNull();
    expect(observed.bySuite).toContain("main.cjs");
  });

  it("with another's loader", async () => {
    const project = new ObservedProject({
      "main.mjs": 'import value from "virtual:value"; console.log(value);',
      "register.mjs": 'import { register } from "node:module"; register("./loader.mjs", import.meta.url);',
      "loader.mjs": `
        export const resolve = (name, context, next) => name.startsWith("virtual:") ? { url: name, shortCircuit: true } : next(name, context);
        export const load = (url, context, next) => url.startsWith("virtual:")
          ? { format: "module", source: "export default 5", shortCircuit: true } : next(url, context);`,
    });
    const ended = await project.node(["--import", "./register.mjs", "main.mjs"]);
    expect(ended).toEqual({ code: 0, signal: null, stdout: "5\n", stderr: "" });
    expect((await project.reads()).all).toEqual(["loader.mjs", "main.mjs", "register.mjs"]);
  });
});
