import { isAbsolute, join, posix, relative } from "node:path";
import { commandLineBytes, realPathOfParent } from "../adapters/files/byte-paths.ts";

// Texts in here are bytes as Latin-1 text: a name need not be UTF-8.

const inBytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const asText = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8");

/** Node takes arguments for UTF-8; where one was not, the system still has its bytes. */
export async function bytesOfArguments(paths: readonly string[]): Promise<readonly string[]> {
  if (!paths.some((path) => path.includes("\uFFFD"))) return paths.map(inBytes);
  const all = await commandLineBytes();
  let from = 0;
  return paths.map((path) => {
    const at = all.findIndex((bytes, index) => index >= from && asText(bytes) === path);
    if (at === -1) return inBytes(path);
    from = at + 1;
    return all[at] ?? inBytes(path);
  });
}

/** What stands on standard input: a path a line, in quotes where git quotes it, or a path to a NUL. */
export function pathsOfInput(input: Buffer, separator: "lines" | "nul"): readonly string[] {
  const text = input.toString("latin1");
  const parts = separator === "nul" ? text.split("\0") : text.split("\n").map(unquoted);
  return parts.filter((part) => part !== "");
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" },
};

function unquoted(line: string): string {
  const quoted = /^"((?:[^"\\]|\\(?:[0-3][0-7]{2}|[abtnvfr"\\]))*)"$/.exec(line)?.[1];
  if (quoted === undefined) return line;
  return quoted.replace(/\\([0-3][0-7]{2}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
}

/**
 * Gives a function that says where a path lies from the top level, as git reads it: "" is the top level itself, a
 * slash at the end stays, null lies outside.
 */
export function fromTopLevel(topLevel: string, directory: string): (path: string) => string | null {
  const relation = inBytes(relative(topLevel, directory));
  const prefix = relation === "" ? "" : `${relation}/`;
  const top = `${inBytes(topLevel)}/`;
  return (path) => {
    if (PLAIN.test(path)) return prefix + path;
    if (!isAbsolute(path)) return inside(posix.normalize(`./${prefix}${path}`));
    const plain = posix.normalize(path);
    if (`${plain}/`.startsWith(top)) return inside(plain.slice(top.length));
    const end = plain.endsWith("/") ? "/" : "";
    const real = `${join(inBytes(realPathOfParent(asText(plain))), posix.basename(plain))}${end}`;
    return `${real}/`.startsWith(top) ? inside(real.slice(top.length)) : null;
  };
}

/** Nothing in it to be resolved: no part is empty, `.` or `..`. */
const PLAIN = /^(?!\.{0,2}(?:\/|$))(?:(?!\/\.{0,2}(?:\/|$)).)*\/?$/s;

function inside(path: string): string | null {
  if (path === ".." || path.startsWith("../")) return null;
  return path === "." || path === "./" ? "" : path;
}
