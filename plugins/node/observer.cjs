// @ts-check
"use strict";

const { readFileSync } = require("node:fs");
const { basename, isAbsolute, resolve, sep } = require("node:path");
const { fileURLToPath } = require("node:url");
const { ObservationFile } = require("./observation-file.cjs");
const { OwnPackages } = require("./own-packages.cjs");
const { watchOpenedFiles } = require("./opened-files.cjs");
const { RepositoryFiles } = require("./repository-files.cjs");

/** What a test starts belongs to the test's file: its processes find it here. */
const TEST_FILE_VARIABLE = "GATE_TEST_FILE";
/** Set by runners that know which test they run: its id. */
const TEST_VARIABLE = "GATE_TEST";
/** Where gate's vitest reporter finds the observer of its process. */
const OBSERVER = Symbol.for("model-gate.observer");
const MOST_REMEMBERED = 100_000;
/** So many paths are written one by one: a server that a test has started may be killed at any moment. */
const WRITTEN_AT_ONCE = 200;
/** Files of packages from elsewhere: one would do. */
const MOST_FOREIGN = 1000;
/** After that, they wait for each other until what is being done is done. */
const MOST_PENDING = 1000;

// Taken now: a test may install fake timers later.
const { nextTick } = process;

/**
 * The test file that this process works for. node:test runs each in a process of its own, vitest in a worker
 * that takes one after another.
 */
class TestFile {
  /** @type {string | null} */ #fixed;
  /** @type {string | null} */ #known = null;
  /** What vitest said last. @type {unknown} */ #filepath;
  #isProcess;
  #pathOf;

  /** @param {string} root @param {(file: string) => string | null} pathOf */
  constructor(root, pathOf) {
    this.#pathOf = pathOf;
    const inherited = process.env[TEST_FILE_VARIABLE];
    this.#isProcess = !inherited && process.env.NODE_TEST_CONTEXT?.startsWith("child") === true;
    this.#fixed = inherited ? pathOf(resolve(root, inherited)) : this.#ofNodeTest();
  }

  /** Whether this process is the test file itself: if it does not come to its end, the run has failed. */
  get isProcess() {
    return this.#isProcess;
  }

  /** Relative to the top level; null where no test file is known. */
  current() {
    if (this.#fixed !== null) return this.#fixed;
    const filepath = Reflect.get(globalThis, "__vitest_worker__")?.filepath;
    if (filepath === this.#filepath) return this.#known;
    this.#filepath = filepath;
    this.#known = typeof filepath === "string" ? this.#announce(filepath) : null;
    return this.#known;
  }

  #ofNodeTest() {
    const script = process.argv[1];
    return this.#isProcess && script !== undefined ? this.#announce(resolve(script)) : null;
  }

  /** @param {string} file */
  #announce(file) {
    const path = this.#pathOf(file);
    if (path !== null) process.env[TEST_FILE_VARIABLE] = path;
    return path;
  }
}

/** Collects what a process reads. */
class Observer {
  #files;
  #events;
  #packages;
  /** Files of other checkouts' packages. @type {Set<string>} */ #foreign = new Set();
  /** Not asked for where the test itself is known. @type {TestFile | null} */ #testFile = null;
  /** The process's own, which stands in where no test file is known. @type {string | null} */ #script = null;
  /** @type {Map<string | null, Set<string>>} */ #told = new Map();
  /** The file that read last. @type {string | null} */ #reader = null;
  /** What it opened. @type {Set<string>} */ #remembered = new Set();
  /** @type {Map<string | null, string[]>} */ #pending = new Map();
  #pendingPaths = 0;
  #atOnce = WRITTEN_AT_ONCE;
  #waitsForEnd = false;
  #isFlushDue = false;

