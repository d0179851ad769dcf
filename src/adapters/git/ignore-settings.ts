import { join, resolve } from "node:path";
import { type GitPlace, gitAtOnce } from "./command.ts";

/** The settings that decide which rules hold and how they are compared. */
export interface IgnoreSettings {
  readonly ignoreCase: boolean;
  /** The rules of this user, for all repositories; null where none are set. The file need not be there. */
  readonly excludesFile: string | null;
}

export function ignoreSettings(place: GitPlace): IgnoreSettings {
  const args = ["config", "--null", "--get-regexp", "^core\\.(ignorecase|excludesfile)$"];
  const answer = gitAtOnce(place, args, { accept: [1] });
  // A name, and after a line feed its value; a name alone is a yes.
  const entries = answer.stdout
    .toString("utf8")
    .split("\0")
    .map((entry): [string, string] => {
      const end = entry.indexOf("\n");
      return end === -1 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  return settingsFrom(place, entries);
}

/** With these git tells the settings on standard error, whatever else it is asked: that is one process less. */
export const TELLING_SETTINGS = {
  GIT_TRACE2: "1",
  GIT_TRACE2_BRIEF: "1",
  GIT_TRACE2_CONFIG_PARAMS: "core.ignorecase,core.excludesfile",
} as const;

/** null where it has not told them. */
export function settingsTold(place: GitPlace, stderr: string): IgnoreSettings | null {
  if (!/^cmd_name /m.test(stderr)) return null;
  const told = [...stderr.matchAll(/^def_param (?:scope:\w+ )?(core\.\w+)(?:=(.*))?$/gm)];
  return settingsFrom(
    place,
    told.map(([, name = "", value = NO_VALUE]) => [name, value === NO_VALUE ? "true" : value]),
  );
}

/** As it is told. */
const NO_VALUE = "(null)";

/** The last of several holds. */
function settingsFrom(place: GitPlace, entries: readonly (readonly [string, string])[]): IgnoreSettings {
  const set = new Map(entries);
  const named = set.get("core.excludesfile");
  return {
    ignoreCase: isYes(set.get("core.ignorecase")),
    excludesFile: named === undefined ? usualExcludesFile(place) : excludesFileAt(place, named),
  };
}

function isYes(value = "false"): boolean {
  return /^(true|yes|on)$/i.test(value) || (/^[-+]?\d/.test(value) && Number.parseInt(value, 10) !== 0);
}

function usualExcludesFile({ environment }: GitPlace): string | null {
  const { XDG_CONFIG_HOME = "", HOME = "" } = environment;
  if (XDG_CONFIG_HOME !== "") return join(XDG_CONFIG_HOME, "git/ignore");
  return HOME === "" ? null : join(HOME, ".config/git/ignore");
}

function excludesFileAt(place: GitPlace, written: string): string | null {
  if (written === "") return null;
  if (!/^[~%]/.test(written)) return resolve(place.directory, written);
  const { HOME = "" } = place.environment;
  if (written.startsWith("~/") && HOME !== "") return join(HOME, written.slice(1));
  const args = ["config", "--null", "--type=path", "--get", "core.excludesFile"];
  return resolve(place.directory, gitAtOnce(place, args).stdout.toString("utf8").replace(/\0$/, ""));
}
