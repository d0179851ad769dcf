import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT, Rig } from "../rig/repository.ts";

const LIMIT = { timeout: 60_000 };
const NODE_REPORTER = join(PROJECT, "plugins/node-test/reporter.js");
const NODE_TEST = `node --test --test-reporter=${NODE_REPORTER} --test-reporter-destination=stdout packages/core/core.test.mjs`;
const VITEST = `node ${PROJECT}/node_modules/vitest/vitest.mjs run --reporter=${PROJECT}/plugins/vitest/reporter.js packages/core/core.test.mjs`;

const MANIFEST = (name: string) => JSON.stringify({ name, type: "module", exports: "./limit.js" });
const NODE = 'import test from "node:test";\n';
const OF_VITEST = 'import { test } from "vitest";\n';
/** More than a command has room for. */
const LONG = Array.from({ length: 30_000 }, (_, index) => `${"long/".repeat(20)}${index}/*`);
const LOADS =
  'import { limit } from "@m/shared";\ntest("limit", () => { if (limit !== 3) throw new Error(); });\n';

/** A workspace in which core's test loads @m/shared; where that is installed from is up to each test. */
async function workspace(
  run: string,
  test: string,
  manifest = '{"workspaces": ["packages/*"]}',
): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  core:\n    run: ${JSON.stringify(run)}\n    inputs: [packages]\n`,
  );
  rig.write(".gitignore", ".gate/\nnode_modules\n");
  rig.write("package.json", manifest);
  rig.write("packages/core/package.json", '{"name": "@m/core"}');
  rig.write("packages/core/core.test.mjs", test);
  rig.write("packages/shared/package.json", MANIFEST("@m/shared"));
  rig.write("packages/shared/limit.js", "export const limit = 3;\n");
  await rig.git("add", ".");
  return rig;
}

function link(rig: Rig, path: string, target: string): void {
  const file = join(rig.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  symlinkSync(target, file);
}

function copy(rig: Rig, path: string, text = "export const limit = 3; // older\n"): void {
  rig.write(`${path}/package.json`, MANIFEST("@m/shared"));
  rig.write(`${path}/limit.js`, text);
}

async function accepted(rig: Rig): Promise<void> {
  const { code, stderr } = await rig.gate("run");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("loaded @m/shared") });
}

async function refused(rig: Rig, from: string): Promise<void> {
  const { code, stderr } = await rig.gate("run");
  expect(stderr).toContain(
    `the tests loaded @m/shared from ${from}, not from packages/shared/limit.js: other sources were tested.`,
  );
  expect(code).toBe(1);
  expect(rig.exists("test-reports")).toBe(false);
}

describe("a package of the workspace", LIMIT, () => {
  it.each([
    ["node:test", NODE_TEST, NODE],
    ["vitest", VITEST, OF_VITEST],
  ])("that is loaded from another checkout gives no evidence: %s", async (_runner, run, imports) => {
    const rig = await workspace(run, `${imports}${LOADS}`);
    link(rig, "node_modules/@m/shared", "../../packages/shared");
    link(rig, "node_modules/vitest", join(PROJECT, "node_modules/vitest"));
    await rig.git("commit", "-q", "-m", "first");
    await rig.git("worktree", "add", "-q", join(rig.base, "side"));
    const side = rig.at(join(rig.base, "side"));
    link(side, "node_modules", join(rig.directory, "node_modules"));
    side.write("packages/shared/limit.js", "export const limit = 99;\n");
    await side.git("add", ".");
    await refused(side, join(rig.directory, "packages/shared/limit.js"));
    await accepted(rig);
  });

  it.each([
    ["workspaces: of package.json", '{"workspaces": {"packages": ["./packages/*/", "!packages/other"]}}'],
    ["pnpm-workspace.yaml", "{}"],
  ])("that is installed as a copy gives none either (%s)", async (where, manifest) => {
    const rig = await workspace(NODE_TEST, `${NODE}${LOADS}`, manifest);
    if (where.startsWith("pnpm")) rig.write("pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n");
    await rig.git("add", ".");
    copy(rig, "node_modules/@m/shared");
    await refused(rig, "node_modules/@m/shared/limit.js");
    copy(rig, "node_modules/@m/shared", rig.read("packages/shared/limit.js"));
    await accepted(rig);
  });

  it("is not meant where another package has brought its own", async () => {
    const rig = await workspace(NODE_TEST, `${NODE}import "other";\n${LOADS}`);
    link(rig, "node_modules/@m/shared", "../../packages/shared");
    rig.write("node_modules/other/package.json", '{"name": "other", "type": "module", "exports": "./a.js"}');
    rig.write("node_modules/other/a.js", 'import "@m/shared";\n');
    copy(rig, "node_modules/other/node_modules/@m/shared");
    await accepted(rig);
  });

  it("is not meant by what only a fixture is called", async () => {
    const rig = await workspace(NODE_TEST, `${NODE}${LOADS}`, '{"workspaces": ["packages/core"]}');
    copy(rig, "node_modules/@m/shared");
    await accepted(rig);
  });

  it.each([
    ["no list", { workspaces: "packages/*" }],
    ["no texts, no paths, far too many", { workspaces: [3, "", "!", "../*", "p\0*", "[a", ...LONG] }],
    ["no JSON", null],
  ])("is nobody's where the workspace is %s, and the suite runs", async (_what, manifest) => {
    const text = manifest === null ? "{" : JSON.stringify(manifest);
    const rig = await workspace(NODE_TEST, `${NODE}${LOADS}`, "{}");
    rig.write("package.json", text);
    rig.write("packages/core/package.json", '{"name": "@m/core", "type": "module"}');
    link(rig, "node_modules/@m/shared", "../../packages/shared");
    await rig.git("add", ".");
    if (manifest !== null) await accepted(rig);
    else expect((await rig.gate("run")).stderr).not.toContain("git-failed");
  });

  it("is not meant by what a test has made and started", async () => {
    const rig = await workspace(
      NODE_TEST,
      `${NODE}import { execFileSync } from "node:child_process";
       import { cpSync, mkdtempSync } from "node:fs";
       ${LOADS}
       test("packed", () => {
         const to = mkdtempSync("${"/tmp"}/gate-packed-");
         cpSync("older", to, { recursive: true });
         execFileSync(process.execPath, [to + "/limit.js"]);
       });`,
    );
    link(rig, "node_modules/@m/shared", "../../packages/shared");
    copy(rig, "older");
    await rig.git("add", ".");
    await accepted(rig);
  });

  it("is the checkout's own behind links, in a name with blanks, too", async () => {
    const rig = await workspace(NODE_TEST, `${NODE}${LOADS}`);
    const odd = rig.at(join(rig.base, "a name"));
    cpSync(rig.directory, odd.directory, { recursive: true });
    link(odd, "node_modules/@m/shared", "../../packages/shared");
    await accepted(odd);
  });
});
