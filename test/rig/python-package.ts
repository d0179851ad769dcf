import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { type Ended, runProgram } from "./processes.ts";
import { PROJECT } from "./repository.ts";

type Environment = Readonly<Record<string, string>>;

/** What a shell, git and the pre-commit framework need; nothing of Node's. */
const TOOLS =
  "basename bash cat chmod cut dirname env git grep ls mkdir mv realpath rm sed sh tr uname".split(" ");

/** How this machine reaches package indexes. */
const REACHING = /^(?:PIP_|UV_|npm_config_|NPM_CONFIG_)|_(?:proxy|PROXY)$|CERT|CA_BUNDLE|CAINFO/;

/** What is downloaded is kept between runs. */
const CACHE = resolve(PROJECT, "node_modules/.cache/gate-python-tests");

/** A machine of a team without Node: PATH has none, Python is there. Everything below one temporary directory. */
export class PythonMachine {
  readonly base: string;
  /** The wheel that `npm run wheel` builds. */
  readonly wheel: string;
  readonly env: Environment;

  static async create(): Promise<PythonMachine> {
    const base = mkdtempSync(join(tmpdir(), "gate-python-"));
    const env = environment(base);
    const script = "import sys; print(sys._base_executable)";
    const options = { cwd: base, env: withPath(env, ownPath()) };
    symlinkSync(await succeeded("python3", ["-c", script], options), join(base, "bin/python3"));
    // Without a build: the test run has made dist, and another one would take it away from other tests.
    const args = [join(PROJECT, "scripts/wheel.mjs"), "--no-build", "--out", join(base, "wheels")];
    await succeeded(process.execPath, args, options);
    const [wheel = ""] = (await succeeded("ls", [join(base, "wheels")], { cwd: base, env })).split("\n");
    return new PythonMachine(base, join(base, "wheels", wheel), env);
  }

  private constructor(base: string, wheel: string, env: Environment) {
    this.base = base;
    this.wheel = wheel;
    this.env = env;
  }

  /** A virtual environment with these packages; its programs. */
  async virtualEnvironment(directory: string, packages: readonly string[]): Promise<string> {
    const options = { cwd: this.base, env: this.env };
    await succeeded(found("python3", this.env), ["-m", "venv", directory], options);
    const bin = join(this.base, directory, "bin");
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
    await succeeded(join(bin, "python"), install, options);
    return bin;
  }

  /** A repository with a small pytest suite; the programs of `path` come first. */
  async project(name: string, path: readonly string[] = []): Promise<PythonProject> {
    const project = new PythonProject(join(this.base, name), this.withPrograms(path));
    for (const [file, text] of Object.entries(SHOP)) project.write(file, text);
    await project.succeed("git", "init", "-q", "-b", "main");
    return project;
  }

  withPrograms(path: readonly string[]): Environment {
    return withPath(this.env, [...path, this.env.PATH].join(delimiter));
  }

  /** This project as a repository of its own, as it comes from git: with nothing installed and nothing built. */
  async checkout(): Promise<{ readonly directory: string; readonly revision: string }> {
    const directory = join(this.base, "model-gate");
    const left = new Set(
      ["node_modules", "dist", ".git", ".gate", ".venv"].map((name) => join(PROJECT, name)),
    );
    const comes = (path: string) => !left.has(path) && !path.endsWith("__pycache__");
    cpSync(PROJECT, directory, { recursive: true, filter: comes });
    const options = { cwd: directory, env: this.env };
    await succeeded(found("git", this.env), ["init", "-q"], options);
    await succeeded(found("git", this.env), ["add", "-A"], options);
    await succeeded(found("git", this.env), ["commit", "-q", "-m", "model-gate"], options);
    return { directory, revision: await succeeded(found("git", this.env), ["rev-parse", "HEAD"], options) };
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export class PythonProject {
  readonly directory: string;
  readonly env: Environment;

  constructor(directory: string, env: Environment) {
    this.directory = directory;
    this.env = env;
  }

  /** The same repository for somebody whose PATH begins with these. */
  with(env: Environment): PythonProject {
    return new PythonProject(this.directory, env);
  }

  run(file: string, ...args: string[]): Promise<Ended> {
    return runProgram(found(file, this.env), args, { cwd: this.directory, env: this.env });
  }

  /** Its standard output; anything but 0 fails the test. */
  succeed(file: string, ...args: string[]): Promise<string> {
    return succeeded(found(file, this.env), args, { cwd: this.directory, env: this.env });
  }

  /** What the hooks and git said. */
  async commit(message: string): Promise<string> {
    await this.succeed("git", "add", "-A");
    const ended = await this.run("git", "commit", "-q", "-m", message);
    if (ended.code !== 0) throw new Error(`git commit: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout + ended.stderr;
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Whether Python, pip and an index are here; the tests need all three. */
export async function pythonIsHere(): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "gate-python-"));
  const env = withPath(reaching(), ownPath());
  const script = "import ensurepip, venv, pip";
  const download = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", directory, "hatchling"];
  try {
    for (const args of [["-c", script], download]) {
      if ((await runProgram("python3", args, { cwd: directory, env })).code !== 0) return false;
    }
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const SHOP: Environment = {
  ".gitignore": ".venv/\n__pycache__/\n.pytest_cache/\n",
  "README.md": "# Shop\n",
  "src/shop/__init__.py": "",
  "src/shop/router.py": 'def route(prompt):\n    return "deep" if len(prompt) > 20 else "simple"\n',
  "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
  "tests/model/test_route.py": `from gate_record import gate_record
from shop.router import route


def test_short():
    answer = route("Hello")
    gate_record(prompt="Hello", response=answer)
    assert answer == "simple"
`,
};

async function succeeded(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Environment },
): Promise<string> {
  const ended = await runProgram(file, args, options);
  if (ended.code !== 0)
    throw new Error(`${file} ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
  return ended.stdout.trimEnd();
}

/** Found in the PATH that is given: Node would look in its own. */
function found(program: string, env: Environment): string {
  if (program.includes("/")) return program;
  const folders = (env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find(existsSync) ?? program;
}

/** A program of whoever runs the tests, wherever PATH leads. */
export const whereIs = (program: string) => found(program, { PATH: ownPath() });

export const isHere = (program: string) => whereIs(program) !== program;

function ownPath(): string {
  return process.env.PATH ?? "";
}

const withPath = (env: Environment, PATH: string): Environment => ({ ...env, PATH });

function reaching(): Environment {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && REACHING.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries([
    ...own,
    ["PIP_CACHE_DIR", join(CACHE, "pip")],
    ["UV_CACHE_DIR", join(CACHE, "uv")],
    // Not below node_modules: npm builds a checkout in its cache, and the build takes what lies there for a package.
    ["npm_config_cache", process.env.npm_config_cache ?? join(homedir(), ".npm")],
  ]);
}

/** Nothing of the user's: no settings, no hooks, no session around the tests. */
function environment(base: string): Environment {
  const [home, bin] = [join(base, "home"), join(base, "bin")];
  for (const directory of [home, bin]) mkdirSync(directory);
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ann\n\temail = ann@example.com\n");
  for (const tool of TOOLS) symlinkSync(whereIs(tool), join(bin, tool));
  return {
    ...reaching(),
    PATH: bin,
    HOME: home,
    LANG: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    PRE_COMMIT_HOME: join(base, "pre-commit"),
    UV_PYTHON_DOWNLOADS: "never",
  };
}
