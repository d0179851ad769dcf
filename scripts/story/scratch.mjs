import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const NOT_SOURCES = new Set(["node_modules", ".gate", ".assistant", "test-reports"]);
const IDENTITY = "[user]\n\tname = Ann\n\temail = ann@example.com\n[advice]\n\tdetachedHead = false\n";

/** The example as a repository of its own, with nothing of the user's git settings in it. */
export class Scratch {
  #base;
  #project;
  #env;

  constructor(project) {
    this.#project = project;
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), "gate-story-")));
    const example = join(project, "examples/assistant");
    mkdirSync(this.directory);
    for (const name of readdirSync(example)) {
      if (!NOT_SOURCES.has(name))
        cpSync(join(example, name), join(this.directory, name), { recursive: true });
    }
    symlinkSync(join(project, "node_modules"), join(this.directory, "node_modules"));
    writeFileSync(join(this.#base, "gitconfig"), IDENTITY);
    this.#env = { ...withoutGit(process.env), ...this.#settings() };
  }

  get directory() {
    return join(this.#base, "assistant");
  }

  /** Where `gate` is this project's, and git is as it comes. */
  #settings() {
    return {
      PATH: `${join(this.#project, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
      GIT_CONFIG_GLOBAL: join(this.#base, "gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      LC_ALL: "C",
    };
  }

  git(...args) {
    return this.#run("git", args);
  }

  gate(...args) {
    return this.#run(process.execPath, [join(this.#project, "bin/gate.js"), ...args]);
  }

  read(path) {
    return readFileSync(join(this.directory, path), "utf8");
  }

  write(path, text) {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), text);
  }

  exists(path) {
    return existsSync(join(this.directory, path));
  }

  /** How often the suite has been run. */
  get sessions() {
    return this.exists(".gate/sessions") ? readdirSync(join(this.directory, ".gate/sessions")).length : 0;
  }

  remove() {
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #run(file, args) {
    return new Promise((done, fail) => {
      const started = performance.now();
      const child = spawn(file, args, {
        cwd: this.directory,
        env: this.#env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const parts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"]) {
        child[name].setEncoding("utf8").on("data", (text) => {
          parts[name] += text;
        });
      }
      child.on("error", fail);
      child.on("close", (code) => done({ code, ...parts, milliseconds: performance.now() - started }));
    });
  }
}

/** A story that is told from within a hook or a test run must not touch their repository or their session. */
function withoutGit(env) {
  const foreign = /^(GIT_|GATE_|NODE_TEST_CONTEXT$|NODE_OPTIONS$|PRE_COMMIT$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}
