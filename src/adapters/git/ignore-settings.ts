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
  // A name, and after a line feed its value; a name alone is a yes. The last of several holds.
  const entries = answer.stdout
    .toString("utf8")
    .split("\0")
    .map((entry): [string, string] => {
      const end = entry.indexOf("\n");
      return end === -1 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
    });
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
  const args = ["config", "--null", "--type=path", "--get", "core.excludesFile"];
  return resolve(place.directory, gitAtOnce(place, args).stdout.toString("utf8").replace(/\0$/, ""));
}
