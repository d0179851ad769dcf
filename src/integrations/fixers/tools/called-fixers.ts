import type { Fixer, Project } from "../fixer.ts";
import { type Program, programsOf } from "./program.ts";
import { reachOf } from "./reach.ts";
import type { Call, Circumstances, Tool } from "./tool.ts";

/** Each is loaded when it is asked for: most projects have one or two of them. */
const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  prettier: async () => (await import("./prettier.ts")).prettier,
  biome: async () => (await import("./biome.ts")).biome,
  dprint: async () => (await import("./dprint.ts")).dprint,
  eslint: async () => (await import("./eslint.ts")).eslint,
  black: async () => (await import("./black.ts")).black,
  ruff: async () => (await import("./ruff.ts")).ruff,
  codespell: async () => (await import("./codespell.ts")).codespell,
  typos: async () => (await import("./typos.ts")).typos,
  "markdownlint-cli2": async () => (await import("./markdownlint-cli2.ts")).markdownlintCli2,
  taplo: async () => (await import("./taplo.ts")).taplo,
  yamlfmt: async () => (await import("./yamlfmt.ts")).yamlfmt,
  eclint: async () => (await import("./editorconfig.ts")).eclint,
};

/** Other names of the same. */
const ALIASES: Readonly<Record<string, string>> = {
  "@biomejs/biome": "biome",
  "@taplo/cli": "taplo",
  prettierd: "prettier",
  prettier_d: "prettier",
  "pretty-quick": "prettier",
  "prettier-eslint": "prettier",
  eslint_d: "eslint",
  blackd: "black",
  "markdownlint-cli": "markdownlint",
  "stylelint-cli": "stylelint",
};

/** As `fixersOf` has it. */
export async function calledFixers(
  command: readonly string[],
  project: Project,
  circumstances: Circumstances,
): Promise<readonly Fixer[]> {
  const found = await Promise.all(
    programsOf(command).map((program) => fixerOf(program, project, circumstances)),
  );
  return found.filter((fixer) => fixer !== null);
}

async function fixerOf(
  { name, args, listed }: Program,
  project: Project,
  { directory = "", files, absolute = false }: Circumstances,
): Promise<Fixer | null> {
  const program = Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
  const load = Object.hasOwn(TOOLS, program) ? TOOLS[program] : undefined;
  const tool = load === undefined ? (await import("./plain.ts")).plain : await load();
  const given = listed === null ? (files ?? "some") : "appended";
  const call: Call = {
    project,
    program: Object.hasOwn(TOOLS, program) ? name : program,
    args,
    directory,
    files: given,
    absolute,
  };
  const rewriting = await tool(call);
  if (rewriting === null) return null;
  const reach = reachOf(call, rewriting);
  const isListed = listed ?? (() => true);
  return {
    name: rewriting.name,
    takes: async (paths) => {
      const own = paths.filter(isListed);
      const named = await rewriting.rewrites(own.filter(reach.names), { kind: "named" });
      const walked = await Promise.all(
        reach.walks.map(({ way, finds }) => rewriting.rewrites(own.filter(finds), way)),
      );
      const taken = new Set([...named, ...walked.flat()]);
      return paths.filter((path) => taken.has(path));
    },
    exempt: rewriting.exemptsNamed || !reach.anyNamed ? rewriting.exempt : null,
  };
}
