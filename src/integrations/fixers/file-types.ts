import { posix } from "node:path";

/** What a hook of the pre-commit framework asks of a file. */
export interface WantedTypes {
  readonly all: readonly string[];
  readonly any: readonly string[];
  readonly none: readonly string[];
}

export function hasTypes(path: string, { all, any, none }: WantedTypes): boolean {
  const types = typesOf(path);
  const wanted = any.length === 0 || any.some((one) => types.has(one));
  return wanted && all.every((one) => types.has(one)) && !none.some((one) => types.has(one));
}

/** Kinds of text by the ends of names, as far as reports or what stands beside them have such names. */
const TEXTS: Readonly<Record<string, string>> = {
  adoc: "asciidoc",
  asciidoc: "asciidoc",
  bash: "shell bash",
  bat: "batch",
  c: "c",
  cc: "c++",
  cfg: "",
  cjs: "javascript",
  conf: "",
  cpp: "c++",
  cs: "c#",
  css: "css",
  csv: "csv",
  cu: "cuda",
  dart: "dart",
  diff: "diff",
  env: "dotenv",
  geojson: "geojson json",
  go: "go",
  gradle: "groovy",
  graphql: "graphql",
  h: "header c c++",
  hpp: "header c++",
  htm: "html",
  html: "html",
  ini: "ini",
  ipynb: "jupyter json",
  j2: "jinja",
  java: "java",
  js: "javascript",
  json: "json",
  json5: "json5",
  jsonld: "json jsonld",
  jsx: "jsx",
  kt: "kotlin",
  less: "less",
  lua: "lua",
  map: "map",
  markdown: "markdown",
  md: "markdown",
  mdx: "mdx",
  mjs: "javascript",
  mk: "makefile",
  nix: "nix",
  patch: "diff",
  php: "php",
  plantuml: "plantuml",
  properties: "java-properties",
  proto: "proto",
  ps1: "powershell",
  puml: "plantuml",
  py: "python",
  pyi: "pyi",
  pyx: "cython",
  r: "r",
  rb: "ruby",
  rs: "rust",
  rst: "rst",
  scala: "scala",
  scss: "scss",
  sh: "shell",
  sql: "sql",
  svelte: "svelte",
  svg: "image svg xml",
  swift: "swift",
  tex: "tex",
  tf: "terraform",
  toml: "toml",
  ts: "ts",
  tsv: "tsv",
  tsx: "tsx",
  txt: "plain-text",
  vue: "vue",
  xhtml: "xml html xhtml",
  xml: "xml",
  xsd: "xml",
  xsl: "xml xsl",
  yaml: "yaml",
  yml: "yaml",
  zsh: "shell zsh",
};

const BINARIES: Readonly<Record<string, string>> = {
  avif: "image avif",
  bmp: "image bitmap",
  bz2: "bzip2",
  gif: "image gif",
  gz: "gzip",
  ico: "icon",
  jar: "zip jar",
  jpeg: "image jpeg",
  jpg: "image jpeg",
  pdf: "pdf",
  png: "image png",
  so: "",
  tar: "tar",
  tgz: "gzip",
  tif: "image tiff",
  tiff: "image tiff",
  ttf: "ttf",
  wav: "audio wav",
  webp: "image webp",
  whl: "wheel zip",
  woff: "woff",
  woff2: "woff2",
  zip: "zip",
};

/** Names that count whatever follows them: `Dockerfile.log` is a Dockerfile too. */
const NAMES: Readonly<Record<string, string>> = {
  AUTHORS: "plain-text",
  BUILD: "bazel",
  CHANGELOG: "plain-text",
  CONTRIBUTING: "plain-text",
  COPYING: "plain-text",
  Containerfile: "dockerfile",
  Dockerfile: "dockerfile",
  GNUmakefile: "makefile",
  Gemfile: "ruby",
  Jenkinsfile: "groovy jenkins",
  LICENSE: "plain-text",
  MAINTAINERS: "plain-text",
  Makefile: "makefile",
  NEWS: "plain-text",
  NOTICE: "plain-text",
  PATENTS: "plain-text",
  README: "plain-text",
  Rakefile: "ruby",
  WORKSPACE: "bazel",
  makefile: "makefile",
};

/**
 * The framework's tags of a report: an ordinary file that nobody may execute. A name that says nothing of the
 * contents is taken to be a text's: that is what reports are.
 */
export function typesOf(path: string): ReadonlySet<string> {
  const name = posix.basename(path);
  const extension = posix.extname(name).slice(1).toLowerCase();
  const named = name.split(".").find((part) => Object.hasOwn(NAMES, part));
  const own = named === undefined ? [] : ["text", ...wordsOf(NAMES, named)];
  if (Object.hasOwn(BINARIES, extension)) {
    return new Set(["file", "non-executable", "binary", ...own, ...wordsOf(BINARIES, extension)]);
  }
  return new Set(["file", "non-executable", "text", ...own, ...wordsOf(TEXTS, extension)]);
}

function wordsOf(table: Readonly<Record<string, string>>, key: string): readonly string[] {
  const words = Object.hasOwn(table, key) ? (table[key] ?? "") : "";
  return words === "" ? [] : words.split(" ");
}
