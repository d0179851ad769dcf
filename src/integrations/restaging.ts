/** What `git` subcommands change what is staged. */
const STAGING = new Set("add stage rm mv update-index read-tree stash reset apply".split(" "));

/** Programs that stage what they have changed, or run others that do. */
const STAGERS = new Set(
  "lint-staged nano-staged pretty-quick pre-commit prek lefthook overcommit".split(" "),
);

/** Formatters that write unless they are told only to look. */
const WRITERS: ReadonlyMap<string, string> = new Map([
  ["black", ""],
  ["isort", ""],
  ["rustfmt", ""],
  ["swiftformat", ""],
  ["stylua", ""],
  ["ruff", "format"],
  ["cargo", "fmt"],
  ["terraform", "fmt"],
  ["tofu", "fmt"],
  ["dprint", "fmt"],
  ["deno", "fmt"],
  ["mix", "format"],
  ["dotnet", "format"],
]);
const ONLY_LOOKS = /^--?(check|diff|check-only|check-formatted|verify-no-changes|lint|dry-run)$|^-c$/;
const WRITES =
  /^--?(fix|write|autofix|autocorrect|auto-correct|apply|apply-unsafe|in-place|inplace|replace)$/;
const SHORT: ReadonlyMap<string, RegExp> = new Map([
  ["gofmt", /^-\w*w/],
  ["goimports", /^-\w*w/],
  ["gofumpt", /^-\w*w/],
  ["clang-format", /^-i$/],
  ["autopep8", /^-\w*i/],
  ["yapf", /^-\w*i/],
  ["sed", /^-\w*i/],
  ["rubocop", /^-[aA]$/],
  ["ktlint", /^-F$/],
  ["shfmt", /^-\w*w/],
]);

/** Whether a command can change files that are about to be committed, or what is staged of them. */
export function canRestage([program, ...args]: readonly [string, ...string[]]): boolean {
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (/^git$/.test(name)) return STAGING.has(subcommandOf(args));
  if (STAGERS.has(name)) return true;
  if (args.some((word) => WRITES.test(word) || SHORT.get(name)?.test(word))) return true;
  const verb = WRITERS.get(name);
  return (
    verb !== undefined && (verb === "" || args[0] === verb) && !args.some((word) => ONLY_LOOKS.test(word))
  );
}

/** The first word that is neither an option of git's nor the value of one. */
function subcommandOf(args: readonly string[]): string {
  const valued = (word: string | undefined) => word === "-c" || word === "-C";
  return args.find((word, index) => !word.startsWith("-") && !valued(args[index - 1])) ?? "";
}

/** Hooks of the pre-commit framework that rewrite files without being told to. */
export const FIXING_HOOKS: ReadonlySet<string> = new Set(
  `trailing-whitespace end-of-file-fixer mixed-line-ending fix-byte-order-marker fix-encoding-pragma
  double-quote-string-fixer requirements-txt-fixer file-contents-sorter sort-simple-yaml black black-jupyter isort
  ruff-format prettier autopep8 yapf autoflake pyupgrade add-trailing-comma reorder-python-imports setup-cfg-fmt
  docformatter blacken-docs clang-format cmake-format gofmt go-fmt go-imports rustfmt fmt cargo-fmt terraform_fmt
  terraform_docs shfmt stylua nbstripout pyproject-fmt taplo-format toml-sort toml-sort-fix mdformat yamlfmt
  biome-format biome-check uv-lock poetry-lock`.split(/\s+/),
);
