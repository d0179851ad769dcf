import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import type { Context } from "../../src/commands/context.ts";
import { whyIgnored } from "../../src/commands/why-ignored.ts";
import type { Fix, WhyIgnoredDocument } from "../../src/commands/why-ignored-document.ts";
import type { IgnoreTree } from "./ignore-trees.ts";

/** What git says of a path. */
interface GitVerdict {
  readonly ignored: boolean;
  readonly rule: { readonly file: string; readonly line: number; readonly pattern: string } | null;
}

/** A repository that becomes one tree of ignore rules after the other. */
export class IgnoreRepository {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "gate-ignore-")));
  readonly directory = join(this.base, "repository");
  readonly globalExcludes = join(this.base, "excludes");
  readonly environment: Readonly<Record<string, string>>;

  constructor() {
    mkdirSync(this.directory);
    const { PATH = "" } = process.env;
    this.environment = {
      ...{ PATH, HOME: this.base, LANG: "C.UTF-8", GIT_CONFIG_NOSYSTEM: "1" },
      GIT_CONFIG_GLOBAL: join(this.base, "gitconfig"),
    };
    writeFileSync(join(this.base, "gitconfig"), `[core]\n\texcludesFile = ${this.globalExcludes}\n`);
    this.git("init", "-q");
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true, maxRetries: 5 });
  }

  git(...args: string[]): string {
    return this.gitWithInput("", ...args);
  }

  gitWithInput(input: string, ...args: string[]): string {
    return execFileSync("git", args, { cwd: this.directory, env: this.environment, input, encoding: "utf8" });
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(join(this.directory, path), content);
  }

  become(tree: IgnoreTree): void {
    for (const name of readdirSync(this.directory)) {
      if (name !== ".git") rmSync(join(this.directory, name), { recursive: true });
    }
    rmSync(join(this.directory, ".git/index"), { force: true });
    for (const [directory, text] of Object.entries(tree.ignoreFiles))
      this.write(join(directory, ".gitignore"), text);
    this.write(".git/info/exclude", tree.infoExclude);
    writeFileSync(this.globalExcludes, tree.globalExcludes);
    const config = join(this.directory, ".git/config");
    const settings = readFileSync(config, "utf8").replace(/\tignorecase = .*\n/, "");
    writeFileSync(config, settings.replace("[core]\n", `[core]\n\tignorecase = ${tree.ignoreCase}\n`));
    for (const file of tree.files) this.write(file, "");
    const tracked = tree.files.slice(0, tree.tracked);
    const entries = tracked.map((file) => `100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t${file}\0`);
    if (entries.length > 0) this.gitWithInput(entries.join(""), "update-index", "-z", "--index-info");
  }

  /** What git itself says, without gate. */
  verdicts(paths: readonly string[]): readonly GitVerdict[] {
    const input = paths.map((path) => `./${path}\0`).join("");
    const args = ["check-ignore", "-v", "-n", "--no-index", "-z", "--stdin"];
    const output = this.lenient(input, args);
    const fields = output.split("\0");
    return paths.map((_, index) => {
      const [file = "", line = "", pattern = ""] = fields.slice(index * 4);
      if (file === "") return { ignored: false, rule: null };
      return { ignored: !pattern.startsWith("!"), rule: { file, line: Number(line), pattern } };
    });
  }

  /** Files that `git add` would take of what is named. */
  added(path: string): readonly string[] {
    return this.git("-c", "core.quotePath=false", "add", "-n", "--ignore-errors", "--", `:(literal)${path}`)
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Git finds no path ignored: exit code 1. */
  private lenient(input: string, args: readonly string[]): string {
    const { directory: cwd, environment: env } = this;
    const command = `git ${args.join(" ")} || [ $? = 1 ]`;
    return execFileSync("sh", ["-c", command], { cwd, env, input, encoding: "utf8" });
  }

  async why(paths: readonly string[]): Promise<WhyIgnoredDocument> {
    return (await whyIgnored(this.context(), { paths, stdin: "no" })).document;
  }

  /** With the lines added, as a person would add them; gives what takes them back. */
  apply(fix: readonly Fix[]): () => void {
    const before = fix.map(({ file }) => ({ file, text: this.textOf(file) }));
    for (const { file, after, add } of fix) this.write(file, withLines(this.textOf(file) ?? "", after, add));
    return () => {
      for (const { file, text } of before) {
        if (text === null) rmSync(join(this.directory, file));
        else this.write(file, text);
      }
    };
  }

  private textOf(file: string): string | null {
    try {
      return readFileSync(join(this.directory, file), "utf8");
    } catch {
      return null;
    }
  }

  context(input = ""): Context {
    return {
      directory: this.directory,
      environment: this.environment,
      now: () => new Date(),
      say: () => undefined,
      print: () => undefined,
      openSuiteOutput: async () => new Writable(),
      ask: null,
      openScreen: null,
      input: async () => Buffer.from(input),
      abort: new AbortController().signal,
      pluginsDirectory: "",
      launcher: { node: process.execPath, script: "" },
    };
  }
}

function withLines(text: string, after: number | null, add: readonly string[]): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  lines.splice(after ?? lines.length, 0, ...add);
  return `${lines.join("\n")}\n`;
}
