import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { HOOKS, newHook } from "../../src/integrations/hook-script.ts";
import { FakeSuite } from "./fake-suite.ts";
import { type Ended, runProgram } from "./processes.ts";

export const PROJECT = resolve(import.meta.dirname, "../..");
export const GATE = join(PROJECT, "bin/gate.js");

interface RigOptions {
  readonly objectFormat?: "sha1" | "sha256";
  /** Without hooks, only what a test calls by hand runs. */
  readonly hooks?: boolean;
}

/** A real repository in a temporary directory, with gate's real hooks and a suite that counts its runs. */
export class Rig {
  /** Removed after the test. Holds the repository and, beside it, what the suite leaves for the test. */
  readonly base: string;
  readonly directory: string;
  readonly suite: FakeSuite;
  readonly env: Readonly<Record<string, string>>;

  static async create({ objectFormat = "sha1", hooks = true }: RigOptions = {}): Promise<Rig> {
    const base = mkdtempSync(join(tmpdir(), "gate-rig-"));
    onTestFinished(() => rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const rig = new Rig(base, join(base, "repo"));
    mkdirSync(rig.directory);
    await rig.git("init", "-q", "-b", "main", `--object-format=${objectFormat}`);
    if (hooks) rig.installHooks();
    return rig;
  }

  private constructor(base: string, directory: string) {
    this.base = base;
    this.directory = directory;
    this.suite = new FakeSuite(join(base, "suite"));
    writeFileSync(
      join(base, "gitconfig"),
      "[user]\n\tname = Ann\n\temail = ann@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n",
    );
    const { PATH = "", HOME = "" } = process.env;
    this.env = {
      PATH,
      HOME,
      LANG: "C.UTF-8",
      GIT_CONFIG_GLOBAL: join(base, "gitconfig"),
      GIT_CONFIG_NOSYSTEM: "1",
      RIG_SUITE: this.suite.script,
      // what another test on this machine has of a GPU is nobody's here
      GATE_GPU_LEASES: join(base, "gpu-leases"),
    };
  }

  /** Another checkout of the same rig: a clone or a linked worktree, with the same suite. */
  at(directory: string): Rig {
    return new Rig(this.base, directory);
  }

  /** As `gate init` does in a repository with plain hooks. */
  installHooks(): void {
    const hooks = join(this.directory, ".git/hooks");
    mkdirSync(join(hooks, "gate"), { recursive: true });
    for (const name of readdirSync(join(PROJECT, "hooks"))) {
      const text = readFileSync(join(PROJECT, "hooks", name), "utf8");
      writeFileSync(join(hooks, "gate", name), text, { mode: 0o755 });
    }
    for (const name of HOOKS) writeFileSync(join(hooks, name), newHook(name, true), { mode: 0o755 });
    const config = join(this.directory, ".git/config");
    writeFileSync(
      config,
      `${readFileSync(config, "utf8")}[gate]\n\tlauncher = ${GATE}\n\tnode = ${process.execPath}\n`,
    );
  }

  /** Writes gate.yaml, a source and a document; nothing is staged. */
  writeProject(suiteLines = ""): void {
    this.write(
      "gate.yaml",
      `version: 1\nsuites:\n  model-tests:\n    run: sh "$RIG_SUITE"\n    inputs: [src, "!**/*.md"]\n${suiteLines}`,
    );
    this.write(".gitignore", ".gate/\n");
    this.write("src/router.py", "route = 1\n");
    this.write("README.md", "# Read me\n");
  }

  /** A project whose first commit ran the suite and carries its evidence. */
  async withEvidence(suiteLines = ""): Promise<void> {
    this.writeProject(suiteLines);
    await this.git("add", ".");
    await this.commit("first");
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), "utf8");
  }

  exists(path: string): boolean {
    return existsSync(join(this.directory, path));
  }

  remove(path: string): void {
    rmSync(join(this.directory, path), { recursive: true, force: true });
  }

  run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runProgram(file, args, { cwd: this.directory, env: { ...this.env, ...env } });
  }

  /** Git's output; a failure of git fails the test. */
  async git(...args: string[]): Promise<string> {
    const ended = await this.run("git", args);
    if (ended.code !== 0)
      throw new Error(`git ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout.trimEnd();
  }

  tryGit(...args: string[]): Promise<Ended> {
    return this.run("git", args);
  }

  async commit(message: string, ...args: string[]): Promise<Ended> {
    const ended = await this.tryCommit(message, ...args);
    if (ended.code !== 0) throw new Error(`git commit: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended;
  }

  tryCommit(message: string, ...args: string[]): Promise<Ended> {
    return this.run("git", ["commit", "-m", message, ...args]);
  }

  gate(...args: string[]): Promise<Ended> {
    return this.gateWith({}, ...args);
  }

  gateWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
    return this.run(process.execPath, [GATE, ...args], env);
  }

  async gateJson(...args: string[]): Promise<unknown> {
    return JSON.parse((await this.gate(...args, "--json")).stdout);
  }

  /** The decision about the only suite: of the index, or of a commit. */
  async decision(rev: string | null = null): Promise<string> {
    const document = await this.gateJson("status", ...(rev === null ? [] : ["--rev", rev]));
    const text = JSON.stringify(document);
    const match = /"decision":"(\w+)"/.exec(text);
    if (match?.[1] === undefined) throw new Error(`no decision in ${text}`);
    return match[1];
  }

  /** `git status --porcelain`, one entry a line; empty when the checkout is clean. */
  async changes(): Promise<string[]> {
    const output = await this.run("git", ["status", "--porcelain", "--untracked-files=all"]);
    return output.stdout.split("\n").filter((line) => line !== "");
  }
}
