/**
 * What the repositories of well-known hooks say of them in their `.pre-commit-hooks.yaml`: a configuration has
 * only what it changes of that.
 */
export interface KnownHook {
  readonly entry: string;
  readonly args?: readonly string[];
  readonly files?: string;
  readonly exclude?: string;
  readonly types?: readonly string[];
  readonly typesOr?: readonly string[];
  /**
   * It rewrites what it is given, whatever else is known of the program that it starts; with a text, only where
   * its arguments have that one.
   */
  readonly rewrites?: true | string;
}

export function knownHook(id: string): KnownHook | null {
  return Object.hasOwn(HOOKS, id) ? (HOOKS[id] ?? null) : null;
}

const text = ["text"];
const python = ["python"];
const PYTHON_FILES = ["python", "pyi", "jupyter"];
const BIOME_FILES =
  "\\.(jsx?|tsx?|c(js|ts)|m(js|ts)|d\\.(ts|cts|mts)|jsonc?|css|svelte|vue|astro|graphql|gql)$";
const C_FILES = "c++ c c# cuda java javascript json objective-c proto textproto metal".split(" ");

/** Formatters of one kind of files that are not known by what they start. */
function always(kinds: readonly string[], ids: string): Readonly<Record<string, KnownHook>> {
  return Object.fromEntries(
    ids.split(" ").map((id) => [id, { entry: id, types: [], typesOr: kinds, rewrites: true }]),
  );
}

function biome(verb: string): KnownHook {
  return { entry: `biome ${verb} --write --files-ignore-unknown=true`, types: text, files: BIOME_FILES };
}

const TYPOS: KnownHook = { entry: "typos", args: ["--write-changes", "--force-exclude"], types: text };
const TABLES: KnownHook = { entry: "remove_tabs", types: text, rewrites: true };

const HOOKS: Readonly<Record<string, KnownHook>> = {
  // pre-commit/pre-commit-hooks
  "trailing-whitespace": { entry: "trailing-whitespace-fixer", types: text },
  "end-of-file-fixer": { entry: "end-of-file-fixer", types: text },
  "mixed-line-ending": { entry: "mixed-line-ending", types: text },
  "fix-byte-order-marker": { entry: "fix-byte-order-marker", types: text },
  "pretty-format-json": { entry: "pretty-format-json", types: ["json"] },
  "file-contents-sorter": { entry: "file-contents-sorter", files: "^$" },
  "sort-simple-yaml": { entry: "sort-simple-yaml", files: "^$" },
  "requirements-txt-fixer": {
    entry: "requirements-txt-fixer",
    files: "(requirements|constraints).*\\.txt$",
  },
  "double-quote-string-fixer": { entry: "double-quote-string-fixer", types: python },
  // until its version 5
  "fix-encoding-pragma": { entry: "fix-encoding-pragma", types: python, rewrites: true },
  // Lucas-C/pre-commit-hooks, sirosen/texthooks
  "remove-crlf": { entry: "remove_crlf", types: text, rewrites: true },
  "remove-tabs": { ...TABLES, exclude: "(Makefile|debian/rules|.gitmodules)(\\.in)?$" },
  "insert-license": { entry: "insert_license", types: text, rewrites: true },
  ...always(text, "fix-smartquotes fix-unicode-dashes fix-ligatures fix-spaces macro-expand"),
  // macisamuele/language-formatters-pre-commit-hooks
  "pretty-format-yaml": { entry: "pretty-format-yaml", types: ["yaml"], rewrites: "--autofix" },
  "pretty-format-toml": { entry: "pretty-format-toml", types: ["toml"], rewrites: "--autofix" },
  "pretty-format-ini": { entry: "pretty-format-ini", types: ["ini"], rewrites: "--autofix" },
  // spelling
  codespell: { entry: "codespell", types: text },
  typos: TYPOS,
  "typos-docker": TYPOS,
  "typos-src": TYPOS,
  // what people format with
  prettier: { entry: "prettier --write --ignore-unknown", types: text },
  "biome-check": biome("check"),
  "biome-format": biome("format"),
  "biome-lint": biome("lint"),
  eslint: { entry: "eslint", types: ["javascript"] },
  black: { entry: "black", typesOr: ["python", "pyi"] },
  "black-jupyter": { entry: "black", typesOr: PYTHON_FILES },
  ruff: { entry: "ruff check --force-exclude", typesOr: PYTHON_FILES },
  "ruff-check": { entry: "ruff check --force-exclude", typesOr: PYTHON_FILES },
  "ruff-format": { entry: "ruff format --force-exclude", typesOr: PYTHON_FILES },
  isort: { entry: "isort", args: ["--filter-files"], typesOr: ["cython", "pyi", "python"] },
  mdformat: { entry: "mdformat", types: ["markdown"] },
  markdownlint: { entry: "markdownlint", types: ["markdown"] },
  "markdownlint-fix": { entry: "markdownlint --fix", types: ["markdown"] },
  "markdownlint-docker": { entry: "markdownlint", types: ["markdown"] },
  "markdownlint-fix-docker": { entry: "markdownlint --fix", types: ["markdown"] },
  "markdownlint-cli2": { entry: "markdownlint-cli2", types: ["markdown"] },
  "markdownlint-cli2-docker": { entry: "markdownlint-cli2", types: ["markdown"] },
  "taplo-format": { entry: "taplo format", types: ["toml"] },
  yamlfmt: { entry: "yamlfmt", types: ["yaml"] },
  "clang-format": { entry: "clang-format -i", typesOr: C_FILES, rewrites: true },
  ...always(["jupyter"], "nbstripout"),
  ...always(["html"], "djlint-reformat djlint-reformat-django djlint-reformat-liquid djlint-reformat-tera"),
  ...always(["jinja"], "djlint-reformat-jinja"),
  ...always(
    python,
    "autopep8 yapf autoflake pyupgrade add-trailing-comma reorder-python-imports docformatter pyink",
  ),
  ...always(["toml"], "pyproject-fmt toml-sort-fix"),
  ...always(["shell"], "shfmt shfmt-src"),
  ...always(["lua"], "stylua stylua-system stylua-github"),
  ...always(["rust"], "fmt rustfmt"),
  ...always(["go"], "go-fmt gofmt go-imports"),
  ...always(["sql"], "sqlfluff-fix"),
};
