/** Ends of names that biome's formatter reads; those of the second line only in later versions. */
const FORMATTED =
  ".js .cjs .mjs .jsx .ts .cts .mts .tsx .json .jsonc .webapp .webmanifest .code-workspace .code-snippets .sublime-build .sublime-settings .sublime-commands .sublime-keymap .sublime-menu .sublime-project .css .gql .graphql .graphqls .grit .vue .svelte .astro".split(
    " ",
  );
const LATER = ".md .scss .yaml .yml".split(" ");
const MARKUP = ".html .htm".split(" ");
const NAMES = new Set(
  ".babelrc .jscsrc .jshintrc .jslintrc .swcrc .all-contributorsrc .nycrc .watchmanconfig".split(" "),
);

/** Its linter and the sorting of imports leave all else alone as they are set up. */
const LINTED = ".js .cjs .mjs .jsx .ts .cts .mts .tsx .vue .svelte .astro".split(" ");

interface Kinds {
  readonly major: number;
  readonly markup: boolean;
}

export function isFormatted(name: string, { major, markup }: Kinds): boolean {
  const ends = [...FORMATTED, ...(major > 1 ? LATER : []), ...(markup ? MARKUP : [])];
  return NAMES.has(name) || ends.some((end) => name.toLowerCase().endsWith(end));
}

export function isLinted(name: string): boolean {
  return LINTED.some((end) => name.toLowerCase().endsWith(end));
}
