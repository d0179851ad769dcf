import { err, ok, type Result } from "../result.ts";

/** Turns what a user wrote under `inputs:` into the one form that pathspecs are made from. */
export function normalisePattern(
  text: string,
): Result<{ readonly glob: string; readonly exclude: boolean }, string> {
  const exclude = text.startsWith("!");
  const written = exclude ? text.slice(1) : text;
  const refusal = refusePattern(written);
  if (refusal !== null) return err(refusal);
  const segments = written.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return err("leaves the repository; inputs are paths below its top level");
  return ok({ glob: segments.length === 0 ? "**" : segments.join("/"), exclude });
}

function refusePattern(written: string): string | null {
  if (written.trim() === "") return "is empty";
  if (written.startsWith(":")) return "starts with a colon; git's pathspec magic is not available here";
  if (written.includes("\\")) return "holds a backslash; use / between folders, and [*] for a literal *";
  if (written.startsWith("/"))
    return "starts with a slash; inputs are relative to the repository's top level";
  if (/[\0\n]/.test(written)) return "holds a line break or a NUL";
  if (written.length > LONGEST) return `has ${written.length} characters; no path is that long`;
  const depths = written.split("/").filter((segment) => /^\*\*+$/.test(segment)).length;
  if (depths > MOST_DEPTHS)
    return `has ${depths} times **; git would look for ever, so at most ${MOST_DEPTHS} are taken`;
  return null;
}

/** Whether a file of rules, such as .gitignore, has one over which git may look for ever. */
export function hasEndlessRule(text: string): boolean {
  return text.split("\n").some((line) => !line.startsWith("#") && line.split("**").length - 1 > MOST_DEPTHS);
}

const LONGEST = 4096;
/** Before 2.40, git tries all ways in which a path can be cut into so many pieces. */
const MOST_DEPTHS = 4;

/** A plain relative path of a file or directory in the repository, normalised; null where it is none. */
export function normalisePath(text: string): string | null {
  const plain = normalisePattern(text);
  if (!plain.ok || plain.value.exclude || plain.value.glob === "**" || /[*?[\]]/.test(text)) return null;
  return plain.value.glob.split("/").some((name) => name.toLowerCase() === ".git") ? null : plain.value.glob;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `45m`, `1.5h`, `14d` in milliseconds. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : counted(Number(match[1]) * unit);
}

/** What no number holds exactly is none: Infinity is null in the cache, and null is less than anything. */
function counted(amount: number): number | null {
  const whole = Math.round(amount);
  return Number.isSafeInteger(whole) ? whole : null;
}

const SIZES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `512KiB`, `10MiB` in bytes; KB, MB and GB are read as their binary kin. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]i?)?B$/.exec(text);
  if (match === null) return null;
  const prefix = match[2]?.charAt(0);
  const unit = SIZES[prefix === undefined ? "B" : `${prefix}iB`];
  return unit === undefined ? null : counted(Number(match[1]) * unit);
}

/** What stands between the slashes of `/…/`; null for a text that is no expression. */
export function expressionBetweenSlashes(text: string): string | null {
  return text.length > 2 && text.startsWith("/") && text.endsWith("/") ? text.slice(1, -1) : null;
}
