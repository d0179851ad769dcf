import { linesOf } from "../../lines.ts";
import { membersOf, parsedJson } from "../../members.ts";
import type { Culprit, Project, WrittenReports } from "../fixer.ts";
import { attributesCulprits } from "./attributes.ts";
import { fixersOf } from "./fixers-of.ts";
import { directoryOf, hasFile, nameOf, upwardsFrom, within } from "./tool.ts";

/** How a project shows that it uses a tool, and how that is called when it goes over the whole project. */
interface StandingTool {
  readonly command: readonly [string, ...string[]];
  /** Any of these files shows it. */
  readonly files: readonly string[];
  /** Where in a file with other things it says so as well: an offset, -1 for nowhere. */
  readonly said: readonly (readonly [string, (text: string) => number])[];
  /** The nearest settings alone count, and not all on the way up. */
  readonly nearest?: boolean;
  /** Ends of names without which there is nothing to ask. */
  readonly ends?: RegExp;
}

const ends = (name: string, all: string) => all.split(" ").map((end) => `${name}${end}`);
const heading = (pattern: RegExp) => (text: string) => text.search(pattern);

/** A dependency alone shows nothing: its own settings or a script that has it write do. */
function inPackage(name: string, writes: RegExp): (text: string) => number {
  return (text) => {
    const content = membersOf(parsedJson(text));
    const key = `"${name}"`;
    if (content[name] !== undefined) return text.indexOf(key);
    const scripts = Object.values(membersOf(content.scripts));
    const script = scripts.find((one) => typeof one === "string" && writes.test(one));
    return script === undefined ? -1 : text.indexOf(JSON.stringify(script));
  };
}

const STANDING: readonly StandingTool[] = [
  {
    command: ["prettier", "--write", "."],
    files: [
      ".prettierrc",
      ...ends(".prettierrc", ".json .yaml .yml .json5 .toml .js .cjs .mjs .ts .cts .mts"),
      ...ends("prettier.config", ".js .cjs .mjs .ts .cts .mts"),
      ".prettierignore",
    ],
    said: [["package.json", inPackage("prettier", /\bprettier\b[^&|;]*\s(?:--write|-w)(?!\S)/)]],
  },
  {
    command: ["biome", "check", "--write", "."],
    files: ["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"],
    said: [],
    nearest: true,
  },
  {
    command: ["dprint", "fmt"],
    files: ["dprint.json", "dprint.jsonc", ".dprint.json", ".dprint.jsonc"],
    said: [],
    nearest: true,
  },
  {
    command: ["oxfmt"],
    files: [".oxfmtrc.json", ".oxfmtrc.jsonc"],
    said: [["package.json", inPackage("oxfmt", /\boxfmt\b(?![^&|;]*--check)/)]],
  },
  {
    command: ["markdownlint-cli2"],
    files: [".markdownlint-cli2.jsonc", ".markdownlint-cli2.yaml"],
    said: [],
  },
  {
    command: ["codespell"],
    files: [".codespellrc"],
    said: [
      ["setup.cfg", heading(/^\[codespell\]/m)],
      ["pyproject.toml", heading(/^\[tool\.codespell\]/m)],
    ],
  },
  {
    command: ["black", "."],
    files: [],
    said: [["pyproject.toml", heading(/^\[tool\.black\b/m)]],
    ends: /\.(?:pyi?|ipynb)$/,
  },
  {
    command: ["ruff", "format"],
    files: ["ruff.toml", ".ruff.toml"],
    said: [["pyproject.toml", heading(/^\[tool\.ruff\b/m)]],
    ends: /\.(?:pyi?|ipynb)$/,
  },
  { command: ["taplo", "fmt"], files: ["taplo.toml", ".taplo.toml"], said: [], ends: /\.toml$/ },
  {
    command: ["yamlfmt", "."],
    files: [".yamlfmt", "yamlfmt.yml", "yamlfmt.yaml", ".yamlfmt.yml", ".yamlfmt.yaml"],
    said: [],
    ends: /\.ya?ml$/,
  },
];

/** Tools that are set up in the project itself, whoever may call them, and would rewrite reports. */
export async function standingCulprits(
  project: Project,
  reports: readonly WrittenReports[],
): Promise<readonly Culprit[]> {
  const found = await Promise.all(
    reports.flatMap((written) => [
      ...STANDING.map((tool) => culpritsOf(project, tool, written)),
      editorCulprits(project, written),
      attributesCulprits(project, written),
    ]),
  );
  return found.flat();
}

interface SetUp {
  readonly directory: string;
  readonly file: string;
  readonly line: number | null;
}

async function culpritsOf(
  project: Project,
  tool: StandingTool,
  { directory, paths }: WrittenReports,
): Promise<readonly Culprit[]> {
  const own = tool.ends === undefined ? paths : paths.filter((path) => tool.ends?.test(path));
  if (own.length === 0) return [];
  const found = await Promise.all(
    upwardsFrom(directoryOf(directory)).map((place) => setUpIn(project, tool, place)),
  );
  const setUps = found.filter((one) => one !== null);
  const culprits = setUps.slice(0, tool.nearest ? 1 : undefined).map(async (setUp) => {
    const fixers = await fixersOf(tool.command, project, { directory: setUp.directory, files: "none" });
    const asked = fixers.map(async ({ name, takes, exempt }): Promise<readonly Culprit[]> => {
      const taken = await takes(own);
      if (taken.length === 0 || exempt === null) return [];
      const exemption = await exempt(directory);
      return [{ tool: name, path: setUp.file, line: setUp.line, reports: taken, exemption }];
    });
    return (await Promise.all(asked)).flat();
  });
  return (await Promise.all(culprits)).flat();
}

async function setUpIn(
  project: Project,
  { files, said }: StandingTool,
  directory: string,
): Promise<SetUp | null> {
  const file = files.map((name) => within(directory, name)).find((path) => hasFile(project, path));
  if (file !== undefined) return { directory, file, line: null };
  for (const [name, find] of said) {
    const path = within(directory, name);
    const text = hasFile(project, path) ? await project.read(path) : null;
    const at = text === null ? -1 : find(text);
    if (text !== null && at !== -1)
      return { directory, file: path, line: linesOf(text.slice(0, at + 1)).length };
  }
  return null;
}

async function editorCulprits(
  project: Project,
  { directory, paths }: WrittenReports,
): Promise<readonly Culprit[]> {
  if (!project.files.some((path) => nameOf(path) === ".editorconfig")) return [];
  const { editorconfigExemption, rewrittenByEditors } = await import("./editorconfig.ts");
  const found = await rewrittenByEditors(project, paths);
  const nearest = found.toSorted((left, right) => right.file.length - left.file.length)[0];
  if (nearest === undefined) return [];
  const { file, line } = nearest;
  const reports = found.map(({ path }) => path);
  return [
    { tool: ".editorconfig", path: file, line, reports, exemption: editorconfigExemption(file, directory) },
  ];
}
