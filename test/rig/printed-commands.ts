import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ended } from "./processes.ts";
import { GATE, type Rig } from "./repository.ts";

/** What gate says to do, in the last line that says so: what stands after the words that introduce it. */
export function printedCommands(text: string): string {
  const lines = text.split("\n").filter((line) => /(next|Next|here): /.test(line));
  const commands = /: +((?:gate|git) [^:]*)$/.exec(lines.at(-1) ?? "")?.[1];
  if (commands === undefined) throw new Error(`nothing to do is said:\n${text}`);
  return commands.trim();
}

/** Does it as a person would: typed into a shell, with an editor that takes any message. */
export function followed(rig: Rig, commands: string): Promise<Ended> {
  const bin = join(rig.base, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "gate"), `#!/bin/sh\nexec "${process.execPath}" "${GATE}" "$@"\n`, { mode: 0o755 });
  writeFileSync(join(bin, "editor"), `#!/bin/sh\necho "as gate said" >"$1"\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${rig.env.PATH}`, GIT_EDITOR: join(bin, "editor") };
  return rig.run("sh", ["-c", commands], env);
}
