import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { hasWorktree, openRepository, type Worktree } from "../../src/adapters/git/repository.ts";
import type { Fixer } from "../../src/integrations/fixers/fixer.ts";
import { type ChangeableProject, projectOnDisk } from "../../src/integrations/fixers/project.ts";
import { fixersOf } from "../../src/integrations/fixers/tools/fixers-of.ts";
import type { Circumstances } from "../../src/integrations/fixers/tools/tool.ts";
import { runProgram } from "./processes.ts";
import { PROJECT } from "./repository.ts";

/** Names that reports can have, some of them odd, and files beside them. */
export const REPORTS = [
  "test-reports/model-tests.hash",
  "test-reports/model-tests.json",
  "test-reports/model-tests.json.sig",
  "test-reports/model-tests-latest.txt",
  "test-reports/test_hello.puml",
  "test-reports/logs/test_hello/metadata.json",
  "test-reports/logs/test_hello/session.log",
  "test-reports/logs/test_hello/page.html",
  "test-reports/logs/test_hello/out.yaml",
  "test-reports/logs/test_hello/answer.md",
  "test-reports/logs/test_hello/run.py",
  "test-reports/logs/test_hello/README",
  "test-reports/logs/test_hello/.hidden.json",
  "test-reports/logs/test [1] {a,b}/odd name!.json",
  "test-reports/logs/test (x)/#log.JSON",
  "test-reports/logs/_suite/$HOME.css",
  "test-reports/logs/_suite/trace.jsonc",
];
export const OTHERS = [
  "data.json",
  "docs/guide.md",
  "src/app.py",
  "sub/test-reports/model-tests.json",
  "test-reports-old/a.json",
];

/** Texts that a formatter of their kind would not leave as they are. */
export function untidy(path: string): string {
  const end = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const texts: Readonly<Record<string, string>> = {
    md: "*  teh item   \n\n\n\n# recieve\n",
    readme: "*  teh item\n",
    yaml: "teh:    1\nb:\n    -    2\n",
    html: "<div><p   class='a'>teh</p></div>",
    css: "/* teh */a{color:RED}",
    py: 'x={"a":1} # teh\n',
  };
  return texts[end === "" ? "readme" : end] ?? '{"teh":1,   "b":[ 1]}';
}

/** A directory with a real git repository, in which real tools rewrite real files. */
export class FixingGround {
  readonly directory: string;
  readonly files: readonly string[];
  readonly #settings = new Map<string, string>();

  static async create(
    settings: Readonly<Record<string, string>>,
    files: readonly string[] = [...REPORTS, ...OTHERS],
  ): Promise<FixingGround> {
    const directory = mkdtempSync(join(tmpdir(), "gate-fixing-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const ground = new FixingGround(directory, files);
    await ground.run("git", ["init", "-q"]);
    for (const [path, text] of Object.entries(settings)) ground.set(path, text);
    ground.reset();
    return ground;
  }

  private constructor(directory: string, files: readonly string[]) {
    this.directory = directory;
    this.files = files;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), "utf8");
  }

  /** A settings file, which a tool may rewrite as well. */
  set(path: string, text: string): void {
    this.#settings.set(path, text);
    this.write(path, text);
  }

  reset(): void {
    for (const [path, text] of this.#settings) this.write(path, text);
    for (const path of this.files) this.write(path, untidy(path));
  }

  run(file: string, args: readonly string[]) {
    const { PATH = "", HOME = "" } = process.env;
    const env = { PATH, HOME, LANG: "C.UTF-8", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
    return runProgram(file, args, { cwd: this.directory, env });
  }

  /** Which files the real tool rewrites; they are as before afterwards. */
  async rewritten(program: string, args: readonly string[]): Promise<readonly string[]> {
    await this.run(program, args);
    const found = this.files.filter((path) => this.read(path) !== untidy(path));
    this.reset();
    return found;
  }

  async project(): Promise<ChangeableProject> {
    const opened = await openRepository(this.directory, {
      PATH: process.env.PATH ?? "",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
    });
    if (!opened.ok || !hasWorktree(opened.value)) throw new Error("no repository");
    const worktree: Worktree = opened.value;
    return projectOnDisk(worktree);
  }

  async fixer(command: readonly string[], circumstances: Circumstances = {}): Promise<Fixer> {
    const [fixer] = await fixersOf(command, await this.project(), circumstances);
    if (fixer === undefined) throw new Error(`${command.join(" ")} rewrites nothing`);
    return fixer;
  }

  /** Exempts the reports as gate would, on disk. Says which file it changed. */
  async exempt(command: readonly string[], circumstances: Circumstances = {}): Promise<string> {
    const { exempt } = await this.fixer(command, circumstances);
    if (exempt === null) throw new Error(`${command.join(" ")} has no settings that hold`);
    const exemption = await exempt("test-reports");
    const before = await (await this.project()).read(exemption.file);
    const after = exemption.apply(before);
    if (!after.ok) throw new Error(`${exemption.file} ${after.error}`);
    this.set(exemption.file, after.value);
    return exemption.file;
  }
}

export const nodeTool = (name: string) => join(PROJECT, "node_modules/.bin", name);
