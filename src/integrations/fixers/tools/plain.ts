import { type Arguments, has, readArguments, valuesOf } from "./arguments.ts";
import { ignoredBy, ignoreFileExemption } from "./ignore-file.ts";
import { type Call, directoryOf, nameOf, type Tool, within } from "./tool.ts";

/** A program whose only settings that count are its options and, for some, a file of rules like git's. */
interface PlainProgram {
  readonly names: string;
  /** Options that take a value. */
  readonly valued?: string;
  /** Called so, it rewrites; without this it always does. */
  readonly rewritesWith?: readonly string[];
  /** It only looks, whatever else is said. */
  readonly looksWith?: readonly string[];
  /** It only looks where this option has this value. */
  readonly looksWhere?: { readonly options: readonly string[]; readonly value: string };
  /** Operands before the files, such as sed's script, unless one of these options brings it. */
  readonly script?: readonly string[];
  /** The ends of names that it takes among those it is given; without this all. */
  readonly takes?: string;
  /** The ends of names that it finds below a directory; without this it does not look into directories. */
  readonly finds?: string;
  readonly walksAlone?: boolean;
  /** Rules like git's, which hold for files given by name as well. */
  readonly ignoreFile?: string;
  readonly ignoreOption?: string;
}

const PYTHON = ".py .pyi";
const SCRIPTS = ".js .cjs .mjs .jsx .ts .cts .mts .tsx";

const PROGRAMS: readonly PlainProgram[] = [
  {
    names: "sed gsed",
    valued: "-e -f -l --expression --file --line-length",
    rewritesWith: ["-i", "--in-place"],
    script: ["-e", "-f", "--expression", "--file"],
  },
  { names: "perl", valued: "-e -E -I -F", rewritesWith: ["-i"], script: ["-e", "-E"] },
  { names: "ruby", valued: "-e -I -F", rewritesWith: ["-i"], script: ["-e"] },
  {
    names: "dos2unix unix2dos mac2unix unix2mac",
    valued: "-D -n --newfile",
    looksWith: ["-n", "--newfile", "-i", "--info", "-O"],
  },
  { names: "ex vim nvim vi", valued: "-c -S -u -s +", rewritesWith: ["-c", "-s"] },
  // the console scripts of pre-commit-hooks
  { names: "trailing-whitespace-fixer trailing-whitespace", valued: "--markdown-linebreak-ext --chars" },
  {
    names:
      "end-of-file-fixer fix-byte-order-marker fix-utf8-byte-order-marker file-contents-sorter requirements-txt-fixer double-quote-string-fixer sort-simple-yaml fix-encoding-pragma",
  },
  {
    names: "mixed-line-ending",
    valued: "-f --fix",
    looksWhere: { options: ["-f", "--fix"], value: "no" },
  },
  { names: "pretty-format-json", valued: "--indent --top-keys", rewritesWith: ["--autofix"] },
  // other hooks that rewrite line ends and blanks
  {
    names: "remove-crlf remove_crlf remove-tabs remove_tabs fix-smartquotes fix-ligatures fix-spaces",
    valued: "--whitespaces-count",
  },
  { names: "nbstripout", valued: "--extra-keys", takes: ".ipynb .zpln", finds: "" },
  // Python: what they are given by name they take, whatever it is called
  {
    names: "autopep8",
    valued:
      "--max-line-length --aggressive --ignore --select --exclude --global-config -j --jobs --indent-size --line-range --range",
    rewritesWith: ["-i", "--in-place"],
    finds: PYTHON,
  },
  {
    names: "yapf",
    valued: "--style -e --exclude -l --lines",
    rewritesWith: ["-i", "--in-place"],
    finds: PYTHON,
  },
  {
    names: "autoflake pycln",
    valued: "--imports --exclude --config -j --jobs",
    rewritesWith: ["-i", "--in-place", "-a", "--all"],
    looksWith: ["--check", "-c"],
    finds: PYTHON,
  },
  {
    names: "docformatter",
    valued: "--wrap-summaries --wrap-descriptions --range --length --config --style",
    rewritesWith: ["-i", "--in-place"],
    finds: PYTHON,
  },
  {
    names: "pyupgrade reorder-python-imports add-trailing-comma setup-cfg-fmt unify flynt",
    valued: "--application-directories --add-import --remove-import",
  },
  {
    names: "isort",
    valued:
      "--settings-path --sp --settings-file --profile --skip -s --skip-glob --sg --extend-skip --es --src -l --line-length --line-width -w --multi-line -m --project -p --known-first-party --jobs -j --wrap-length",
    looksWith: ["-c", "--check", "--check-only", "--diff", "--df"],
    finds: PYTHON,
  },
  {
    names: "mdformat",
    valued: "--end-of-line --wrap --exclude --extensions --codeformatters",
    looksWith: ["--check"],
    finds: ".md",
  },
  // Markdown, styles, and what else JavaScript has
  {
    names: "markdownlint",
    valued: "-c --config -i --ignore -o --output -p --ignore-path -r --rules --enable --disable",
    rewritesWith: ["-f", "--fix"],
    finds: ".md .markdown",
    ignoreFile: ".markdownlintignore",
    ignoreOption: "--ignore-path",
  },
  {
    names: "stylelint",
    valued:
      "-c --config --config-basedir -s --syntax --custom-syntax -i --ignore-path --ip -f --formatter -o --output-file --max-warnings --mw",
    rewritesWith: ["--fix"],
    takes: ".css .scss .sass .less .vue .html .svelte .pcss",
    finds: ".css .scss .sass .less",
    ignoreFile: ".stylelintignore",
    ignoreOption: "--ignore-path",
  },
  {
    names: "oxfmt",
    valued: "-c --config --threads --ignore-path",
    looksWith: ["--check", "--list-different", "--stdin-filepath", "--lsp"],
    takes: `${SCRIPTS} .json .jsonc .json5 .css .scss .less .md .mdx .html .vue .yaml .yml .toml .graphql README`,
    finds: `${SCRIPTS} .json .jsonc .json5 .css .scss .less .md .mdx .html .vue .yaml .yml .toml .graphql README`,
    walksAlone: true,
    ignoreFile: ".prettierignore",
    ignoreOption: "--ignore-path",
  },
  {
    names: "remark",
    valued: "-e --ext -r --rc-path -i --ignore-path --ignore-pattern -s --setting -u --use --tree-out",
    rewritesWith: ["-o", "--output"],
    finds: ".md .markdown .mkd .mkdn .mdown",
    ignoreFile: ".remarkignore",
    ignoreOption: "--ignore-path",
  },
  {
    names: "standard xo ts-standard semistandard",
    valued: "--parser --plugin --global --env --ext --ignore",
    rewritesWith: ["--fix"],
    takes: SCRIPTS,
    finds: SCRIPTS,
    walksAlone: true,
  },
  { names: "sort-package-json", looksWith: ["--check", "-c"] },
  // other languages
  {
    names: "gofmt goimports gofumpt",
    valued: "-r -local -lang -modpath -cpuprofile",
    rewritesWith: ["-w"],
    finds: ".go",
  },
  {
    names: "shfmt",
    valued: "-i --indent -ln --language-dialect",
    rewritesWith: ["-w", "--write"],
    finds: ".sh .bash",
  },
  {
    names: "clang-format",
    valued:
      "--style -style --assume-filename --fallback-style --sort-includes --lines --length --offset --files",
    rewritesWith: ["-i"],
  },
  {
    names: "yamlfix",
    valued: "-c --config-file -e --exclude -i --include",
    looksWith: ["--check"],
    finds: ".yaml .yml",
    walksAlone: true,
  },
  { names: "xmllint-fix tidy", valued: "-config -o -output", rewritesWith: ["-m", "-modify"] },
  {
    names: "djlint",
    valued: "--extension -e --profile --indent --exclude --extend-exclude",
    rewritesWith: ["--reformat"],
    finds: ".html",
  },
];

