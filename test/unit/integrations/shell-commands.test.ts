import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canRestage } from "../../../src/integrations/restaging.ts";
import { commandsOf } from "../../../src/integrations/shell-commands.ts";

const words = (script: string) => commandsOf(script).map((command) => command.words.join(" "));

describe("the commands of a script", () => {
  it.each([
    ["lint && test || exit 1; done # really\n", ["lint", "test", "exit 1"]],
    ["# gate pre-commit\necho a # gate verify\n", ["echo a"]],
    [`sh "\${0%/*}/gate/pre-commit" || exit $?\n`, [`\${0%/*}/gate/pre-commit`, "exit $?"]],
    [". ./_/husky.sh\n", ["./_/husky.sh"]],
    ["cat <<END && next\ngate verify\nEND\nafter\n", ["cat", "next", "after"]],
    ["cat <<-'E'\n\tgate verify\n\tE\nafter", ["cat", "after"]],
    ["npx --no-install -- gate verify --base x", ["gate verify --base x"]],
    ["pnpm exec lint-staged; uv run ruff check --fix", ["lint-staged", "ruff check --fix"]],
    ["CI=1 FOO='a b' exec npx gate pre-commit", ["gate pre-commit"]],
    ["bash -euc 'a b && c'", ["a b", "c"]],
    ["if ! gate verify; then\n  exit 1\nfi", ["gate verify", "exit 1"]],
    ["x=$(git add -A)\n(cd a && `b`)", ["git add -A", "cd a", "b"]],
    ["a \\\n  b\nc", ["a b", "c"]],
    ["a 2>&1 | tee x &>y & b", ["a 2>&1", "tee x &>y", "b"]],
    ['echo "gate verify; gate pre-commit"', ["echo gate verify; gate pre-commit"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["", []],
  ])("%j", (script, expected) => {
    expect(words(script)).toEqual(expected);
  });

  it.each(["constructor", "toString", "__proto__"])("may be called %s", (name) => {
    expect(commandsOf(`${name} --check`)).toEqual([{ line: 1, words: [name, "--check"] }]);
  });

  it.each(["{ ", "if ", "A=1 ", "npx ", "npx -y ", "npm exec "])(
    "may stand behind a hundred thousand of %j",
    (word) => {
      expect(commandsOf(`${word.repeat(100_000)}gate status`)).toEqual([
        { line: 1, words: ["gate", "status"] },
      ]);
    },
  );

  it.each([
    [
      "a $(b c) --d",
      [
        ["a", "--d"],
        ["b", "c"],
      ],
    ],
    ["a `b | c` -d; e", [["a", "-d"], ["b"], ["c"], ["e"]]],
    ["a $(b $(c) -d) -e", [["a", "-e"], ["b", "-d"], ["c"]]],
    ["(a b) -c", [["a", "b"], ["-c"]]],
    ["X=$(a) b -c", [["a"], ["b", "-c"]]],
    ["a $(b)\n-c", [["a"], ["b"], ["-c"]]],
    ["case x in a) b $(c) -d ;; esac", [["case", "x", "in", "a"], ["b", "-d"], ["c"], ["esac"]]],
  ])("%j goes on behind what is put into it", (script, commands) => {
    expect(commandsOf(script).map(({ words }) => words)).toEqual(commands);
  });

  it("know their lines", () => {
    const script = '#!/bin/sh\n\na \\\n  b\n"c\nd"\ncat <<E\nx\nE\ne && f\n';
    expect(commandsOf(script).map(({ line }) => line)).toEqual([3, 5, 7, 10, 10]);
  });

  it("are found, or not, in any text without end or error", () => {
    const text = fc.string({
      unit: fc.constantFrom(..."ab \n\t'\"\\$(){}<>#&|;`!=-E".split("")),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (script) => {
        for (const { line, words } of commandsOf(script)) {
          expect(line).toBeLessThanOrEqual(script.split("\n").length);
          expect(words.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe("what can restage", () => {
  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("is no program called %s", (name) => {
    expect(canRestage([name, "-w"])).toBe(false);
  });

  it.each([
    "git add -u",
    "git -c x=y add .",
    "lint-staged",
    "node_modules/.bin/lint-staged",
    "prettier --write .",
    "eslint --fix src",
    "biome check --write",
    "ruff check --fix",
    "ruff format",
    "black .",
    "gofmt -l -w .",
    "sed -i s/a/b/ x",
    "pre-commit run",
  ])("%s does", (line) => {
    expect(commandsOf(line).map((one) => canRestage(one.words))).toEqual([true]);
  });

  it.each([
    "git diff --cached",
    "git commit-tree x",
    "prettier --check .",
    "eslint src",
    "ruff check",
    "ruff format --check",
    "black --check .",
    "cargo build",
    "npm test",
    "exit 0",
  ])("%s does not", (line) => {
    expect(commandsOf(line).map((one) => canRestage(one.words))).toEqual([false]);
  });
});
