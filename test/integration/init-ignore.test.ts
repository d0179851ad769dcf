import { symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { GitError } from "../../src/adapters/git/command.ts";
import { explainIgnored } from "../../src/adapters/git/ignore.ts";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { ignoreFilesAbove, judge, mendIgnores } from "../../src/ignore/mend.ts";
import { type InitRepository, initRepository } from "../rig/init-repository.ts";

const opened: InitRepository[] = [];

async function repositoryWith(rules: string): Promise<{ rig: InitRepository; repository: Repository }> {
  const rig = initRepository();
  opened.push(rig);
  rig.write(".gitignore", rules);
  const repository = await openRepository(rig.directory, rig.environment);
  if (!repository.ok) throw new Error(repository.error);
  return { rig, repository: repository.value };
}

afterEach(() => {
  for (const rig of opened.splice(0)) rig.remove();
});

describe("explainIgnored", () => {
  it("names the rule that decides, negations included, in the order asked", async () => {
    const { repository } = await repositoryWith("*.log\nlogs/\n!keep.log\n:odd\n");
    const answers = await explainIgnored(repository, [
      "a.py",
      "x/keep.log",
      "logs/keep.log",
      ":odd",
      "a.log",
    ]);
    expect(answers).toEqual([
      { path: "a.py", rule: null, ignored: false },
      { path: "x/keep.log", rule: { file: ".gitignore", line: 3, pattern: "!keep.log" }, ignored: false },
      { path: "logs/keep.log", rule: { file: ".gitignore", line: 2, pattern: "logs/" }, ignored: true },
      { path: ":odd", rule: { file: ".gitignore", line: 4, pattern: ":odd" }, ignored: true },
      { path: "a.log", rule: { file: ".gitignore", line: 1, pattern: "*.log" }, ignored: true },
    ]);
  });

  it("answers for tracked files as well, for many paths, and for none", async () => {
    const { rig, repository } = await repositoryWith("*.log\n");
    rig.write("a.log", "x");
    rig.git("add", "-f", "a.log");
    expect(await explainIgnored(repository, ["a.log"])).toMatchObject([{ ignored: true }]);
    const many = Array.from({ length: 5000 }, (_, index) => `x/${index}${index % 2 === 0 ? ".log" : ".txt"}`);
    const answers = await explainIgnored(repository, many);
    expect(answers.map(({ path }) => path)).toEqual(many);
    expect(answers.filter(({ ignored }) => ignored)).toHaveLength(2500);
    expect(await explainIgnored(repository, [])).toEqual([]);
  });

  it("throws where git gives no answer: below a symbolic link", async () => {
    const { rig, repository } = await repositoryWith("");
    symlinkSync("/tmp", join(rig.directory, "link"));
    await expect(explainIgnored(repository, ["link/a", "b"])).rejects.toThrow(GitError);
  });
});

describe("mendIgnores", () => {
  const paths = [
    "out/reports/model-tests.json",
    "out/reports/logs/test_hello/session.log",
    "out/reports/logs/test_hello/metadata.json",
  ];

  it("lets the reports in, as git sees it, whatever the rules are, and changes nothing beside them", async () => {
    const { repository } = await repositoryWith("");
    const outside = ["out/model.bin", "logs/a.log", "session.log", "src/out/reports/logs/a.json"];
    const word = fc.constantFrom(
      "out",
      "reports",
      "logs",
      "test_hello",
      "*",
      "**",
      "*.log",
      "?ogs",
      "[a-z]*.json",
    );
    const rule = fc
      .tuple(
        fc.constantFrom("", "!", "/"),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "/"),
      )
      .map(([start, words, end]) => `${start}${words.join("/")}${end}`);
    const file = fc.array(rule, { maxLength: 5 }).map((rules) => `${rules.join("\n")}\n`);
    // Negations in a file of an ignored directory take effect once that directory is let in.
    const plainFile = file.map((text) => text.replaceAll("!", ""));
    await fc.assert(
      fc.asyncProperty(file, plainFile, async (top, nested) => {
        const files = new Map([
          [".gitignore", top],
          ["out/.gitignore", nested],
        ]);
        const { added, unresolved } = await mendIgnores(repository, files, {
          directory: "out/reports",
          paths,
        });
        expect(unresolved).toEqual([]);
        const after = new Map(
          [...files].map(([name, text]) => [name, `${text}${(added.get(name) ?? []).join("\n")}\n`]),
        );
        const before = await judge(repository, files, outside);
        const now = await judge(repository, after, [...paths, ...outside]);
        expect(now.filter(({ ignored }) => ignored).map(({ path }) => path)).toEqual(
          before.filter(({ ignored }) => ignored).map(({ path }) => path),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("reads the ignore files on the way to the paths, the top level's first", () => {
    expect(ignoreFilesAbove(paths)).toEqual([
      ".gitignore",
      "out/.gitignore",
      "out/reports/.gitignore",
      "out/reports/logs/.gitignore",
      "out/reports/logs/test_hello/.gitignore",
    ]);
  });
});
