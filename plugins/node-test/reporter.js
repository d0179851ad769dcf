// @ts-check
import { readFileSync } from "node:fs";
import { nodeEnvironment, ReporterEvents } from "../event-writer.js";
import { absolutePath, DistinctIds, portablePath, testId } from "../test-ids.js";
import { EntryFiles } from "./entry-files.js";
import { endingOf, fileFailure } from "./outcome.js";

/** @typedef {import("./outcome.js").TestData} TestData */

const STDERR_TAIL = 4096;

/** What Node 20 says of tests that the command line left out. */
const LEFT_OUT = new Set(["test name does not match pattern", "'only' option not set"]);

/** Options that leave tests out. */
const SELECTING = /^--(?:experimental-)?test-(?:name-pattern|skip-pattern|only|tag-filter|shard)/;

/** @param {string | undefined} options */
const wordsOf = (options) => (options ?? "").split(/\s+/);

/** Those that only the user's shell holds. */
function selectedByShell() {
  const { GATE_SETTINGS } = process.env;
  if (!GATE_SETTINGS) return [];
  const { inheritedNodeOptions } = JSON.parse(readFileSync(GATE_SETTINGS, "utf8"));
  return wordsOf(inheritedNodeOptions).filter((word) => SELECTING.test(word));
}

/**
 * A reporter for node:test that tells gate what ran. It prints nothing: put it beside another one.
 * @param {AsyncIterable<{ type: string, data: any }>} source
 */
export default async function* gateReporter(source) {
  const run = new NodeTestRun();
  run.begin();
  for await (const event of source) run.take(event);
  run.end();
  yield "";
}

class NodeTestRun {
  #events = new ReporterEvents({ name: "node:test", version: process.versions.node });
  #files = new EntryFiles();
  #ids = new DistinctIds();
  /** @type {{ name: string, hasChildren: boolean }[]} */ #open = [];
  /** Top-level tests that were announced and have no result yet. @type {Map<string, string[]>} */ #waiting =
    new Map();
  /** @type {Map<string, string>} */ #stderr = new Map();
  #tests = 0;
  #selects = [...process.execArgv, ...wordsOf(process.env.NODE_OPTIONS)].some((word) => SELECTING.test(word));

  begin() {
    this.#events.write(nodeEnvironment());
    for (const option of selectedByShell())
      this.#events.write({ type: "deselected", option, source: "shell", tests: [], files: 0 });
  }

  /** @param {{ type: string, data: any }} event */
  take({ type, data }) {
    switch (type) {
      case "test:enqueue":
        return this.#announce(data);
      case "test:start":
        return this.#begin(data);
      case "test:pass":
      case "test:fail":
        return this.#files.isEntry(data)
          ? this.#fileEnds(type === "test:pass", data)
          : this.#testEnds(type === "test:pass", data);
      case "test:complete":
        return this.#files.isEntry(data) ? this.#files.complete(data.file) : undefined;
      case "test:summary":
        return data.file === undefined ? undefined : this.#files.summarise(data.file);
      case "test:stderr":
        return this.#keepStderr(data);
    }
  }

  /** A test that was announced and never reported is one that gate must miss. */
  end() {
    const lost = [...this.#waiting].flatMap(([file, names]) => names.map((name) => ({ file, name })));
    if (lost.length > 0) {
      const tests = lost.map(({ file, name }) => {
        const path = portablePath(file);
        return { id: this.#ids.next(testId(path, [name])), name, file: path };
      });
      this.#events.write({ type: "plan", tests });
    }
    this.#events.write({ type: "end", tests: this.#tests });
  }

  /** @param {TestData} data */
  #announce(data) {
    if (this.#files.isEntry(data)) return this.#files.add(data.file ?? data.name);
    if (data.nesting !== 0) return;
    const file = this.#files.of(data, (path) => (this.#waiting.get(path) ?? []).length === 0);
    const waiting = this.#waiting.get(file);
    if (waiting === undefined) this.#waiting.set(file, [data.name]);
    else waiting.push(data.name);
  }

  /** @param {TestData} data */
  #begin(data) {
    if (this.#files.isEntry(data)) return;
    this.#open.length = Math.min(this.#open.length, data.nesting);
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.hasChildren = true;
    this.#open.push({ name: data.name, hasChildren: false });
  }

  /** @param {boolean} passed @param {TestData} data */
  #testEnds(passed, data) {
    const file = this.#files.of(data);
    const self = this.#open[data.nesting];
    const names = [...this.#open.slice(0, data.nesting).map((one) => one.name), data.name];
    this.#open.length = Math.min(this.#open.length, data.nesting);
    if (data.nesting === 0) this.#settle(file, data.name);
    if (typeof data.skip === "string" && LEFT_OUT.has(data.skip) && this.#selects) return;
    const ending = endingOf(passed, data, self?.hasChildren ?? false);
    if (ending === null) return;
    this.#report(file, names, ending, data.details?.duration_ms ?? 0);
  }

  /** @param {string} file @param {string} name */
  #settle(file, name) {
    const waiting = this.#waiting.get(file) ?? [];
    const index = waiting.indexOf(name);
    if (index >= 0) waiting.splice(index, 1);
  }

  /** @param {boolean} passed @param {TestData} data */
  #fileEnds(passed, data) {
    const file = absolutePath(data.file ?? data.name);
    const failure = data.details?.error;
    this.#files.finish(file);
    const stderr = this.#stderr.get(file) ?? "";
    this.#stderr.delete(file);
    // Of a file whose tests are all left out Node 20 reports each, and newer ones say that it came to its end.
    if (passed && this.#selects && this.#files.cameToItsEnd(file)) return;
    const message = passed
      ? "the test file reported no test: it exited before they ran, or declares none"
      : fileFailure(failure, stderr);
    this.#report(file, [], { outcome: "error", message }, data.details?.duration_ms ?? 0);
  }

  /** @param {{ file?: string, message: string }} data */
  #keepStderr({ file, message }) {
    if (file === undefined) return;
    const path = absolutePath(file);
    this.#stderr.set(path, ((this.#stderr.get(path) ?? "") + message).slice(-STDERR_TAIL));
  }

  /**
   * Only now is it known that this is a test and not a parent of others, so its start is told with its end.
   * @param {string} file @param {string[]} names
   * @param {{ outcome: string, message: string | null }} ending @param {number} milliseconds
   */
  #report(file, names, ending, milliseconds) {
    const path = portablePath(file);
    const id = this.#ids.next(testId(path, names));
    const now = Date.now();
    this.#events.write(
      { type: "test-start", id, name: names.at(-1) ?? path, file: path },
      now - milliseconds,
    );
    this.#events.write(
      { type: "test-end", id, ...ending, duration: milliseconds / 1000, properties: {} },
      now,
    );
    this.#tests++;
  }
}
