import { posix } from "node:path";
import { globMatcher } from "./globs.ts";
import { type Call, hasFile, isBelow, type Rewriting, type Way, within } from "./tool.ts";

type Matcher = (path: string) => boolean;

/** Which files a call is given by name, and where it finds others itself. */
export interface Reach {
  readonly names: Matcher;
  readonly walks: readonly Walk[];
  /** Some of the files are given by name. */
  readonly anyNamed: boolean;
}

interface Walk {
  readonly way: Way;
  readonly finds: Matcher;
}

/** What stands for files that are only known when it runs: `$@`, `{staged_files}`, `{}`. */
const PLACEHOLDER = /\$|\{[\w-]*\}/;

export function reachOf(call: Call, { operands, walksAlone }: Rewriting): Reach {
  const filled = call.files === "appended" || operands.some((one) => PLACEHOLDER.test(one));
  const own = operands.filter((one) => !PLACEHOLDER.test(one));
  const excluded = own.flatMap((one) => (one.startsWith("!") ? [globAt(call, one.slice(1))] : []));
  const leading = own.filter((one) => !one.startsWith("!")).map((one) => operandOf(call, one));
  const known = leading.filter((one) => one !== null);
  const alone = known.length === 0 && !filled;
  const named = filled || (alone && call.files === "some");
  const everywhere = alone && call.files === "none" && walksAlone;
  const kept = (matches: Matcher) => (path: string) => matches(path) && !excluded.some((one) => one(path));
  const roots = everywhere
    ? [{ root: call.directory, called: "." }]
    : known.flatMap(({ walk }) => walk ?? []);
  return {
    names: kept((path) => named || known.some((one) => one.names(path))),
    walks: roots.map(({ root, called }) => ({
      way: { kind: "walked", root, called },
      finds: kept((path) => isBelow(root, path)),
    })),
    anyNamed: named || known.some(({ walk }) => walk === null),
  };
}

interface Operand {
  readonly names: Matcher;
  /** null: it is no directory. */
  readonly walk: { readonly root: string; readonly called: string } | null;
}

/** null for a word that leads to no file of the project: the value of an option that is not known here. */
function operandOf(call: Call, operand: string): Operand | null {
  const path = placeOf(call, operand);
  if (path === null) return null;
  if (hasFile(call.project, path)) return { names: (one) => one === path, walk: null };
  if (path === "" || call.project.files.some((file) => isBelow(path, file))) {
    return { names: never, walk: { root: path, called: operand } };
  }
  return /[*?[{]/.test(operand) ? { names: globAt(call, operand), walk: null } : null;
}

const never: Matcher = () => false;

function placeOf({ directory }: Call, operand: string): string | null {
  const path = posix.normalize(within(directory, operand)).replace(/\/$/, "");
  if (path === "." || path === "") return "";
  return path === ".." || path.startsWith("../") || path.startsWith("/") ? null : path;
}

function globAt({ directory }: Call, glob: string): Matcher {
  return globMatcher(posix.normalize(within(directory, glob)));
}
