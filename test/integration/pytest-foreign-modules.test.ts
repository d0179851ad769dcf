import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { describeWithPython, PYTHON_TIMEOUT, pythonEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const PROJECT_FILE = `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "app"
version = "0.1"
`;

/** A package `app`, where setuptools looks for it, with a test that uses it; and a virtual environment of its own. */
async function pythonRig(layout: "src" | "flat"): Promise<Rig> {
  const rig = await Rig.create();
  const base = await pythonEnvironment("editable", ["pytest>=8,<9", "setuptools", "wheel"]);
  await environmentOn(rig, base);
  writeProject(rig.directory, layout);
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: ../venv/bin/python -P -m pytest -q --import-mode=importlib tests\n    inputs: [src, app, tests, pyproject.toml]\n`,
  );
  rig.write(".gitignore", ".gate/\n__pycache__/\n*.egg-info/\nbuild/\n.venv\n");
  await rig.git("add", ".");
  return rig;
}

function writeProject(directory: string, layout: "src" | "flat"): void {
  const folder = layout === "src" ? "src/app" : "app";
  const files = {
    "pyproject.toml": PROJECT_FILE,
    [`${folder}/__init__.py`]: "",
    [`${folder}/core.py`]: "VALUE = 1\n",
    "tests/test_core.py": "from app.core import VALUE\n\n\ndef test_value():\n    assert VALUE\n",
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** A small environment that finds pytest and the build tools in a large one. */
async function environmentOn(rig: Rig, base: string): Promise<void> {
  const python = join(base, "bin/python");
  await must(rig, python, "-m", "venv", "--without-pip", join(rig.base, "venv"));
  const asked = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const [large, small] = [
    await must(rig, python, "-c", asked),
    await must(rig, join(rig.base, "venv/bin/python"), "-c", asked),
  ];
  writeFileSync(join(small.trim(), "large.pth"), large);
}

async function must(rig: Rig, file: string, ...args: readonly string[]): Promise<string> {
  const ended = await rig.run(file, args);
  if (ended.code !== 0) throw new Error(`${file} ${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

async function pipInstall(rig: Rig, ...args: readonly string[]): Promise<void> {
  const options = ["install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"];
  await must(rig, join(rig.base, "venv/bin/python"), "-m", "pip", ...options, ...args);
}

describeWithPython("a package that is installed", { timeout: PYTHON_TIMEOUT }, () => {
  it.each([
    ["by a .pth file", "src"],
    ["by a finder", "flat"],
  ] as const)("as another checkout, %s, gives no evidence", async (_, layout) => {
    const rig = await pythonRig(layout);
    const other = join(rig.base, "other");
    writeProject(other, layout);
    await pipInstall(rig, "-e", other);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    const folder = layout === "src" ? "src/app" : "app";
    expect(ended.stderr).toContain(
      `the tests loaded app.core from ${other}/${folder}/core.py, not from ${folder}/core.py`,
    );
    expect(ended.stderr).toContain("pip install -e .");
    expect(rig.exists("test-reports")).toBe(false);
  });

  it.each(["src", "flat"] as const)("as this checkout is right (%s layout)", async (layout) => {
    const rig = await pythonRig(layout);
    await pipInstall(rig, "-e", rig.directory);
    const { stderr } = await rig.commit("due");
    expect(stderr).not.toContain("the run read");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("as a copy gives no evidence", async () => {
    const rig = await pythonRig("src");
    await pipInstall(rig, rig.directory);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/the tests loaded app\.core from \/.*site-packages\/app\/core\.py/);
    expect(ended.stderr).toContain("A copy of the package is installed.");
  });

  it("as a copy in a linked .venv inside the checkout gives no evidence either", async () => {
    const rig = await pythonRig("src");
    await pipInstall(rig, rig.directory);
    symlinkSync(join(rig.base, "venv"), join(rig.directory, ".venv"));
    rig.write("gate.yaml", rig.read("gate.yaml").replace("../venv/", ".venv/"));
    await rig.git("add", ".");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("the tests loaded app.core from ");
  });
});
