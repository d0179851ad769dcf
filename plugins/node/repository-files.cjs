// @ts-check
"use strict";

const { lstatSync, existsSync, realpathSync } = require("node:fs");
const { basename, dirname, join, relative, resolve, sep } = require("node:path");
const { linksOnTheWay } = require("./links-on-the-way.cjs");

const realPath = realpathSync.native;

const LEFT_OUT = new Set([".git", ".gate", "__pycache__", ".pytest_cache", "node_modules", "site-packages"]);
/** gate takes no longer path. */
const LONGEST_PATH = 4096;
const MOST_DIRECTORIES = 20_000;
const SOURCE = /\.[cm]?[jt]sx?$/;

/** @typedef {{ real: string, path: string | null, counts: boolean, manifest: string | null | undefined }} Directory */

/** Tells which files are the repository's own, under which name. */
class RepositoryFiles {
  /** As GATE_ROOT says it, and without symbolic links. */
  #named;
  #root;
  /** @type {Map<string, Directory>} */ #directories = new Map();

  /** @param {string} root */
  constructor(root) {
    this.#named = resolve(root);
    this.#root = realPath(root);
  }

  /**
   * Relative to the top level; null for what is no regular file of the repository.
   * @param {string} file absolute
   */
  pathOf(file) {
    const directory = this.#directory(dirname(file));
    if (directory.path !== null && !directory.counts) return null;
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (found.isFile()) return this.#counted(directory, basename(file)) ?? this.#nameOf(file, directory);
    if (!found.isSymbolicLink()) return null;
    const real = realPath(file);
    if (!lstatSync(real).isFile()) return null;
    const target = this.#directory(dirname(real));
    return this.#counted(target, basename(real)) ?? this.#nameOf(file, target);
  }

  /**
   * The repository's symbolic links on the way to a file: whoever changes one changes what is read.
   * @param {string} file absolute
   */
  linksTo(file) {
    const folder = dirname(file);
    if (this.#directory(folder).real === folder && !lstatSync(file).isSymbolicLink()) return [];
    return linksOnTheWay(file).flatMap(
      (link) => this.#counted(this.#directory(dirname(link)), basename(link)) ?? [],
    );
  }

  /**
   * The package.json that says how Node takes this file, where it is one of the repository's.
   * @param {string} file absolute
   */
  manifestOf(file) {
    return SOURCE.test(file) ? this.#manifest(dirname(file)) : null;
  }

  /** @param {string} name @returns {string | null} */
  #manifest(name) {
    const directory = this.#directory(name);
    if (directory.path === null) return null;
    if (directory.manifest !== undefined) return directory.manifest;
    const here = this.pathOf(join(directory.real, "package.json"));
    directory.manifest = here ?? (directory.path === "" ? null : this.#manifest(dirname(directory.real)));
    return directory.manifest;
  }

  /** @param {Directory} directory @param {string} name */
  #counted({ path, counts }, name) {
    if (path === null || !counts || LEFT_OUT.has(name)) return null;
    return limited(path === "" ? name : `${path}/${name}`);
  }

  /** Where a link leads out of the repository, the name inside it counts. @param {string} file @param {Directory} target */
  #nameOf(file, target) {
    if (target.path !== null) return null;
    const path = below(this.#named, file) ?? below(this.#root, file);
    return path === null || path.split("/").some((part) => LEFT_OUT.has(part)) ? null : limited(path);
  }

  /** @param {string} name @returns {Directory} */
  #directory(name) {
    const known = this.#directories.get(name);
    if (known !== undefined) return known;
    if (this.#directories.size > MOST_DIRECTORIES) this.#directories.clear();
    const real = realPath(name);
    const directory = real === name ? this.#look(real) : this.#directory(real);
    this.#directories.set(name, directory);
    return directory;
  }

  /** @param {string} real @returns {Directory} */
  #look(real) {
    const path = real === this.#root ? "" : below(this.#root, real);
    if (path === null) return { real, path, counts: false, manifest: null };
    const own = !LEFT_OUT.has(basename(real)) && !existsSync(join(real, "pyvenv.cfg"));
    const counts = path === "" || (own && this.#directory(dirname(real)).counts);
    return { real, path, counts, manifest: undefined };
  }
}

/** @param {string} root @param {string} file */
function below(root, file) {
  return file.startsWith(root + sep) ? relative(root, file).split(sep).join("/") : null;
}

/** @param {string} path */
function limited(path) {
  return path.length > LONGEST_PATH ? null : path;
}

module.exports = { RepositoryFiles };
