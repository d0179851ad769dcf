import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { openRepository } from "../../src/adapters/git/repository.ts";
import { parseGlob } from "../../src/ignore/glob.ts";
import { idleNegations } from "../../src/ignore/idle-negations.ts";
import { tryRules } from "../../src/ignore/trials.ts";
import { commonWitnesses, witnessesOf } from "../../src/ignore/witnesses.ts";

let base = "";
let repository: Repository;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "gate-idle-"));
  const env = { PATH: process.env.PATH ?? "", HOME: base, GIT_CONFIG_NOSYSTEM: "1" };
  const { execFileSync } = await import("node:child_process");
  execFileSync("git", ["init", "-q"], { cwd: base, env });
  const opened = await openRepository(base, env);
  if (!opened.ok) throw new Error(opened.error);
  repository = opened.value;
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const NAME = fc.constantFrom("a", "b", "logs", "x.log", "*.log", "*", "a*", "*b", "?", "[ab]", "x.*", "l*s");
const BODY = fc
  .tuple(
    fc.constantFrom("", "", "/", "**/"),
    fc.array(fc.oneof({ weight: 6, arbitrary: NAME }, { weight: 1, arbitrary: fc.constant("**") }), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom("", "", "/", "/**"),
  )
  .map(([start, names, end]) => `${start}${names.join("/")}${end}`);
const RULE = fc.tuple(fc.constantFrom("", "", "!"), BODY).map(([sign, body]) => `${sign}${body}`);
const PATH = fc
  .array(fc.constantFrom("a", "b", "ab", "logs", "x.log", "b.log", "z", "x.txt"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((names) => names.join("/"));

describe("paths made up for a pattern", () => {
  it("are matched by it, as git judges", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(BODY, { minLength: 20, maxLength: 40 }), async (patterns) => {
        const trials = patterns.flatMap((pattern) => {
          const glob = parseGlob(pattern, ".");
          return glob === null ? [] : [{ pattern, paths: witnessesOf(glob) }];
        });
        const asked = trials.map(({ pattern, paths }) => ({
          files: new Map([[".gitignore", `${pattern}\n`]]),
          paths,
        }));
        const answers = await tryRules(repository, asked);
        const missed = answers.flatMap((own, index) =>
          own.filter(({ ignored }) => !ignored).map(({ path }) => `${trials[index]?.pattern}  ${path}`),
        );
        expect(missed).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("are matched by both, where two patterns have paths in common", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(BODY, BODY), { minLength: 20, maxLength: 40 }), async (pairs) => {
        const asked = pairs.flatMap(([one, other]) => {
          const [left, right] = [parseGlob(one, "."), parseGlob(other, ".")];
          const paths = left === null || right === null ? [] : commonWitnesses(left, right);
          return [one, other].map((pattern) => ({ files: new Map([[".gitignore", `${pattern}\n`]]), paths }));
        });
        const answers = await tryRules(repository, asked);
        const missed = answers.flatMap((own, index) =>
          own
            .filter(({ ignored, path }) => !ignored && path.endsWith("/"))
            .map(({ path }) => `${pairs[index >> 1]?.join("  ")}  ${path}`),
        );
        expect(missed).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe("a negation that is called idle", () => {
  it("can be taken out without any path changing its state", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(RULE, { minLength: 2, maxLength: 7 }),
        fc.array(RULE, { maxLength: 3 }),
        fc.array(PATH, { minLength: 30, maxLength: 60 }),
        async (top, nested, paths) => {
          const files = new Map([
            [".gitignore", `${top.join("\n")}\n`],
            ...(nested.length === 0 ? [] : [["a/.gitignore", `${nested.join("\n")}\n`] as const]),
          ]);
          const idle = await idleNegations(repository, files);
          const without = idle.map(({ path, line }) => {
            const lines = (files.get(path ?? "") ?? "").split("\n");
            const text = lines.map((one, index) => (index + 1 === line ? "# taken out" : one)).join("\n");
            return { files: new Map([...files, [path ?? "", text]]), paths };
          });
          const [before, ...after] = await tryRules(repository, [{ files, paths }, ...without]);
          const states = (answers: typeof before) =>
            answers?.map(({ path, ignored }) => `${ignored} ${path}`);
          for (const [index, answers] of after.entries()) {
            expect(states(answers), idle[index]?.message).toEqual(states(before));
          }
        },
      ),
      { numRuns: Number(process.env.GATE_IDLE_RUNS ?? 25) },
    );
  });

  const idle = async (text: string, nested: Readonly<Record<string, string>> = {}) => {
    const files = new Map([[".gitignore", text], ...Object.entries(nested)]);
    return (await idleNegations(repository, files)).map(
      ({ path, line, message }) => `${path}:${line} ${message}`,
    );
  };

  it.each([
    ["nothing above it", "*.txt\n!keep.log\n", /:2 !keep\.log does nothing: no rule above/],
    ["it comes first", "!keep.log\n*.log\n", /:1 !keep\.log does nothing: \*\.log \(line 2\) comes after/],
    ["a later rule", "*.log\n!keep.log\nkeep.*\n", /:2 .*keep\.\* \(line 3\) comes after it/],
    ["its parent", "logs/\n!logs/keep.txt\n", /:2 .*cannot let logs\/keep\.txt in: logs\/ \(line 1\)/],
    ["a parent far above", "out/\n*.log\n!out/a/b/keep.log\n", /:3 .*cannot let .*out\/ \(line 1\)/],
    [
      "the classic, the wrong way round",
      "*.log\nlogs/\n!test-reports/logs/**/*.log\n",
      /:3 .*cannot let anything in: logs\/ \(line 2\)/,
    ],
    ["let in before", "*.log\n!*.log\n!keep.log\n", /:3 !keep\.log does nothing/],
    ["a comment that says no more", "# logs\n*.log\n\n# keep\n!*.txt\n", /:5 !\*\.txt does nothing/],
  ])("is named: %s", async (_, text, expected) => {
    const found = await idle(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it.each([
    ["an exception", "*.log\n!keep.log\n"],
    ["the classic", "*.log\nlogs/\n!test-reports/logs/\n!test-reports/logs/**/*.log\n"],
    ["a folder step by step", "/*\n!/src/\n/src/*\n!/src/a.py\n"],
    ["an allow-list", "*\n!/.gitignore\n!*.go\n!*/\n"],
    ["a class", "*.[Cc]ache\n!?*.[Cc]ache/\n"],
    ["only part of it undone", "*.log\n!keep*.log\nkeep-not.log\n"],
    ["meant for people's own rules", "# whatever a global gitignore says\n!.vscode/\n"],
    ["what gate has answered such rules with", "# gate: the reports are committed\n!/test-reports/\n"],
    [
      "what others are warned of",
      "# Avoid ignoring the wrapper (.jar files are usually ignored)\n!wrapper.jar\n",
    ],
    ["unreadable patterns above", "[[:alpha:]].log\n!a.log\n"],
    ["a name with escapes", "\\#*\n!\\#keep\n"],
    ["carriage returns", "*.log\r\n!keep.log\r\n"],
  ])("is not: %s", async (_, text) => {
    expect(await idle(text)).toEqual([]);
  });

  it("is not one below many rules, of which a single one gives it something to do", async () => {
    const folders = Array.from({ length: 80 }, (_, index) => `folder-${index}\n`).join("");
    const files = Array.from({ length: 80 }, (_, index) => `*.kind-${index}\n`).join("");
    expect(await idle(`${folders}notes-*.txt\n${files}!*-public.txt\n`)).toEqual([]);
    expect(await idle(`notes-*.txt\n${files}${folders}!*-public.txt\n`)).toEqual([]);
    expect(await idle(`${folders}${files}!*-public.txt\n`)).toHaveLength(1);
  });

  it("is not looked for among more rules than anybody reads", async () => {
    const rules = Array.from({ length: 1_500 }, (_, index) => `/a${index}*/**/*b[x-z]\n`);
    const negations = Array.from({ length: 300 }, (_, index) => `!c${index}*d\n`);
    expect(await idle([...negations, ...rules].join(""))).toEqual([]);
  }, 30_000);

  it("is judged with the rules of the folders above and below", async () => {
    expect(await idle("*.log\n", { "src/.gitignore": "!keep.log\n" })).toEqual([]);
    expect(await idle("*.log\n!src/keep.log\n", { "src/.gitignore": "keep.*\n" })).toEqual([
      ".gitignore:2 !src/keep.log does nothing: keep.* (src/.gitignore:1) comes after it and excludes the same again.",
    ]);
    expect(await idle("src/\n", { "src/.gitignore": "!keep.log\n" })).toHaveLength(1);
  });
});
