import { pathText } from "../adapters/git/paths.ts";
import { compareByBytes } from "../reports/canonical-json.ts";

/**
 * From the directory that a report's names count from to the top level: what is cut off and what is put in front.
 * Each is empty, or ends in `/`.
 */
interface Root {
  readonly cut: string;
  readonly put: string;
}

/** To find out from where names count, so many of them are enough. */
const MOST_ASKED = 500;
/** Names that so many inputs share, such as `__init__.py`, say nothing about the root. */
const MOST_NAMESAKES = 8;
const MOST_CANDIDATES = 20;

/**
 * The files that the names in a report stand for, relative to the top level; null for one outside of it. Names are
 * relative to wherever coverage.py was started, or absolute, and then often of another machine.
 */
export function placeFiles(
  names: readonly string[],
  inputs: ReadonlySet<string>,
  topLevel: string,
): ReadonlyMap<string, string | null> {
  const plain = new Map(names.map((name) => [name, plainName(name, inputs)]));
  const all = [...plain.values()];
  const here = { cut: topLevel.replace(/\/*$/, "/"), put: "" };
  const local = all.filter((name) => !isAbsolute(name));
  const below = rootOf(local, inputs, { cut: "", put: "" });
  const known = [...local.map((name) => moved(name, below)), ...all.map((name) => moved(name, here))];
  // where some are found, those that are elsewhere are of something else
  const settled = known.some((path) => path !== null && inputs.has(path));
  const away = settled ? here : rootOf(all.filter(isAbsolute), inputs, here);
  return new Map(
    [...plain].map(([name, path]) => [name, moved(path, isAbsolute(path) ? away : below)] as const),
  );
}

/** With `/`, and without a `./` in front; as git writes it where that makes it an input. */
function plainName(name: string, inputs: ReadonlySet<string>): string {
  const inGit = pathText(Buffer.from(name));
  if (inputs.has(inGit)) return inGit;
  const windows = /^[A-Za-z]:[\\/]/.test(name) || !name.includes("/");
  return (windows ? name.replaceAll("\\", "/") : name).replace(/^(?:\.\/)+/, "");
}

const isAbsolute = (name: string) => /^(?:[A-Za-z]:)?\//.test(name);

function moved(name: string, { cut, put }: Root): string | null {
  if (name.split("/").includes("..") || !name.startsWith(cut)) return null;
  return cut === "" && isAbsolute(name) ? null : `${put}${name.slice(cut.length)}`;
}

/** The root from which most names are inputs; `usual` where none is better, or two others are equally good. */
function rootOf(names: readonly string[], inputs: ReadonlySet<string>, usual: Root): Root {
  const found = (root: Root) =>
    names.filter((name) => {
      const path = moved(name, root);
      return path !== null && inputs.has(path);
    }).length;
  const already = found(usual);
  if (already === names.length) return usual;
  const ranked = candidates(names, inputs)
    .map((root) => ({ root, found: found(root), partial: root.put !== "" }))
    .toSorted((left, right) => right.found - left.found || Number(left.partial) - Number(right.partial));
  const [best, second] = ranked;
  if (best === undefined || best.found <= already) return usual;
  const ambiguous = second?.found === best.found && second.partial === best.partial;
  return ambiguous ? usual : best.root;
}

/** The roots from which most of some of the names are inputs. */
function candidates(names: readonly string[], inputs: ReadonlySet<string>): readonly Root[] {
  const namesakes = new Map<string, string[]>();
  for (const path of inputs) {
    const others = namesakes.get(lastOf(path));
    if (others === undefined) namesakes.set(lastOf(path), [path]);
    else others.push(path);
  }
  const telling = names.filter((name) => (namesakes.get(lastOf(name))?.length ?? Infinity) <= MOST_NAMESAKES);
  const votes = new Map<string, { readonly root: Root; count: number }>();
  for (const name of telling.toSorted(compareByBytes).slice(0, MOST_ASKED)) {
    for (const path of namesakes.get(lastOf(name)) ?? []) {
      const root = between(name, path);
      if (root === null) continue;
      const key = `${root.cut}\0${root.put}`;
      const known = votes.get(key) ?? { root, count: 0 };
      known.count += 1;
      votes.set(key, known);
    }
  }
  const ranked = [...votes.values()].toSorted((left, right) => right.count - left.count);
  return ranked.slice(0, MOST_CANDIDATES).map(({ root }) => root);
}

const lastOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** The root that makes the one name the other; null where something of a relative name would have to be cut off. */
function between(name: string, path: string): Root | null {
  const from = name.split("/");
  const to = path.split("/");
  let same = 0;
  while (same < from.length && same < to.length && from.at(-1 - same) === to.at(-1 - same)) same += 1;
  const rest = (parts: readonly string[]) => parts.slice(0, parts.length - same).map((part) => `${part}/`);
  const cut = rest(from).join("");
  return cut !== "" && !isAbsolute(cut) ? null : { cut, put: rest(to).join("") };
}
