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
  #gate;
  #env;
  #running = null;
  #stopped = false;

  constructor(project) {
    this.#project = project;
    const { bin } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    this.#gate = join(project, bin.gate);
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
    return this.#run(process.execPath, [this.#gate, ...args]);
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

  /** Ends what is running and starts nothing more. */
  stop(signal) {
    this.#stopped = true;
    if (this.#running !== null) process.kill(-this.#running.pid, signal);
  }

  remove() {
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #run(file, args) {
    if (this.#stopped) return Promise.resolve({ code: null, stdout: "", stderr: "", milliseconds: 0 });
    return new Promise((done, fail) => {
      const started = performance.now();
      // A group of its own, so that `stop` reaches all that it starts.
      const options = {
        cwd: this.directory,
        env: this.#env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      };
      const child = spawn(file, args, options);
      this.#running = child;
      const parts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"]) {
        child[name].setEncoding("utf8").on("data", (text) => {
          parts[name] += text;
        });
      }
      child.on("error", fail);
      child.on("close", (code) => {
        this.#running = null;
        done({ code, ...parts, milliseconds: performance.now() - started });
      });
    });
  }
}

/** A story that is told from within a hook or a test run must not touch their repository or their session. */
function withoutGit(env) {
  const foreign = /^(GIT_|GATE_|NODE_TEST_CONTEXT$|NODE_OPTIONS$|PRE_COMMIT$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}
