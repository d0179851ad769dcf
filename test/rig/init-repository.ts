import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Writable } from "node:stream";
import type { Context } from "../../src/commands/context.ts";
import { type InitDocument, type InitOptions, initCommand } from "../../src/commands/init.ts";
import type { Outcome } from "../../src/outcome.ts";

/** A real repository in a directory of its own, with stand-in shims that record that they were called. */
export interface InitRepository {
  readonly directory: string;
  readonly shims: string;
  readonly write: (path: string, text: string | Uint8Array, mode?: number) => void;
  readonly read: (path: string) => string;
  readonly git: (...args: string[]) => string;
  /** Commits everything and says how it went. */
  readonly commit: (
    message?: string,
    ...args: string[]
  ) => { readonly status: number | null; readonly output: string };
  readonly init: (
    options?: Partial<InitOptions>,
    context?: Partial<Context>,
  ) => Promise<Outcome<InitDocument>>;
  /** Names of the shims that git called, in order. */
  readonly calls: () => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

const SHIM = `#!/bin/sh
. "\${0%/*}/launch"
`;

const LAUNCH = `gate_when_missing=pass
echo "\${0##*/} $gate_when_missing" >>"$(git rev-parse --git-common-dir)/calls"
[ "$gate_when_missing" = pass ]
`;

interface RepositoryOptions {
  /** Directories that come first in PATH. */
  readonly path?: readonly string[];
  readonly name?: string;
}

export function initRepository({ path = [], name = "repository" }: RepositoryOptions = {}): InitRepository {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "gate-init-")));
  const directory = join(root, name);
  const shims = join(root, "shims");
  const home = join(root, "home");
  for (const one of [directory, shims, home]) mkdirSync(one);
  const hooks = ["pre-commit", "post-commit", "pre-merge-commit", "pre-push", "post-merge", "post-rewrite"];
  for (const hook of hooks) writeFileSync(join(shims, hook), SHIM);
  writeFileSync(join(shims, "launch"), LAUNCH);
  writeFileSync(
    join(home, ".gitconfig"),
    "[user]\n\tname = Ann\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n",
  );
  const environment = {
    PATH: [...path, process.env.PATH ?? ""].join(delimiter),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    LC_ALL: "C",
  };
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: directory, env: environment, encoding: "utf8", stdio: "pipe" });
  git("init", "-q");
  const read = (file: string) => readFileSync(join(directory, file), "utf8");
  const context: Context = {
    directory,
    environment,
    now: () => new Date(0),
    say: () => undefined,
    print: () => undefined,
    openSuiteOutput: async () => new Writable({ write: (_chunk, _encoding, done) => done() }),
    ask: null,
    openScreen: null,
    input: async () => Buffer.alloc(0),
    abort: new AbortController().signal,
    pluginsDirectory: "/opt/model-gate/plugins",
    launcher: { node: "/opt/node/bin/node", script: "/opt/model-gate/bin/gate.js" },
  };
  const options: InitOptions = { yes: true, dryRun: false, whenMissing: null, hooksDirectory: shims };
  return {
    directory,
    shims,
    environment,
    read,
    git,
    write: (file, text, mode = 0o644) => {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), text, { mode });
    },
    commit: (message = "change", ...args) => {
      git("add", "-A");
      const ended = spawnSync("git", ["commit", "-m", message, ...args], {
        cwd: directory,
        env: environment,
        encoding: "utf8",
      });
      return { status: ended.status, output: `${ended.stdout}${ended.stderr}` };
    },
    init: (changes = {}, surroundings = {}) =>
      initCommand({ ...context, ...surroundings }, { ...options, ...changes }),
    calls: () => {
      const file = join(directory, git("rev-parse", "--git-common-dir").trim(), "calls");
      return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The least of a Python project with a model suite. */
export function writePythonProject({ write }: InitRepository): void {
  write("pyproject.toml", '[project]\nname = "assistant"\ndependencies = ["torch>=2"]\n');
  write("uv.lock", "version = 1\n");
  write("src/assistant/router.py", "TIER = 1\n");
  write("prompts/system.md", "Be brief.\n");
  write("tests/conftest.py", "");
  write("tests/model/test_routing.py", "def test_route():\n    pass\n");
}
