import { err, ok } from "../../../result.ts";
import { lineEndOf, linesOf, withLinesAtEnd } from "../../lines.ts";
import type { Exemption, Project } from "../fixer.ts";
import { readArguments } from "./arguments.ts";
import { headingFor, headingMatcher } from "./editorconfig-glob.ts";
import { directoryOf, hasFile, relativeTo, type Tool, upwardsFrom, within } from "./tool.ts";

interface Section {
  readonly matches: (path: string) => boolean;
  /** 1-based, of its heading. */
  readonly line: number;
  readonly values: ReadonlyMap<string, string>;
}

interface Config {
  readonly file: string;
  readonly directory: string;
  readonly root: boolean;
  readonly sections: readonly Section[];
}

/** What has an editor rewrite a file when it is saved. */
export interface Rewritten {
  readonly path: string;
  /** The nearest file that asks for it, and the heading. */
  readonly file: string;
  readonly line: number;
}

/** Which of the paths an editor would rewrite. */
export async function rewrittenByEditors(
  project: Project,
  paths: readonly string[],
): Promise<readonly Rewritten[]> {
  const directories = new Set(paths.flatMap((path) => upwardsFrom(directoryOf(path))));
  const configs = new Map<string, Config>();
  for (const directory of directories) {
    const file = within(directory, ".editorconfig");
    const text = hasFile(project, file) ? await project.read(file) : null;
    if (text !== null) configs.set(directory, configIn(file, text));
  }
  return configs.size === 0 ? [] : paths.flatMap((path) => rewriting(path, configs));
}

function rewriting(path: string, configs: ReadonlyMap<string, Config>): readonly Rewritten[] {
  const said = new Map<string, Rewritten & { readonly value: string }>();
  for (const config of inForce(path, configs)) {
    const own = relativeTo(config.directory, path) ?? path;
    for (const { values, line } of config.sections.filter(({ matches }) => matches(own))) {
      for (const [key, value] of values) said.set(key, { path, file: config.file, line, value });
    }
  }
  const asking = [...said].flatMap(([key, one]) => (isRewriting(key, one.value) ? [one] : []));
  const [nearest] = asking.toSorted((left, right) => right.file.length - left.file.length);
  return nearest === undefined ? [] : [{ path, file: nearest.file, line: nearest.line }];
}

/** The farthest first, because the nearest has the last word. */
function inForce(path: string, configs: ReadonlyMap<string, Config>): readonly Config[] {
  const found: Config[] = [];
  for (const directory of upwardsFrom(directoryOf(path))) {
    const config = configs.get(directory);
    if (config !== undefined) found.unshift(config);
    if (config?.root === true) break;
  }
  return found;
}

function isRewriting(key: string, value: string): boolean {
  if (value === "unset") return false;
  if (key === "trim_trailing_whitespace") return value === "true";
  if (key === "insert_final_newline") return value === "true" || value === "false";
  if (key === "end_of_line") return ["lf", "crlf", "cr"].includes(value);
  return key === "charset";
}

function configIn(file: string, text: string): Config {
  const sections: { readonly line: number; readonly glob: string; readonly values: Map<string, string> }[] =
    [];
  let root = false;
  for (const [index, line] of linesOf(text.replace(/^\uFEFF/, "")).entries()) {
    const heading = /^\s*\[(.+)\]\s*(?:[#;].*)?$/.exec(line)?.[1];
    const [, key, value] = /^\s*([^#;=:\s[][^=:]*?)\s*[=:]\s*(.*?)(?:\s[#;].*)?\s*$/.exec(line) ?? [];
    if (heading !== undefined) sections.push({ line: index + 1, glob: heading, values: new Map() });
    else if (key !== undefined && value !== undefined) {
      const section = sections.at(-1);
      if (section === undefined) root ||= key.toLowerCase() === "root" && value.toLowerCase() === "true";
      else section.values.set(key.toLowerCase(), value.toLowerCase());
    }
  }
  return {
    file,
    directory: directoryOf(file),
    root,
    sections: sections.map(({ line, glob, values }) => ({ line, values, matches: headingMatcher(glob) })),
  };
}

const LINES = [
  "charset = unset",
  "end_of_line = unset",
  "insert_final_newline = unset",
  "trim_trailing_whitespace = false",
];

/** A section at the end, which has the last word over the others in the file and in those above it. */
export function editorconfigExemption(file: string, reports: string): Exemption {
  const relative = relativeTo(directoryOf(file), reports);
  const heading = `[${headingFor(relative ?? reports)}]`;
  return {
    file,
    byHand: `Add at the end of ${file}:  ${[heading, ...LINES].join(" ; ")}`,
    apply: (text) => {
      if (relative === null) return err(`cannot name ${reports}, which lies outside of its directory`);
      const before = text ?? "";
      const gap = before.trim() === "" || before.endsWith("\n\n") || before.endsWith("\r\n\r\n") ? [] : [""];
      return ok(withLinesAtEnd(before, [...gap, heading, ...LINES], lineEndOf(before)));
    },
  };
}

/** A program that does what editors would. */
export const eclint: Tool = async (call) => {
  const args = readArguments(call.args, "--indent_style --indent_size --end_of_line --charset");
  const [verb, ...operands] = args.operands;
  if (verb !== "fix") return null;
  return {
    name: "eclint",
    operands,
    walksAlone: true,
    rewrites: async (paths) => (await rewrittenByEditors(call.project, paths)).map(({ path }) => path),
    exempt: async (reports) => {
      const [found] = await rewrittenByEditors(call.project, [`${reports}/x.log`, `${reports}/x.json`]);
      return editorconfigExemption(found?.file ?? within(call.directory, ".editorconfig"), reports);
    },
    exemptsNamed: true,
  };
};
