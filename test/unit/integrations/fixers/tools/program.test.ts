import { describe, expect, it } from "vitest";
import { programsOf } from "../../../../../src/integrations/fixers/tools/program.ts";
import { commandsOf } from "../../../../../src/integrations/shell-commands.ts";

/** What one line of a shell script starts in the end. */
function started(line: string): readonly string[] {
  const [command] = commandsOf(line);
  return programsOf(command?.words ?? []).map(({ name, args }) => [name, ...args].join(" "));
}

/** The words as a hook's `entry` has them, without a shell. */
const plainly = (words: string) =>
  programsOf(words.split(" ")).map(({ name, args }) => [name, ...args].join(" "));

describe("what a command starts", () => {
  it.each([
    ["prettier --write .", "prettier --write ."],
    ["node_modules/.bin/prettier --write", "prettier --write"],
    ["./node_modules/.bin/biome.cmd check --write", "biome check --write"],
    ["node node_modules/prettier/bin/prettier.cjs --write", "prettier --write"],
    ["npx prettier --write", "prettier --write"],
    ["npx --yes -p typescript prettier@3.1 --write", "prettier --write"],
    ["npx --no-install -- prettier --write", "prettier --write"],
    ["npx @biomejs/biome@2.1 format --write", "@biomejs/biome format --write"],
    ["npm exec -- prettier --write", "prettier --write"],
    ["npm x -w app prettier -- --write", "prettier -- --write"],
    ["pnpm exec prettier --write", "prettier --write"],
    ["pnpm prettier --write", "prettier --write"],
    ["pnpm --filter app dlx prettier --write", "prettier --write"],
    ["yarn prettier --write", "prettier --write"],
    ["yarn run -T prettier --write", "prettier --write"],
    ["bunx prettier --write", "prettier --write"],
    ["bun x prettier --write", "prettier --write"],
    ["uvx --from black==24 black src", "black src"],
    ["uvx ruff@latest format", "ruff format"],
    ["uv run --frozen --group dev black src", "black src"],
    ["uv run -m black src", "black src"],
    ["uv run python -m black src", "black src"],
    ["uv tool run ruff format", "ruff format"],
    ["poetry run black src", "black src"],
    ["pipx run --spec black==24 black src", "black src"],
    ["conda run -n env black src", "black src"],
    ["python3 -m black src", "black src"],
    ["python3.11 -W ignore -m codespell_lib -w", "codespell -w"],
    ["python -m pre_commit_hooks.trailing_whitespace_fixer", "trailing-whitespace-fixer"],
    ["env -u CI A=b C=d prettier --write", "prettier --write"],
    ["CI=1 nice -n 5 time prettier --write", "prettier --write"],
    ["timeout 60 prettier --write", "prettier --write"],
    ["xargs -0 -n 10 sed -i s/a/b/", "sed -i s/a/b/"],
    ["sudo -u me black src", "black src"],
    ["mise exec -- black src", "black src"],
  ])("%s", (command, program) => {
    expect(plainly(command)).toEqual([program]);
  });

  it("reads what is given to a shell as text", () => {
    const words = ["bash", "-c", 'set -e; npx prettier --write "$@" && black .', "--"];
    const found = programsOf(words).map(({ name, args }) => [name, ...args].join(" "));
    expect(found).toEqual(["set -e", "prettier --write $@", "black ."]);
    expect(started("npx -c 'prettier --write .'")).toEqual(["prettier --write ."]);
  });

  it("knows nothing of a script, and ends with commands that start themselves", () => {
    expect(plainly("npm run format")).toEqual([]);
    expect(plainly("python scripts/fix.py")).toEqual(["fix.py"]);
    expect(programsOf(Array.from({ length: 50 }, () => "env"))).toEqual([]);
    expect(programsOf([])).toEqual([]);
  });
});

describe("what a list gives a command", () => {
  it("is anything after xargs", () => {
    expect(programsOf(["xargs", "black"])[0]?.listed?.("test-reports/a.json")).toBe(true);
    expect(programsOf(["black"])[0]?.listed).toBeNull();
  });

  it("is what find looks for", () => {
    const [found] = programsOf("find src ./tests -name *.py -not -name x* -exec black -q {} +".split(" "));
    expect([found?.name, ...(found?.args ?? [])]).toEqual(["black", "-q"]);
    expect(found?.listed?.("src/deep/a.py")).toBe(true);
    expect(found?.listed?.("tests/a.py")).toBe(true);
    expect(found?.listed?.("tests/a.log")).toBe(false);
    expect(found?.listed?.("test-reports/a.py")).toBe(false);
    expect(programsOf("find . -type f -exec sed -i s/a/b/ {} ;".split(" "))[0]?.listed?.("x/a.log")).toBe(
      true,
    );
    expect(programsOf("find . -delete".split(" "))).toEqual([]);
  });
});
