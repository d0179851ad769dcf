import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, runProgram } from "./processes.ts";
import { PROJECT } from "./repository.ts";

/** What `npm publish` would publish, and projects that install it. Everything below one temporary directory. */
export class PackedPackage {
  readonly base: string;
  readonly tarball: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  static async pack(): Promise<PackedPackage> {
    const base = mkdtempSync(join(tmpdir(), "gate-packed-"));
    const env = environment(base);
    // Without scripts: the test run has built dist, and another build would take it away from other tests.
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", base];
    const packed = await runProgram("npm", args, { cwd: PROJECT, env });
    if (packed.code !== 0) throw new Error(`npm pack: ${packed.stderr}`);
    const [{ filename, files }] = JSON.parse(packed.stdout);
    const paths = files.map((file: { readonly path: string }) => file.path);
    return new PackedPackage(base, join(base, filename), paths, env);
  }

  private constructor(
    base: string,
    tarball: string,
    files: readonly string[],
    env: Readonly<Record<string, string>>,
  ) {
    this.base = base;
    this.tarball = tarball;
    this.files = files;
    this.#env = env;
  }

  /** A repository with a small model suite that has installed the tarball, as a user would, without network. */
  async project(name: string): Promise<PackedProject> {
    const project = new PackedProject(join(this.base, name), this.#env);
    for (const [path, text] of Object.entries(SHOP)) project.write(path, text);
    await project.succeed("git", "init", "-q", "-b", "main");
    await project.succeed(
      "npm",
      "install",
      "--offline",
      "--no-audit",
      "--no-fund",
      "--save-dev",
      this.tarball,
    );
    return project;
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export class PackedProject {
  readonly directory: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.#env = env;
  }

  run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runProgram(file, args, { cwd: this.directory, env: { ...this.#env, ...env } });
  }

  gate(...args: string[]): Promise<Ended> {
    return this.run("npx", ["--no-install", "gate", ...args]);
  }

  /** Its standard output; anything but 0 fails the test. */
  async succeed(file: string, ...args: string[]): Promise<string> {
    const ended = await this.run(file, args);
    if (ended.code !== 0)
      throw new Error(`${file} ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout.trimEnd();
  }

  /** What the hooks and git said. */
  async commit(message: string, ...args: string[]): Promise<string> {
    await this.succeed("git", "add", "-A");
    const ended = await this.run("git", ["commit", "-q", "-m", message, ...args]);
    if (ended.code !== 0) throw new Error(`git commit: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout + ended.stderr;
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), "utf8");
  }
}

const SHOP: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "shop", version: "1.0.0", private: true, type: "module" })}\n`,
  ".gitignore": "node_modules/\n",
  "README.md": "# Shop\n",
  "src/route.js": 'export const route = (prompt) => (prompt.length > 20 ? "deep" : "simple");\n',
  "tests/model/route.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { gateRecord } from "model-gate/record";
import { route } from "../../src/route.js";

test("test_short", (t) => {
  const record = gateRecord(t);
  record.prompt("Hello");
  record.response(route("Hello"));
  assert.equal(route("Hello"), "simple");
});
`,
};

/** npm and git with nothing of the user's: no settings, no cache, no hooks, no session around the tests. */
function environment(base: string): Readonly<Record<string, string>> {
  const home = join(base, "home");
  mkdirSync(home);
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ann\n\temail = ann@example.com\n");
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    npm_config_cache: join(base, "npm-cache"),
    npm_config_update_notifier: "false",
  };
}
