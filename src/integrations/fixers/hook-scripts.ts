import { err } from "../../result.ts";
import { packageCommands } from "../wired-files.ts";
import { isHookFile, PACKAGE_FILES } from "../wiring-places.ts";
import type { Project } from "./fixer.ts";
import { jsonLineOf } from "./json-lines.ts";
import { type StartedBy, toolCallsOf } from "./shell-runs.ts";
import { everyPath, type ToolCall } from "./tool-call.ts";

/** What git's hooks start: husky's, those of other directories, and those that package.json has. */
export async function hookScriptCalls(project: Project): Promise<readonly ToolCall[]> {
  const hooks = project.files.filter(isHookFile).map((path) => callsOfHook(path, project));
  const packages = PACKAGE_FILES.filter((path) => project.files.includes(path));
  return (await Promise.all([...hooks, ...packages.map((path) => callsOfPackage(path, project))])).flat();
}

async function callsOfHook(path: string, project: Project): Promise<readonly ToolCall[]> {
  const script = await project.read(path);
  if (script === null) return [];
  const start = { script, args: [], directory: "", files: "none", isScript: true } as const;
  return toolCallsOf(start, project, startedBy(path, null));
}

async function callsOfPackage(path: string, project: Project): Promise<readonly ToolCall[]> {
  const text = await project.read(path);
  const commands = text === null ? [] : packageCommands(path, text);
  const calls = commands.map(({ hook, command }) => {
    const places = [
      ["simple-git-hooks", hook],
      ["husky", "hooks", hook],
      ["gitHooks", hook],
      ["hooks", hook],
      [hook],
    ];
    const line = places.map((place) => jsonLineOf(text ?? "", place)).find((one) => one !== null);
    const start = { script: command, args: [], directory: "", files: "none" } as const;
    return toolCallsOf(start, project, startedBy(path, line ?? null));
  });
  return (await Promise.all(calls)).flat();
}

function startedBy(path: string, line: number | null): StartedBy {
  return {
    path,
    line,
    id: null,
    handed: everyPath,
    rewrites: false,
    exempt: (directory) => ({
      file: path,
      byHand: `keep ${directory} from what ${path} runs${line === null ? "" : ` in line ${line}`}`,
      apply: () => err("is a script, which gate does not rewrite"),
    }),
    exemptsFirst: false,
  };
}