  /** @param {{ events: string, root: string, ownPackages: readonly string[] }} places */
  constructor({ events, root, ownPackages }) {
    const test = process.env[TEST_VARIABLE] || null;
    this.#events = new ObservationFile(resolve(events), test);
    this.#files = new RepositoryFiles(root);
    this.#packages = new OwnPackages(ownPackages);
    if (test !== null) return;
    this.#testFile = new TestFile(root, (file) => this.#pathOf(file));
    this.#waitsForEnd = this.#testFile.isProcess;
    const script = process.argv[1];
    // With --test, what stands there is the first of the test files.
    const isScript = script !== undefined && !process.execArgv.includes("--test");
    if (isScript && this.#testFile.current() === null) this.#script = this.#pathOf(resolve(script));
  }

  /** A file was opened and can be read. Never throws. @param {unknown} opened a path, as node:fs takes it */
  opened(opened) {
    try {
      const reader = this.#currentReader();
      if (this.#isRemembered(opened)) return;
      const file = absolutePath(opened);
      if (file !== null) this.#read(reader, file);
    } catch {
      // Gone again, or not to be looked at: nothing that anybody could declare.
    }
  }

  /** Whoever reads `file` has read `others`. @param {string} file absolute @param {readonly string[]} others absolute */
  uses(file, others) {
    const path = this.#pathOf(file);
    if (path === null) return;
    for (const other of others) this.#tell(path, this.#pathOf(other));
    this.#settle();
  }

  /** Read by nobody in particular. @param {readonly string[]} files absolute */
  reads(files) {
    for (const file of files) this.#tell(null, this.#pathOf(file));
    this.#settle();
  }

  /** From here on nothing may be put off. */
  end() {
    this.#waitsForEnd = false;
    this.#atOnce = Number.POSITIVE_INFINITY;
    this.#flush();
  }

  #currentReader() {
    const reader = this.#testFile?.current() ?? this.#script;
    if (reader === this.#reader) return reader;
    // Without isolation, what the file before it has loaded is there for this one as well.
    if (reader !== null) this.#tell(reader, this.#reader);
    this.#reader = reader;
    this.#remembered.clear();
    return reader;
  }

  /** The same name again means the same file, as long as it is absolute. @param {unknown} opened */
  #isRemembered(opened) {
    if (typeof opened !== "string") return false;
    if (this.#remembered.has(opened)) return true;
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    if (isAbsolute(opened)) this.#remembered.add(opened);
    return false;
  }

  /** @param {string | null} reader @param {string} file */
  #read(reader, file) {
    const path = this.#pathOf(file);
    if (path === null) return this.#readElsewhere(file);
    if (reader !== null) {
      // Then gate comes by everything, also where it knows no test of that file,
      this.#tell(null, reader);
      // and knows that it was watched, also where it reads nothing else.
      this.#tell(reader, reader);
    }
    this.#tell(reader, path);
    for (const link of this.#files.linksTo(file)) this.#tell(reader, link);
    this.#tell(reader, this.#files.manifestOf(file));
    this.#settle();
  }

  /** @param {string} file */
  #readElsewhere(file) {
    const own = this.#packages.fileOf(file);
    if (own === null || this.#foreign.has(own.path) || this.#foreign.size >= MOST_FOREIGN) return;
    this.#foreign.add(own.path);
    this.#events.write([{ type: "modules", modules: [{ name: `npm:${own.name}`, path: own.path }] }]);
  }

  /** @param {string} file */
  #pathOf(file) {
    try {
      return this.#files.pathOf(file);
    } catch {
      return null;
    }
  }

  /** @param {string | null} reader @param {string | null} path */
  #tell(reader, path) {
    if (path === null) return;
    const told = this.#told.get(reader);
    if (told?.has(path)) return;
    if (told === undefined) this.#told.set(reader, new Set([path]));
    else told.add(path);
    const pending = this.#pending.get(reader);
    if (pending === undefined) this.#pending.set(reader, [path]);
    else pending.push(path);
    this.#pendingPaths += 1;
  }

  #settle() {
    if (this.#pendingPaths === 0) return;
    if (this.#pendingPaths >= MOST_PENDING) this.#flush();
    else if (this.#waitsForEnd) return;
    else if (this.#atOnce > 0) this.#flush();
    else if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      nextTick(() => this.#flush());
    }
  }

  #flush() {
    this.#isFlushDue = false;
    if (this.#pendingPaths === 0) return;
    this.#atOnce -= this.#pendingPaths;
    this.#pendingPaths = 0;
    const groups = [...this.#pending];
    this.#pending.clear();
    this.#events.append(groups);
  }
}

/** What these read of a workspace they read to start a test, which does not read it. */
const STARTERS = /^(?:npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(?:-cli|-[\d.]+)?(?:\.[cm]?js)?$/;
/** A script of the project's own may have such a name. */
const INSTALLED = /[\\/](?:node_modules|\.yarn)[\\/]/;

/** @param {string} root */
function isStarter(root) {
  const script = process.argv[1] ?? "";
  const isOwn = script.startsWith(root + sep) && !INSTALLED.test(script);
  return STARTERS.test(basename(script)) && !isOwn;
}

/** Starts to observe this process, where gate asked for it. */
function observeProcess() {
  const { GATE_EVENTS, GATE_ROOT, GATE_SETTINGS } = process.env;
  if (!GATE_EVENTS || !GATE_ROOT || !GATE_SETTINGS || Reflect.has(globalThis, OBSERVER)) return;
  if (isStarter(GATE_ROOT)) return;
  if (process.execArgv.includes("--build-snapshot")) return;
  const { observe, ownPackages = [] } = JSON.parse(readFileSync(GATE_SETTINGS, "utf8"));
  if (observe !== true) return;
  const observer = new Observer({ events: GATE_EVENTS, root: GATE_ROOT, ownPackages });
  Object.defineProperty(globalThis, OBSERVER, { value: observer });
  flushAtExit(observer);
  watchOpenedFiles((opened) => observer.opened(opened));
}

/** Not as a listener: those are counted, warned of when there are many, and removed by tests. @param {Observer} observer */
function flushAtExit(observer) {
  const { emit } = process;
  /** @this {NodeJS.Process} @param {unknown[]} event */
  function emitAfterFlush(...event) {
    if (event[0] === "exit") observer.end();
    return Reflect.apply(emit, this, event);
  }
  Object.defineProperty(emitAfterFlush, "name", { value: "emit" });
  Object.defineProperty(emitAfterFlush, "length", { value: emit.length });
  Object.defineProperty(process, "emit", { value: emitAfterFlush, writable: true, configurable: true });
}

/** @param {any} opened a path, a URL, or the bytes of a path; null for what is open already */
function absolutePath(opened) {
  if (typeof opened === "string") return resolve(opened);
  if (opened instanceof Uint8Array) return resolve(Buffer.from(opened).toString());
  return typeof opened?.href === "string" ? fileURLToPath(opened) : null;
}

module.exports = { observeProcess };
