import { parse, type TomlTable } from "smol-toml";

/** Versions that a lock file allows, by normalised name: several where it depends on the platform. */
export type LockedVersions = ReadonlyMap<string, ReadonlySet<string>>;

/** Files with exact versions, as uv, Poetry, PDM and pip know them. */
export function isLockFile(path: string): boolean {
  return /(?:^|\/)(?:(?:uv|poetry|pdm)\.lock|requirements[^/]*\.txt)$/.test(path);
}

/** Nothing where the file is not what its name says: whether it can be read is the business of its own tool. */
export function lockedVersions(path: string, text: string): LockedVersions {
  return path.endsWith(".txt") ? pinnedRequirements(text) : lockedPackages(text);
}

function lockedPackages(text: string): LockedVersions {
  const versions = new Map<string, Set<string>>();
  const { package: packages } = tomlOf(text);
  if (!Array.isArray(packages)) return versions;
  for (const one of packages) {
    if (typeof one !== "object" || !("name" in one) || !("version" in one)) continue;
    const { name, version, source } = one;
    // The project itself: its version says nothing about its sources.
    const isOwn = typeof source === "object" && ("editable" in source || "virtual" in source);
    if (typeof name === "string" && typeof version === "string" && !isOwn) add(versions, name, version);
  }
  return versions;
}

function tomlOf(text: string): TomlTable {
  try {
    return parse(text);
  } catch {
    return {};
  }
}

/** `name==1.2.3`, with extras, markers and hashes left aside; ranges pin nothing. */
function pinnedRequirements(text: string): LockedVersions {
  const versions = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const pin = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([^\s;,\\#*]+)(?=[\s;\\#]|$)/.exec(
      line,
    );
    if (pin !== null) add(versions, pin[1] ?? "", pin[2] ?? "");
  }
  return versions;
}

function add(versions: Map<string, Set<string>>, name: string, version: string): void {
  const key = normalisedName(name);
  const known = versions.get(key) ?? new Set();
  versions.set(key, known.add(version));
}

/** PEP 503. */
function normalisedName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

export interface VersionDifference {
  readonly name: string;
  readonly installed: string;
  readonly locked: readonly string[];
}

/** Installed distributions in another version than the lock has. What is in only one of the two does not count. */
export function versionDifferences(
  installed: ReadonlyMap<string, string>,
  locked: LockedVersions,
): readonly VersionDifference[] {
  return [...installed]
    .flatMap(([name, version]) => {
      const allowed = [...(locked.get(normalisedName(name)) ?? [])];
      if (allowed.length === 0 || allowed.some((one) => isSameVersion(version, one))) return [];
      return [{ name: normalisedName(name), installed: version, locked: allowed.toSorted() }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `2.5.1+cu121` is what a lock calls 2.5.1, unless it names a build itself. */
function isSameVersion(installed: string, locked: string): boolean {
  return installed === locked || (!locked.includes("+") && installed.split("+")[0] === locked);
}
