import fc from "fast-check";

/** A repository full of ignore rules, what lies in it, and what is asked about. */
export interface IgnoreTree {
  /** Texts of `.gitignore` files by the directory they lie in. */
  readonly ignoreFiles: Readonly<Record<string, string>>;
  readonly infoExclude: string;
  readonly globalExcludes: string;
  readonly ignoreCase: boolean;
  /** Files that are there. */
  readonly files: readonly string[];
  /** How many of them, the first ones, are tracked whatever the rules say. */
  readonly tracked: number;
  /** What is asked about, besides all files: one that ends in a slash is a directory. */
  readonly others: readonly string[];
}

const DIRECTORIES = ["a", "b", "logs", "a/b", "a/logs", "logs/a", "a/b/logs", "logs/a/b", "B", "od d"];
const NAMES = [
  "x.log",
  "y.log",
  "a",
  "keep",
  "X.log",
  "#h",
  "!n",
  "t ",
  "[a]",
  "*",
  "back\\slash",
  "ü.log",
  "q?",
];

const word = fc.constantFrom(
  ...[
    "a",
    "b",
    "logs",
    "keep",
    "x.log",
    "*.log",
    "*",
    "**",
    "?",
    "[ab]",
    "[!a]*",
    "[[:alpha:]]",
    "lo*",
    "lo**",
    "**s",
    "\\a",
  ],
  ...[
    "od\\ d",
    "\\#h",
    "\\!n",
    "#h",
    "!n",
    "t\\ ",
    "\\[a\\]",
    "\\*",
    "back\\\\slash",
    "ü.log",
    "q\\?",
    "[",
    "B",
  ],
);

/** Anchored or not, for directories alone, negated, with blanks and returns at its end. */
const rule = fc
  .tuple(
    fc.constantFrom("", "", "", "!", "!", "/", "!/"),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", "", "", "/", "/", "/*", "/**"),
    fc.constantFrom("", "", "", "", " ", "  ", "\\ ", "\t", "\r"),
  )
  .map(([start, words, end, rest]) => `${start}${words.join("/")}${end}${rest}`);

const line = fc.oneof(
  { weight: 12, arbitrary: rule },
  { weight: 1, arbitrary: fc.constantFrom("", "# a comment", "   ", "!", "/", "\\", "*/", "\r") },
);

const text = (most: number) =>
  fc
    .tuple(
      fc.array(line, { maxLength: most }),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      fc.integer({ max: 19, min: 0 }),
    )
    .map(([lines, end, ended, mark]) => `${mark === 0 ? "\uFEFF" : ""}${lines.join(end)}${ended ? end : ""}`);

const path = fc
  .tuple(fc.constantFrom("", ...DIRECTORIES), fc.constantFrom(...NAMES))
  .map(([directory, name]) => (directory === "" ? name : `${directory}/${name}`));

export const ignoreTrees: fc.Arbitrary<IgnoreTree> = fc
  .record({
    top: text(6),
    nested: fc.dictionary(fc.constantFrom(...DIRECTORIES), text(3), { maxKeys: 2 }),
    infoExclude: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: text(2) }),
    globalExcludes: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: text(2) }),
    ignoreCase: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
    files: fc.uniqueArray(path, { maxLength: 7 }),
    tracked: fc.constantFrom(0, 0, 0, 1, 2),
    others: fc.uniqueArray(
      fc.oneof(
        { weight: 4, arbitrary: path },
        { weight: 1, arbitrary: fc.constantFrom(...DIRECTORIES, ...DIRECTORIES.map((one) => `${one}/`)) },
      ),
      { minLength: 3, maxLength: 8 },
    ),
  })
  .map(({ top, nested, files, ...rest }) => {
    const places = Object.keys(nested).filter((directory) => !files.some((file) => blocks(file, directory)));
    const there = files.filter((file) => !files.some((other) => blocks(other, file, true)));
    const usable = there.filter((file) => !places.some((directory) => blocks(file, directory)));
    const own = Object.fromEntries(places.map((directory) => [directory, nested[directory] ?? ""]));
    return { ...rest, files: usable, ignoreFiles: { "": top, ...own } };
  });

/** Whether a file takes the place of a directory that another path needs. */
function blocks(file: string, path: string, strictly = false): boolean {
  return path.startsWith(`${file}/`) || (!strictly && path === file);
}
