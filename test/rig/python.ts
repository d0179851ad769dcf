import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe } from "vitest";
import { runProgram } from "./processes.ts";
import { PROJECT } from "./repository.ts";

/** pytest's plugins that suites use most. pytest 9 has subtests of its own. */
const PLUGINS = ["pytest-xdist", "pytest-rerunfailures", "pytest-timeout", "pytest-asyncio"];

const REQUIREMENTS = {
  7: ["pytest>=7.4,<8", ...PLUGINS, "pytest-subtests"],
  8: ["pytest>=8.4,<9", ...PLUGINS, "pytest-subtests"],
  9: ["pytest>=9,<10", ...PLUGINS],
} as const;

export type PytestVersion = keyof typeof REQUIREMENTS;

export const PYTEST_VERSIONS: readonly PytestVersion[] = [7, 8, 9];

/** Tests that need Python: skipped by name without it (apt-get install python3-venv). */
export const describeWithPython = describe.runIf(hasPython());

function hasPython(): boolean {
  const { status } = spawnSync("python3", ["-c", "import ensurepip, pip, venv"], { stdio: "ignore" });
  return status === 0;
}

/** Making a virtual environment and filling it from the package index takes that long at worst. */
export const PYTHON_TIMEOUT = 300_000;

/** Scripts in an environment name the place where it was made: not one by way of a link that may be gone. */
const CACHE = join(realpathSync(join(PROJECT, "node_modules")), ".cache/model-gate-pythons");

/**
 * A virtual environment with real pytest from the package index. It is made once and kept below node_modules;
 * a test fails where it cannot be made.
 */
export function pytestEnvironment(version: PytestVersion): Promise<string> {
  return pythonEnvironment(`pytest${version}`, REQUIREMENTS[version]);
}

/** The same with other packages. Nobody may change what is in it: copy it. */
export async function pythonEnvironment(name: string, requirements: readonly string[]): Promise<string> {
  const python = (await must("python3", ["-c", "import sys; print(sys.version, sys.base_prefix)"])).trim();
  const key = createHash("sha256")
    .update(JSON.stringify([python, requirements]))
    .digest("hex");
  const directory = join(CACHE, `${name}-${key.slice(0, 12)}`);
  const ready = join(directory, "ready");
  while (!existsSync(ready)) await make(directory, ready, requirements);
  return directory;
}

/** Test files run at the same time: one of them makes it, the others wait. */
async function make(directory: string, ready: string, requirements: readonly string[]): Promise<void> {
  const lock = `${directory}.lock`;
  mkdirSync(CACHE, { recursive: true });
  if (!taken(lock)) return void (await setTimeout(200));
  try {
    rmSync(directory, { recursive: true, force: true });
    await must("python3", ["-m", "venv", directory]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements];
    await must(join(directory, "bin/python"), pip);
    writeFileSync(ready, "");
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // left by a process that was killed
    const made = statSync(lock, { throwIfNoEntry: false });
    if (made !== undefined && Date.now() - made.mtimeMs > PYTHON_TIMEOUT) rmSync(lock, { recursive: true });
    return false;
  }
}

async function must(file: string, args: readonly string[]): Promise<string> {
  const ended = await runProgram(file, args, { cwd: PROJECT, env: inherited() });
  if (ended.code === 0) return ended.stdout;
  throw new Error(`${file} ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
}

/** How to reach the package index is the machine's own affair. */
function inherited(): Readonly<Record<string, string>> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:PYTHON|PYTEST|GATE_|GIT_|VIRTUAL_ENV)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
