import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./processes.ts";
import { PROJECT, type Rig } from "./repository.ts";

/** What is downloaded is kept between runs. */
const CACHE = join(PROJECT, "node_modules/.cache/gate-coverage-tests");

/** Packages of PyPI at exactly these versions, in a directory for PYTHONPATH. */
async function installed(packages: readonly string[]): Promise<string> {
  const place = join(CACHE, packages.join("+"));
  if (existsSync(place)) return place;
  mkdirSync(CACHE, { recursive: true });
  const beside = mkdtempSync(join(CACHE, "new-"));
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", beside];
  await python([...pip, ...packages], CACHE, {});
  try {
    renameSync(beside, place);
  } catch (error) {
    // another test was faster
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

async function python(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const inherited = Object.fromEntries(Object.entries(process.env).flatMap(([k, v]) => (v ? [[k, v]] : [])));
  const ended = await runProgram("python3", args, { cwd, env: { ...inherited, ...env } });
  if (ended.code !== 0) {
    throw new Error(`python3 ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
  }
}

/** A project of which coverage.py measures what its tests run. */
export class MeasuredProject {
  readonly #rig: Rig;
  readonly #packages: readonly string[];

  constructor(rig: Rig, ...packages: readonly string[]) {
    this.#rig = rig;
    this.#packages = packages;
  }

  /** Runs a module of Python in the repository, with the packages and the project's sources to be imported. */
  async python(...args: readonly string[]): Promise<void> {
    const libraries = await installed(this.#packages);
    await python(["-m", ...args], this.#rig.directory, { PYTHONPATH: `${libraries}:src` });
  }

  /** A router of which half is tested, a trainer of which nothing is, and a test that tests nothing. */
  write(inputs = "[src, tests]"): void {
    const files = {
      "gate.yaml": `version: 1\nsuites:\n  model-tests:\n    run: sh "$RIG_SUITE"\n    inputs: ${inputs}\n`,
      ".gitignore": ".gate/\n__pycache__/\n.coverage\ncoverage.json\n",
      "src/app/__init__.py": "",
      "src/app/router.py": ROUTER,
      "src/app/training/__init__.py": "",
      "src/app/training/trainer.py": TRAINER,
      "src/app/never.py": "IMPORTED = False\n",
      "tests/test_router.py": TESTS,
    };
    for (const [path, text] of Object.entries(files)) this.#rig.write(path, text);
  }
}

const ROUTER = `def route(prompt):
    if len(prompt) < 20:
        return "simple"
    if "why" in prompt:
        return "reasoning"
    return "action"


def debug():  # pragma: no cover
    print("debugging")
`;

const TRAINER = `def train(steps):
    total = 0
${Array.from({ length: 120 }, (_, step) => `    total += steps * ${step}\n`).join("")}    return total
`;

const TESTS = `import unittest

from app.router import route
import app.training.trainer


class TestRouter(unittest.TestCase):
    def test_greeting(self):
        self.assertEqual(route("hello"), "simple")

    def test_scope_pattern(self):
        permission = "admin"
        if permission == "admin":
            implied = ["write", "read"]
        self.assertEqual(implied, ["write", "read"])
`;
