import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { timed } from "./measure.mjs";

const PROJECT = resolve(import.meta.dirname, "..");
const GATE = join(PROJECT, "bin/gate.js");
/** What a configuration of some size looks like: several roots, single files, an exclude. */
const INPUTS = ["src", "prompts", "tests/model", "pyproject.toml", "uv.lock", "!**/*.md"];

/** Of 100 tracked files so many lie in each directory; 62 are inputs. */
const SHARES = { src: 50, prompts: 2, "tests/model": 10, docs: 18, web: 20 };

/** The files of one folder: folders of some hundred files are what repositories are made of. */
const FOLDER = 50;

/** A repository in the temporary directory with gate's hooks, installed by `gate init`. */
export class Repository {
  static async create({ files, suite, settings = "", extra = {}, beside = {} }) {
    const base = mkdtempSync(join(tmpdir(), "gate-bench-"));
    const repository = new Repository(base);
    mkdirSync(repository.directory);
    writeFileSync(join(base, "gitconfig"), GIT_CONFIG);
    writeFileSync(join(base, "empty.cjs"), "");
    repository.write("../hooks-none/pre-commit", "#!/bin/sh\nexit 0\n", 0o755);
    repository.write("../suite.mjs", suite);
    for (const [name, text] of Object.entries(beside)) repository.write(`../${name}`, text);
    await repository.git("init", "-q", "-b", "main");
    await repository.fill(files, { ...extra, "gate.yaml": gateYaml(base, settings) });
    await repository.gate("init", "--yes");
    // init does not record a gate in a temporary place
    await repository.git("config", "gate.launcher", GATE);
    await repository.git("config", "gate.node", process.execPath);
    await repository.git("add", ".");
    await repository.gate("run");
    await repository.git("commit", "-q", "-m", "the first run");
    const status = JSON.parse((await repository.gate("status", "--json")).stdout);
    if (status.suites[0]?.decision !== "fresh") throw new Error(`not fresh: ${JSON.stringify(status)}`);
    return repository;
  }

  constructor(base) {
    this.base = base;
    this.directory = join(base, "repository");
    this.noHooks = join(base, "hooks-none");
    this.program = GATE;
    this.env = cleanEnvironment(base);
  }

  /** The whole tree by one fast-import, so that its objects are packed as in a clone. */
  async fill(files, others) {
    const contents = { ...trackedFiles(files), ...others };
    const entries = Object.entries(contents).map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    const head = "commit refs/heads/main\ncommitter Ann <ann@example.com> 1770000000 +0000\ndata 5\nstart\n";
    await timed("git", ["fast-import", "--quiet"], { ...this.place, input: head + entries.join("") });
    await this.git("reset", "-q", "--hard");
  }

  get place() {
    return { cwd: this.directory, env: this.env };
  }

  git(...args) {
    return timed("git", args, this.place);
  }

  gate(...args) {
    return timed(process.execPath, [GATE, ...args], this.place);
  }

  /** What any program written for Node pays. */
  emptyNode() {
    return timed(process.execPath, [join(this.base, "empty.cjs")], this.place);
  }

  /**
   * As people find it who work in it: git reads each file again that is no older than the index, by the second, and
   * nobody commits in the second in which they have checked out or committed.
   */
  async settled() {
    await delay(1100);
    await this.git("update-index", "-q", "--refresh");
  }

  write(path, text, mode = 0o644) {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
  }

  remove() {
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The pathspecs of the suite's inputs, as gate passes them to git. */
export const INPUT_PATHSPECS = [
  ...INPUTS.filter((one) => !one.startsWith("!")).flatMap((one) => [
    `:(top,glob)${one}`,
    `:(top,glob)${one}/**`,
  ]),
  ":(top,glob,exclude)**/*.md",
  ":(top,glob,exclude)**/*.md/**",
  ":(top,literal,exclude)test-reports",
];

function trackedFiles(count) {
  const contents = { "pyproject.toml": "[project]\n", "uv.lock": "version = 1\n", "README.md": "# Bench\n" };
  for (const [directory, share] of Object.entries(SHARES)) {
    for (let index = 0; index < (count * share) / 100; index += 1) {
      const folder = Math.floor(index / FOLDER);
      contents[`${directory}/area_${folder % 20}/part_${folder}/module_${index}.py`] = `value = ${index}\n`;
    }
  }
  return contents;
}

function gateYaml(base, settings) {
  const run = `"${process.execPath}" "${join(base, "suite.mjs")}"`;
  return `version: 1\nsuites:\n  model-tests:\n    run: ${JSON.stringify(run)}\n    inputs: ${JSON.stringify(INPUTS)}\n    reports: test-reports\n${settings}`;
}

const GIT_CONFIG = `[user]
	name = Ann
	email = ann@example.com
[gc]
	auto = 0
[maintenance]
	auto = false
[advice]
	detachedHead = false
`;

/** Nothing of the person's own: NODE_EXTRA_CA_CERTS alone makes every start of Node 20 three times slower. */
function cleanEnvironment(base) {
  return {
    PATH: process.env.PATH,
    HOME: base,
    LANG: "C.UTF-8",
    GIT_CONFIG_GLOBAL: join(base, "gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
}