const byName = new Map(
  PROGRAMS.flatMap((program) => program.names.split(" ").map((name) => [name, program])),
);

export const plain: Tool = async (call) => {
  const program = byName.get(call.program);
  if (program === undefined) return null;
  const args = readArguments(call.args, program.valued ?? "");
  if (!rewrites(program, args)) return null;
  const scripted = program.script !== undefined && !has(args, ...program.script);
  const ignoreFile = ignoreFileOf(call, program, args);
  return {
    name: call.program,
    operands: scripted ? args.operands.slice(1) : args.operands,
    walksAlone: program.walksAlone === true,
    rewrites: async (paths, way) => {
      const ends = way.kind === "named" ? program.takes : (program.finds ?? "");
      const text = ignoreFile === null ? null : await call.project.read(ignoreFile);
      const ignored = text === null ? () => false : ignoredBy(text, directoryOf(ignoreFile ?? ""));
      return paths.filter((path) => endsIn(ends, path) && !ignored(path));
    },
    exempt: ignoreFile === null ? null : async (reports) => ignoreFileExemption(ignoreFile, reports),
    exemptsNamed: true,
  };
};

function rewrites({ rewritesWith, looksWith = [], looksWhere }: PlainProgram, args: Arguments): boolean {
  if (has(args, "--help", "--version", ...looksWith)) return false;
  if (looksWhere !== undefined && valuesOf(args, ...looksWhere.options).includes(looksWhere.value))
    return false;
  return rewritesWith === undefined || has(args, ...rewritesWith);
}

function ignoreFileOf({ directory }: Call, program: PlainProgram, args: Arguments): string | null {
  const named = program.ignoreOption === undefined ? undefined : valuesOf(args, program.ignoreOption)[0];
  const file = named ?? program.ignoreFile;
  return file === undefined ? null : within(directory, file);
}

/** No ends at all: every name will do. */
function endsIn(ends: string | undefined, path: string): boolean {
  return ends === undefined || ends.split(" ").some((end) => end !== "" && nameOf(path).endsWith(end));
}
