// @ts-check
import { absolutePath } from "../test-ids.js";

/**
 * Which test file an event of node:test belongs to. Newer Nodes say so (`entryFile`); older ones name the file
 * in which test() was called, which is another one where a helper module declares the tests. They report the
 * files one after another, so the place in that order decides.
 */
export class EntryFiles {
  /** @type {{ path: string, completed: boolean, seen: boolean, finished: boolean }[]} */ #entries = [];
  /** @type {Map<string, number>} */ #index = new Map();
  #current = 0;
  /** Files that came to the end of their tests: newer Nodes say so. @type {Set<string>} */ #summarised =
    new Set();
  /** @type {string | null} */ #single;

  constructor() {
    const many = process.execArgv.some((option) => option === "--test");
    const script = process.argv[1];
    this.#single = many || script === undefined ? null : absolutePath(script);
  }

  /**
   * The runner's own event for a test file as a whole.
   * @param {{ name?: string, nesting?: number, line?: number, column?: number, file?: string }} data
   */
  isEntry(data) {
    if (data.nesting !== 0 || data.line !== 1 || data.column !== 1) return false;
    if (data.file === undefined || data.name === undefined) return false;
    return absolutePath(data.name) === absolutePath(data.file);
  }

  /** @param {string} file */
  add(file) {
    const path = absolutePath(file);
    if (this.#index.has(path)) return;
    this.#index.set(path, this.#entries.length);
    this.#entries.push({ path, completed: false, seen: false, finished: false });
  }

  /**
   * The process of this file has ended; what it said may still be waiting for its turn.
   * @param {string} file
   */
  complete(file) {
    const index = this.#index.get(absolutePath(file));
    const entry = index === undefined ? undefined : this.#entries[index];
    if (entry === undefined) return;
    entry.completed = true;
    if (entry.seen) entry.finished = true;
  }

  /**
   * Nothing more comes from this file.
   * @param {string} file
   */
  finish(file) {
    const index = this.#index.get(absolutePath(file));
    if (index === undefined) return;
    for (const entry of this.#entries.slice(0, index + 1)) entry.finished = true;
  }

  /** @param {string} file */
  summarise(file) {
    this.#summarised.add(absolutePath(file));
    this.finish(file);
  }

  /** @param {string} file */
  cameToItsEnd(file) {
    return this.#summarised.has(absolutePath(file));
  }

  /**
   * @param {{ file?: string, entryFile?: string }} data
   * @param {(path: string) => boolean} mayBeginNext whether a file that has ended could have no more to say
   */
  of(data, mayBeginNext = () => false) {
    if (data.entryFile !== undefined) return absolutePath(data.entryFile);
    if (this.#single !== null) return this.#single;
    const declared = data.file === undefined ? "" : absolutePath(data.file);
    const exact = this.#index.get(declared);
    if (exact !== undefined) return this.#moveTo(exact) ?? declared;
    return this.#moveTo(this.#next(mayBeginNext)) ?? declared;
  }

  /** @param {(path: string) => boolean} mayBeginNext */
  #next(mayBeginNext) {
    let index = this.#current;
    while (this.#entries[index]?.finished === true && index + 1 < this.#entries.length) index++;
    const entry = this.#entries[index];
    const drained =
      entry?.completed === true && entry.seen && this.#summarised.size === 0 && mayBeginNext(entry.path);
    return drained && index + 1 < this.#entries.length ? index + 1 : index;
  }

  /** @param {number} index */
  #moveTo(index) {
    const entry = this.#entries[index];
    if (entry === undefined) return undefined;
    if (index > this.#current) this.#current = index;
    entry.seen = true;
    return entry.path;
  }
}
