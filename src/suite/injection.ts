import { delimiter, join } from "node:path";
import { writeAtomically } from "../adapters/files/files.ts";
import { type ReporterSettings, SETTINGS_VARIABLE } from "../protocol.ts";
import type { SessionFolder } from "./session.ts";

/** The module of plugins/pytest that pytest loads. */
const PYTEST_PLUGIN = "gate_pytest";
/** What every Node of the suite loads first, below the directory of the plugins. */
const NODE_HOOK = "node/observe.cjs";

/**
 * Variables that bring gate's pytest plugin, and what observes Node, into whatever the suite's command starts,
 * without a line in the project. What the user or the suite sets there is kept: they are added to.
 */
export async function injectReporters(
  folder: SessionFolder,
  pluginsDirectory: string,
  settings: ReporterSettings,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const file = folder.settings;
  await writeAtomically(file, `${JSON.stringify(settings)}\n`);
  return {
    [SETTINGS_VARIABLE]: file,
    PYTHONPATH: joined([join(pluginsDirectory, "pytest"), env.PYTHONPATH], delimiter),
    PYTEST_ADDOPTS: joined([env.PYTEST_ADDOPTS, `-p ${PYTEST_PLUGIN}`], " "),
    ...(settings.observe
      ? { NODE_OPTIONS: nodeOptions(env.NODE_OPTIONS, join(pluginsDirectory, NODE_HOOK)) }
      : {}),
  };
}

type InheritedOptions = Pick<ReporterSettings, "inheritedOptions" | "inheritedNodeOptions">;

export const NOTHING_INHERITED: InheritedOptions = { inheritedOptions: "", inheritedNodeOptions: "" };

/** What only the user's shell says of how the runners are to run. */
export function inheritedOptions(
  { env }: { readonly env: Readonly<Record<string, string>> },
  shell: Readonly<Record<string, string | undefined>>,
): InheritedOptions {
  const onlyOfShell = (name: string) => (name in env ? "" : (shell[name] ?? ""));
  return {
    inheritedOptions: onlyOfShell("PYTEST_ADDOPTS"),
    inheritedNodeOptions: onlyOfShell("NODE_OPTIONS"),
  };
}

/**
 * NODE_OPTIONS with a file that is loaded before all others, so that what these load is seen. Under the permission
 * model Node would not start, for want of leave to read it.
 */
export function nodeOptions(existing: string | undefined, hook: string): string {
  const options = existing ?? "";
  const addition = `--require ${quotedOption(hook)}`;
  const isRestricted = /(?:^|[\s"])--(?:experimental-)?permission\b/.test(options);
  return isRestricted || options.includes(addition) ? options : joined([addition, options], " ");
}

/** Within double quotes, and only there, Node takes a backslash for an escape; before Node 12 there were none. */
function quotedOption(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll(/["\\]/g, "\\$&")}"` : value;
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}
