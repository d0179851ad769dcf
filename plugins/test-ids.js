// @ts-check
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

// Taken now: a test may change the directory later.
const startDirectory = process.cwd();

/** @param {string} path a path or a file: URL */
export function absolutePath(path) {
  return path.startsWith("file:") ? fileURLToPath(path) : resolve(startDirectory, path);
}

/**
 * The same on every machine: relative to $GATE_ROOT, or to where the runner was started.
 * @param {string} path
 */
export function portablePath(path) {
  const file = absolutePath(path);
  const root = process.env.GATE_ROOT || startDirectory;
  const plain = relative(root, file);
  const path_ = leaves(plain) ? relative(realPath(root), realPath(file)) : plain;
  return path_.split(sep).join("/");
}

/** @param {string} path */
function leaves(path) {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}

/** @param {string} path */
function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * `test/router.test.js::outer > inner`; a file as a whole is its path alone.
 * @param {string} file @param {readonly string[]} names
 */
export function testId(file, names) {
  return names.length === 0 ? file : `${file}::${names.join(" > ")}`;
}

/** Gives the second test of one id ` #2`, the third ` #3`. */
export class DistinctIds {
  /** @type {Map<string, number>} */ #seen = new Map();

  /** @param {string} id */
  next(id) {
    const count = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, count);
    return count === 1 ? id : `${id} #${count}`;
  }
}
