import { hashSync } from "hasha";
import { isPortableName, readableForm } from "./portable-names.ts";
import { METADATA_FILE, SUITE_LOGS } from "./reports-place.ts";

const MAX_LOG_PATH_BYTES = 200;

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Each test's directory name: its own name where that is legal everywhere and no other test's name could be
 * the same on some file system, else a readable form with a hash of the id. Whatever the order of the tests.
 */
export function reportNames(tests: readonly Named[]): ReadonlyMap<string, string> {
  return distinctPaths(tests, isPortableName, [SUITE_LOGS]);
}

/**
 * Each log's path below its test's directory. `names` may hold the same name twice: the n-th name gets the
 * n-th path. Two paths never differ only in what a file system may fold, also in their directories.
 */
export function logPaths(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  const logs = names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { id: count === 1 ? name : `${name}\0${count}`, name };
  });
  return [...distinctPaths(logs, isPortablePath, [METADATA_FILE]).values()];
}

/**
 * As much of each name's end as tells it from the others. For what the suite left somewhere: of the folders on the way
 * to it `logs/` is a usual one, and an ignore rule for that would keep the report out of every commit.
 */
export function shortNames(names: readonly string[]): readonly string[] {
  const short = new Map<string, string>();
  let open = [...new Set(names)];
  for (let length = 1; open.length > 0; length++) {
    const ends = new Map(open.map((name) => [name, name.split("/").slice(-length).join("/")]));
    const users = new Map<string, number>();
    for (const end of ends.values()) users.set(end, (users.get(end) ?? 0) + 1);
    for (const [name, end] of ends) if (users.get(end) === 1) short.set(name, end);
    open = open.filter((name) => !short.has(name));
  }
  return names.map((name) => short.get(name) ?? name);
}

function isPortablePath(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_LOG_PATH_BYTES && path.split("/").every(isPortableName);
}

/** In the order of the items. Own names first, then longer and longer hashes: what stays without conflict in a round is settled. */
function distinctPaths(
  items: readonly Named[],
  isLegal: (name: string) => boolean,
  reserved: readonly string[],
): ReadonlyMap<string, string> {
  const settled = new Map<string, string>();
  const claims = new Claims();
  for (const path of reserved) claims.add(path, null);
  let open: readonly Named[] = [...new Map(items.map((item) => [item.id, item])).values()];
  for (let round = 0; open.length > 0; round++) {
    const wanted = open.flatMap((item) => {
      const path = round === 0 ? item.name : hashedForm(item, round);
      return round > 0 || isLegal(path) ? [{ id: item.id, path }] : [];
    });
    for (const { id, path } of wanted) claims.add(path, id);
    const conflicts = wanted.filter(({ path }) => claims.conflict(path));
    const lost = new Set(conflicts.map(({ id }) => id));
    for (const { id, path } of conflicts) claims.remove(path, id);
    for (const { id, path } of wanted) if (!lost.has(id)) settled.set(id, path);
    open = open.filter(({ id }) => !settled.has(id));
  }
  return new Map(items.map(({ id }) => [id, settled.get(id) ?? id]));
}

/** `test_x[a/b]` with the id's hash: `test_x-a-b-1c9d4f2a`; a log keeps what follows its last dot. */
function hashedForm({ id, name }: Named, round: number): string {
  // Ids that are not well-formed Unicode may have the same SHA-256; their JSON has not.
  const whole = round < 3 ? hash(id) : hash(JSON.stringify([id, round]));
  return readableForm(name, round < 3 ? whole.slice(0, 8 * round) : whole);
}

function hash(text: string): string {
  return hashSync(text, { algorithm: "sha256" });
}

/** Who wants which path, as the most folding file system sees paths. */
class Claims {
  /** Folded path → who claims it: a file's id, or the exact spelling of a directory with its number of users. */
  readonly #files = new Map<string, Set<string | null>>();
  readonly #directories = new Map<string, Map<string, number>>();

  add(path: string, id: string | null): void {
    const files = this.#files.get(fold(path)) ?? new Set();
    this.#files.set(fold(path), files.add(id));
    for (const directory of parents(path)) {
      const spellings = this.#directories.get(fold(directory)) ?? new Map<string, number>();
      this.#directories.set(fold(directory), spellings);
      spellings.set(directory, (spellings.get(directory) ?? 0) + 1);
    }
  }

  remove(path: string, id: string): void {
    this.#files.get(fold(path))?.delete(id);
    for (const directory of parents(path)) {
      const spellings = this.#directories.get(fold(directory));
      const count = (spellings?.get(directory) ?? 0) - 1;
      if (count > 0) spellings?.set(directory, count);
      else spellings?.delete(directory);
    }
  }

  /** Whether another file has the path, a directory has it, or a file has one of its directories. */
  conflict(path: string): boolean {
    if ((this.#files.get(fold(path))?.size ?? 0) > 1) return true;
    if ((this.#directories.get(fold(path))?.size ?? 0) > 0) return true;
    return parents(path).some((directory) => {
      const taken = (this.#files.get(fold(directory))?.size ?? 0) > 0;
      return taken || (this.#directories.get(fold(directory))?.size ?? 0) > 1;
    });
  }
}

function parents(path: string): readonly string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** Equal for names that macOS or Windows may take for one; names that differ may be equal here. */
function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().normalize("NFKD");
}
