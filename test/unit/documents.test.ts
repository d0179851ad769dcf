import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { declare } from "../../src/command-line.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Everything that a user reads, with what it says of itself in `code`. */
const documents = [".", "docs", "examples", "bench"]
  .flatMap((directory) => filesBelow(directory, /\.md$/, directory !== "."))
  .map((path) => ({ path, text: read(path) }));
const sources = [
  ...filesBelow("src", /\.tsx?$/),
  ...filesBelow("plugins", /\.(?:c?js|ts|py)$/),
  ...filesBelow("hooks", /./),
];
const commands = commandsOf(
  declare(() => undefined),
  [],
);

function filesBelow(directory: string, name: RegExp, recursive = true): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|\/)(?:node_modules|\.gate|test-reports|__pycache__)\//.test(path))
    .toSorted();
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const FENCED = /^( *)```.*\n([\s\S]*?)^\1```$/gm;
const withoutFences = (text: string) => text.replace(FENCED, "");

/** The lines of its blocks of code, and what stands between backticks. */
function codeIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(FENCED)].flatMap(([, , block = ""]) => block.split("\n"));
  const spans = [...withoutFences(text).matchAll(/(`+)([^\n]*?[^`])\1(?!`)/g)].map(([, , span = ""]) => span);
  return [...blocks, ...spans.map((span) => span.replaceAll("\\|", "|"))];
}

/** README.md has them, for all commands. */
const EVERYWHERE = ["-C", "--json", "--help"];

interface Described {
  /** `sessions show`; the program itself is empty. */
  readonly name: string;
  readonly options: ReadonlySet<string>;
}

function commandsOf(command: Command, names: readonly string[]): readonly Described[] {
  const flags = command.options.map(({ long, short }) => long ?? short ?? "");
  const children = command.commands.flatMap((child) => commandsOf(child, [...names, child.name()]));
  return [{ name: names.join(" "), options: new Set([...flags, "--help"]) }, ...children];
}

/** Where a command begins: a line, a prompt, after another one, or as what gate says to do next. */
const CALL = /(?<=^ *|[$|&] | {2}|next: |entry: )gate(?= [a-z-])/i;

/** Calls of gate in a line of code: which command, and the options given. */
function callsIn(line: string): readonly { readonly name: string; readonly options: readonly string[] }[] {
  return line.split(CALL).flatMap((rest, index) => {
    if (index === 0) return [];
    const [words = ""] = rest.replace(/"[^"]*"/g, "…").split(/&&|\|\||[;#>]| {2}|, /);
    const [first = "", second = ""] = words
      .replace(/ -C \S+/, "")
      .trim()
      .split(/\s+/);
    const known = [`${first} ${second}`, first].find((name) => commands.some((one) => one.name === name));
    const options = [...words.matchAll(/(?<=[\s[|])--?[a-zA-Z][a-z-]*/g)].map(([option]) => option);
    return [{ name: known ?? (first.startsWith("-") ? "" : first), options }];
  });
}

describe("documents", () => {
  it("link to what is there", () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("are all found from README.md", () => {
    const linked = new Set([...read("README.md").matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => target));
    const guides = documents.map(({ path }) => path).filter((path) => /^docs\/[^/]+$/.test(path));
    expect(guides.filter((path) => !linked.has(path))).toEqual([]);
  });

  it("call gate as it can be called", () => {
    const wrong = documents.flatMap(({ path, text }) =>
      codeIn(text).flatMap((line) =>
        callsIn(line)
          .filter(({ name, options }) => !isPossible(name, options))
          .map(() => `${path}: ${line}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it.each(commands.filter(isCarriedOut))("tell of gate $name and its options", (command) => {
    const about = documents
      .map(({ text }) => codeIn(text))
      .filter((code) => code.some((line) => callsIn(line).some(({ name }) => name === command.name)))
      .flat()
      .join("\n");
    const own = [...command.options].filter((option) => !EVERYWHERE.includes(option));
    expect(about).not.toBe("");
    const untold = own.filter((option) => !new RegExp(`${option}(?![\\w-])`).test(about));
    expect(untold).toEqual([]);
  });

  it("name the format of every document and file that gate writes, and no other", () => {
    const formats = (texts: readonly string[]) =>
      new Set(texts.flatMap((text) => [...text.matchAll(/\bgate\/[a-z-]+@1\b/g)].map(([format]) => format)));
    expect(formats(documents.map(({ text }) => text))).toEqual(formats(sources.map(read)));
  });

  it("name variables that there are", () => {
    const variables = (text: string) =>
      [...text.matchAll(/\bGATE_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([one]) => one);
    const known = new Set([...sources.map(read), read("action.yml")].flatMap(variables));
    // Of a suite's services each has its own.
    const named = documents.flatMap(({ text }) => variables(text)).filter((one) => !isOfService(one));
    expect(new Set(named.filter((one) => !known.has(one)))).toEqual(new Set());
  });
});

/** `gate evidence` only has commands below it. */
const isCarriedOut = ({ options }: Described) =>
  options.has("-C") && options.has("--json") && !options.has("--version");

const isOfService = (variable: string) => /^GATE_SERVICE(?:_[A-Z]+)*$/.test(variable);

function isPossible(name: string, options: readonly string[]): boolean {
  const command = commands.find((one) => one.name === name);
  return command !== undefined && options.every((option) => command.options.has(option));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = "", heading] = target.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  return heading === undefined || headingsOf(read(path)).has(heading);
}

/** As GitHub names them: lower case, dashes for blanks, nothing but letters, digits, dashes and underscores. */
function headingsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutFences(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe("problems", () => {
  const codes = new Set([...read("src/problem.ts").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, one]) => one));
  const emitted = sources
    .filter((path) => path.startsWith("src/") && path !== "src/problem.ts")
    .map(read)
    .join("\n");
  const listed = [...read("docs/problems.md").matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, one]) => one),
  );

  it("are explained, each code once", () => {
    expect(listed.toSorted()).toEqual([...codes].filter((one) => emitted.includes(`"${one}"`)).toSorted());
  });

  it("are called in every document as they are called", () => {
    const shown = documents.flatMap(({ text }) =>
      codeIn(text).flatMap((line) => [...line.matchAll(/\. {2}\(([a-z-]+)\)$/g)].map(([, one]) => one)),
    );
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((one) => !codes.has(one))).toEqual([]);
  });
});
