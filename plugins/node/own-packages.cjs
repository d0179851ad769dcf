// @ts-check
"use strict";

const { readFileSync, realpathSync } = require("node:fs");
const { dirname, join } = require("node:path");

const realPath = realpathSync.native;
/** What is in the node_modules of an installed package is that package's choice. */
const INSTALLED = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g;
const MOST_DIRECTORIES = 20_000;

/**
 * Tells files of packages that bear the name of one of the repository's own, and lie elsewhere: a copy of it that was
 * installed, or the same package of another checkout.
 */
class OwnPackages {
  #names;
  /** @type {Map<string, string | null>} */ #nameAt = new Map();

  /** @param {readonly string[]} names */
  constructor(names) {
    this.#names = new Set(names);
  }

  /**
   * null for a file of any other package.
   * @param {string} file absolute
   * @returns {{ name: string, path: string } | null}
   */
  fileOf(file) {
    if (this.#names.size === 0) return null;
    const path = realPath(file);
    const installed = [...path.matchAll(INSTALLED)];
    if (installed.length > 1) return null;
    const name = installed[0] === undefined ? this.#nameAbove(dirname(path)) : installed[0][1];
    return name !== undefined && name !== null && this.#names.has(name) ? { name, path } : null;
  }

  /** What the nearest package.json with a name says. @param {string} directory @returns {string | null} */
  #nameAbove(directory) {
    const known = this.#nameAt.get(directory);
    if (known !== undefined) return known;
    if (this.#nameAt.size > MOST_DIRECTORIES) this.#nameAt.clear();
    const above = dirname(directory);
    const name = nameIn(directory) ?? (above === directory ? null : this.#nameAbove(above));
    this.#nameAt.set(directory, name);
    return name;
  }
}

/** @param {string} directory @returns {string | null} */
function nameIn(directory) {
  try {
    const { name } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

module.exports = { OwnPackages };
