import { err } from "../../../result.ts";
import { matchedInTime } from "../bounded-match.ts";
import type { Exemption } from "../fixer.ts";
import { pythonPattern } from "../python-pattern.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withTomlChange } from "./edit-toml.ts";
import { gitIgnored } from "./git-ignored.ts";
import { memberAt } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import { type Call, directoryOf, nameOf, relativeTo, type Tool, upwardsFrom, within } from "./tool.ts";

const VALUED =
  "-c --code -l --line-length -t --target-version --python-cell-magics --include --exclude --extend-exclude --force-exclude --stdin-filename -W --workers --config --required-version --enable-unstable-feature --line-ranges";

/** The folders that it leaves out as long as nobody says which. */
const LEFT_OUT =
  /^(?:\.direnv|\.eggs|\.git|\.hg|\.ipynb_checkpoints|\.mypy_cache|\.nox|\.pytest_cache|\.ruff_cache|\.tox|\.svn|\.venv|\.vscode|__pypackages__|_build|buck-out|build|dist|venv)$/;

interface Settings {
  readonly file: string;
  readonly content: unknown;
}

/** Only force-exclude holds for files that it is given by name. */
export const black: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  if (has(args, "--check", "--diff", "-c", "--code", "--help", "-h", "--version")) return null;
  const settings = await settingsOf(call, valuesOf(args, "--config")[0]);
  const said = (name: string) => valuesOf(args, `--${name}`)[0] ?? memberAt(settings.content, name);
  const base = directoryOf(settings.file);
  const forced = excludes(said("force-exclude"), base);
  const others = [excludes(said("exclude"), base), excludes(said("extend-exclude"), base)];
  const byDefault = typeof said("exclude") !== "string";
  return {
    name: "black",
    operands: args.operands.filter((one) => one !== "-"),
    walksAlone: false,
    rewrites: async (paths, way) => {
      const named = paths.filter((path) => !forced(path));
      if (way.kind === "named") return named;
      const git = byDefault ? await gitIgnored(call.project, base, named) : () => false;
      const left = (path: string) =>
        byDefault &&
        directoryOf(path)
          .split("/")
          .some((one) => LEFT_OUT.test(one));
      return named.filter(
        (path) =>
          /\.(?:pyi?|ipynb)$/.test(nameOf(path)) &&
          !others.some((one) => one(path)) &&
          !left(path) &&
          !git(path),
      );
    },
    exempt: async (reports) => exemption(settings.file, reports),
    exemptsNamed: true,
  };
};

async function settingsOf({ project, directory }: Call, named: string | undefined): Promise<Settings> {
  const files = upwardsFrom(directory).map((place) => within(place, "pyproject.toml"));
  for (const file of named === undefined ? files : [within(directory, named)]) {
    const text = await project.read(file);
    if (text !== null) return { file, content: memberAt(tomlIn(text), "tool", "black") };
  }
  return { file: within(directory, "pyproject.toml"), content: {} };
}

/** A pattern of Python's, looked for in the path with a slash before it; folders have one behind them too. */
function excludes(pattern: unknown, directory: string): (path: string) => boolean {
  if (typeof pattern !== "string" || pattern === "") return () => false;
  const read = pythonPattern(pattern.includes("\n") ? `(?x)${pattern}` : pattern);
  if (!read.ok) return () => false;
  const { alternatives } = read.value;
  return (path) => {
    const own = relativeTo(directory, path);
    if (own === null) return false;
    const folders = upwardsFrom(directoryOf(own)).filter((one) => one !== "");
    const asked = [`/${own}`, ...folders.map((one) => `/${one}/`)];
    return matchedInTime(alternatives, asked)?.includes(true) === true;
  };
}

function exemption(file: string, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports) ?? reports;
  const pattern = `^/${relative.replace(/[\\^$.*+?()[\]{}|#& -]/g, "\\$&").replaceAll("\\-", "-")}/`;
  return {
    file,
    byHand: `Add to force-exclude of [tool.black] in ${file}:  ${pattern}`,
    apply: (text) => {
      if (/[\r\n]/.test(relative)) return err(`cannot name ${reports} in a pattern`);
      return withTomlChange(text, {
        path: ["tool", "black", "force-exclude"],
        change: (value) => {
          if (value === undefined || value === "") return pattern;
          return typeof value === "string" && !value.includes("\n") ? `${value}|${pattern}` : null;
        },
      });
    },
  };
}
