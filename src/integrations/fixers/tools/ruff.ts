import { err } from "../../../result.ts";
import type { Exemption, Project } from "../fixer.ts";
import { has, readArguments, valuesOf } from "./arguments.ts";
import { withItem, withTomlChange } from "./edit-toml.ts";
import { gitIgnored } from "./git-ignored.ts";
import { globMatcher, isPlainPath } from "./globs.ts";
import { memberAt, textsOf } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import {
  directoryOf,
  foldersTo,
  hasFile,
  nameOf,
  relativeTo,
  type Tool,
  upwardsFrom,
  type Way,
  within,
} from "./tool.ts";

const VALUED =
  "--select --ignore --extend-select --extend-ignore --fixable --extend-fixable --unfixable --per-file-ignores --extend-per-file-ignores --exclude --extend-exclude --config --output-format --target-version --line-length --cache-dir --stdin-filename --extension -o --output-file --range --color";

const LEFT_OUT =
  /^(?:\.bzr|\.direnv|\.eggs|\.git|\.git-rewrite|\.hg|\.ipynb_checkpoints|\.mypy_cache|\.nox|\.pants\.d|\.pyenv|\.pytest_cache|\.pytype|\.ruff_cache|\.svn|\.tox|\.venv|\.vscode|__pypackages__|_build|buck-out|build|dist|node_modules|site-packages|venv)$/;

interface Settings {
  readonly file: string;
  readonly path: readonly string[];
  readonly content: unknown;
}

/** Its excludes hold for files given by name with force-exclude alone. */
export const ruff: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  const verb = args.operands[0] === "format" ? "format" : "check";
  const operands = /^(?:format|check)$/.test(args.operands[0] ?? "") ? args.operands.slice(1) : args.operands;
  const settings = await settingsAt(call.project, call.directory);
  const fixes = has(args, "--fix", "--fix-only") || memberAt(settings.content, "fix") === true;
  if (verb === "format" ? has(args, "--check") : !fixes || has(args, "--no-fix")) return null;
  if (has(args, "--diff", "--help", "-h")) return null;
  const forced = has(args, "--force-exclude") || memberAt(settings.content, "force-exclude") === true;
  const given = [...valuesOf(args, "--exclude"), ...valuesOf(args, "--extend-exclude")].flatMap((one) =>
    one.split(","),
  );
  return {
    name: "ruff",
    operands,
    walksAlone: true,
    rewrites: async (paths, way) => {
      const excluded = (path: string) =>
        isExcluded(settings, { given, verb, way: forced ? NAMED : way }, path);
      if (way.kind === "named") return paths.filter((path) => !(forced && excluded(path)));
      const git = memberAt(settings.content, "respect-gitignore") === false;
      const ignored = git ? () => false : await gitIgnored(call.project, call.directory, paths);
      return paths.filter((path) => /\.(?:pyi?|ipynb)$/.test(path) && !excluded(path) && !ignored(path));
    },
    exempt: async (reports) => exemption(settings, reports),
    exemptsNamed: forced,
  };
};

async function settingsAt(project: Project, directory: string): Promise<Settings> {
  const files = upwardsFrom(directory).flatMap((place) =>
    [".ruff.toml", "ruff.toml", "pyproject.toml"].map((name) => within(place, name)),
  );
  for (const file of files.filter((one) => hasFile(project, one))) {
    const path = nameOf(file) === "pyproject.toml" ? ["tool", "ruff"] : [];
    const content = memberAt(tomlIn(await project.read(file)), ...path);
    if (content !== undefined && content !== null) return { file, path, content };
  }
  return { file: within(directory, "ruff.toml"), path: [], content: {} };
}

/** Where its excludes hold for everything, they hold above the directory it is sent into, too. */
const NAMED: Way = { kind: "named" };

interface Asked {
  /** Globs of the command line. */
  readonly given: readonly string[];
  readonly verb: "format" | "check";
  readonly way: Way;
}

function isExcluded({ file, content }: Settings, { given, verb, way }: Asked, path: string): boolean {
  const base = directoryOf(file);
  const folders = foldersTo(path, way);
  const said = memberAt(content, "exclude");
  const globs = [...textsOf(said), ...textsOf(memberAt(content, "extend-exclude")), ...given];
  const part = memberAt(content, verb === "format" ? "format" : "lint", "exclude");
  const matches = (one: string) => (glob: string) => {
    const plain = glob.replace(/^\.\//, "").replace(/\/$/, "");
    const anywhere = !glob.includes("/") && globMatcher(plain)(nameOf(one));
    return anywhere || globMatcher(plain)(relativeTo(base, one) ?? one);
  };
  const byDefault = said === undefined && folders.some((one) => LEFT_OUT.test(nameOf(one)));
  return (
    byDefault ||
    [path, ...folders].some((one) => globs.some(matches(one))) ||
    textsOf(part).some(matches(path))
  );
}

function exemption({ file, path }: Settings, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  // a name without a slash would mean every folder that is called so
  const own = relative ?? reports;
  const item = own.includes("/") ? own : `${own}/**`;
  const [first = "extend-exclude", ...rest] = [...path, "extend-exclude"];
  return {
    file,
    byHand: `Add to ${[first, ...rest].join(".")} in ${file}:  ${JSON.stringify(item)}`,
    apply: (text) => {
      if (relative === null || !isPlainPath(relative)) return err(`cannot name ${reports} in a glob`);
      return withTomlChange(text, { path: [first, ...rest], change: withItem(item) });
    },
  };
}
