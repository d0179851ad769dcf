import { err } from "../../../result.ts";
import { membersOf } from "../../members.ts";
import { matchesInTime } from "../bounded-match.ts";
import type { Exemption } from "../fixer.ts";
import { type Arguments, has, readArguments, valuesOf } from "./arguments.ts";
import { hasSection, iniSection, withIniItems } from "./edit-ini.ts";
import { withTomlChange } from "./edit-toml.ts";
import { memberAt, textsOf } from "./settings.ts";
import { tomlIn } from "./toml-settings.ts";
import { type Call, foldersTo, nameOf, relativeTo, type Tool, type Way, within } from "./tool.ts";

const VALUED =
  "-S --skip -x --exclude-file -i --interactive -D --dictionary --builtin -I --ignore-words -L --ignore-words-list --uri-ignore-words-list -r --regex --ignore-regex --ignore-multiline-regex --word-regex -C --context -A --after-context -B --before-context -q --quiet-level --config --toml --writable-dirs";

/** It writes only where it is told to; what is to be skipped holds for files given by name as well. */
export const codespell: Tool = async (call) => {
  const args = readArguments(call.args, VALUED);
  const settings = await settingsOf(call, args);
  const writes =
    has(args, "-w", "--write-changes") || settings.some(({ values }) => values.has("write-changes"));
  if (!writes || has(args, "--help", "-h", "--version")) return null;
  const hidden =
    has(args, "-H", "--check-hidden") || settings.some(({ values }) => values.has("check-hidden"));
  const skipped = [
    ...valuesOf(args, "-S", "--skip"),
    ...settings.slice(-1).map(({ values }) => values.get("skip") ?? ""),
  ];
  const globs = skipped
    .flatMap((list) => list.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return {
    name: "codespell",
    operands: args.operands,
    walksAlone: true,
    rewrites: async (paths, way) => paths.filter((path) => reads(call, path, { way, globs, hidden })),
    exempt: (reports) => exemption(call, reports),
    exemptsNamed: true,
  };
};

interface Reading {
  readonly way: Way;
  readonly globs: readonly string[];
  readonly hidden: boolean;
}

/** It sees the paths that it finds as `./reports/x` where it was called with `.`, and asks each folder apart. */
function reads({ directory, absolute }: Call, path: string, { way, globs, hidden }: Reading): boolean {
  const isHidden = (name: string) => !hidden && name.startsWith(".");
  const matches = (name: string) => globs.some((glob) => matchesName(glob, name));
  if (isHidden(nameOf(path))) return false;
  if (way.kind === "named") return !matches(absolute ? `/${path}` : (relativeTo(directory, path) ?? path));
  const seen = (one: string) => `${way.called.replace(/\/$/, "")}/${relativeTo(way.root, one) ?? one}`;
  const root = way.called.replace(/\/$/, "");
  const stopped = foldersTo(path, way).some(
    (one) => matches(seen(one)) || matches(nameOf(one)) || isHidden(nameOf(one)),
  );
  return !stopped && !matches(root) && !matches(nameOf(path)) && !matches(seen(path));
}

/** Python's fnmatch: `*` goes over slashes too. */
function matchesName(glob: string, name: string): boolean {
  const source = glob.replace(/\[(!?)(\]?[^\]]*)\]|[*?]|[\\^$.|+(){}[\]]/g, (part, not, set) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return set === undefined ? `\\${part}` : `[${not === "!" ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`;
  });
  try {
    const pattern = new RegExp(`^(?:${source})$`, "s");
    return matchesInTime(glob, name, () => pattern.test(name));
  } catch {
    return false;
  }
}

interface Settings {
  readonly file: string;
  /** What they say together with all before them: a later file has the last word on each key. */
  readonly values: ReadonlyMap<string, string>;
}

/** In the order in which they are read. */
async function settingsOf({ project, directory }: Call, args: Arguments): Promise<readonly Settings[]> {
  const at = (name: string) => within(directory, name);
  const toml = [at("pyproject.toml"), ...valuesOf(args, "--toml").map(at)];
  const ini = [at("setup.cfg"), at(".codespellrc"), ...valuesOf(args, "--config").map(at)];
  const found: Settings[] = [];
  for (const file of [...toml, ...ini]) {
    const own = sectionOf(file, await project.read(file));
    const before = found.at(-1)?.values ?? new Map<string, string>();
    if (own !== null) found.push({ file, values: new Map([...before, ...own]) });
  }
  return found;
}

function sectionOf(file: string, text: string | null): ReadonlyMap<string, string> | null {
  if (text === null) return null;
  if (!file.endsWith(".toml")) return hasSection(text, "codespell") ? iniSection(text, "codespell") : null;
  const section = memberAt(tomlIn(text), "tool", "codespell");
  if (section === undefined) return null;
  const entries = Object.entries(membersOf(section)).filter(([, value]) => value !== false);
  return new Map(entries.map(([key, value]) => [key, textsOf(value).join(",")]));
}

/**
 * A report is seen as `reports/x` by name, as `./reports/x` where the whole directory is gone through, and by its
 * whole path where that is what it is given.
 */
async function exemption(call: Call, reports: string): Promise<Exemption> {
  const own = relativeTo(call.directory, reports) ?? reports;
  const items = [`${own}/*`, `./${own}/*`, ...(call.absolute ? [`*/${own}/*`] : [])];
  const file = await placeOf(call);
  const plain = !/[,*?[\]]/.test(own);
  return {
    file,
    byHand: `Add to skip of codespell in ${file}:  ${items.join(",")}`,
    apply: (text) => {
      if (!plain) return err(`cannot name ${reports} in a list of patterns`);
      if (!file.endsWith(".toml")) return withIniItems(text, { section: "codespell", key: "skip" }, items);
      return withTomlChange(text, {
        path: ["tool", "codespell", "skip"],
        change: (value) => withSkipped(value, items),
      });
    },
  };
}

function withSkipped(value: unknown, items: readonly string[]): string | readonly string[] | null {
  if (value === undefined || value === "") return items.join(",");
  if (typeof value === "string") return `${value.replace(/[\s,]+$/, "")},${items.join(",")}`;
  const listed = textsOf(value);
  return Array.isArray(value) && listed.length === value.length ? [...listed, ...items] : null;
}

/** The settings that have the last word on what is skipped. */
async function placeOf(call: Call): Promise<string> {
  const settings = await settingsOf(call, readArguments(call.args, VALUED));
  const saying = settings.filter(
    ({ values }, index) => values.get("skip") !== settings[index - 1]?.values.get("skip"),
  );
  return (saying.at(-1) ?? settings.at(-1))?.file ?? within(call.directory, ".codespellrc");
}
