// @ts-check
import { randomBytes } from "node:crypto";
import { appendFileSync, closeSync, openSync } from "node:fs";
import { resolve } from "node:path";

const PROTOCOL_VERSION = 1;

/** gate refuses a line over 8 MiB; a text this long still fits when every character is escaped as \uXXXX. */
export const MAX_TEXT = 1024 * 1024;

// Taken now: a test may install fake timers later.
const Clock = Date;

/**
 * @typedef {{ name: string, version: string }} Runner
 * @typedef {{ type: string, [field: string]: unknown }} Event
 */

/** Appends events to a file of this process's own in $GATE_EVENTS; without that variable it does nothing. */
export class EventWriter {
  /** @type {string | null} */ #directory;
  /** @type {string | null} */ #path = null;
  /** @type {Event} */ #hello;
  #seq = 0;

  /** @param {"main" | "helper"} role @param {Runner} runner */
  constructor(role, runner) {
    const directory = process.env.GATE_EVENTS;
    this.#directory = directory === undefined || directory === "" ? null : resolve(directory);
    this.#hello = { type: "hello", role, runner, pid: process.pid };
  }

  get enabled() {
    return this.#directory !== null;
  }

  /**
   * Throws where the event cannot be written.
   * @param {Event} event
   * @param {number} [time] when it happened, in milliseconds since 1970
   */
  write(event, time = Clock.now()) {
    if (this.#directory === null) return;
    if (this.#path === null) {
      this.#path = createFile(this.#directory);
      this.#append(this.#hello, time);
    }
    this.#append(event, time);
  }

  /** Writes the greeting, so that gate knows this process even if nothing follows. */
  greet() {
    if (this.#directory === null || this.#path !== null) return;
    this.#path = createFile(this.#directory);
    this.#append(this.#hello, Clock.now());
  }

  /** @param {Event} event @param {number} time */
  #append(event, time) {
    if (this.#path === null) return;
    // Counted before writing: an event that is lost leaves a gap that gate sees.
    const seq = this.#seq++;
    const { type, ...fields } = event;
    const line = { v: PROTOCOL_VERSION, seq, time: new Clock(time).toISOString(), type, ...fields };
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}

/**
 * The writer of a reporter. A broken disk must not break the user's run: the first failure is said once, and
 * the missing end event tells gate the rest. A runner started by a test of another runner stays silent.
 */
export class ReporterEvents {
  /** @type {EventWriter} */ #writer;
  #broken = false;

  /** @param {Runner} runner */
  constructor(runner) {
    this.#writer = new EventWriter("main", runner);
    if (!this.#writer.enabled) this.#broken = true;
    else if (isNestedRunner()) this.#broken = true;
    else this.#attempt(() => this.#writer.greet());
  }

  /** @param {Event} event @param {number} [time] */
  write(event, time) {
    this.#attempt(() => this.#writer.write(event, time));
  }

  /** @param {() => void} action */
  #attempt(action) {
    if (this.#broken) return;
    try {
      action();
    } catch (error) {
      this.#broken = true;
      process.stderr.write(`model-gate: the test events could not be written: ${messageOf(error)}\n`);
    }
  }
}

/** What the tests of a Node runner run in. Its packages are what the lock file says, and that is an input. */
export function nodeEnvironment() {
  return { type: "environment", language: `Node.js ${process.version}`, distributions: {}, accelerators: {} };
}

/** Children inherit the mark, so that a runner that a test starts does not report its tests as the suite's. */
function isNestedRunner() {
  const mark = process.env.GATE_REPORTER;
  const separator = mark?.indexOf(":") ?? -1;
  if (mark !== undefined && mark.slice(separator + 1) === process.env.GATE_EVENTS) {
    return mark.slice(0, separator) !== String(process.pid);
  }
  process.env.GATE_REPORTER = `${process.pid}:${process.env.GATE_EVENTS}`;
  return false;
}

/** @param {string} directory */
function createFile(directory) {
  const path = resolve(directory, `${process.pid}-${randomBytes(8).toString("hex")}.ndjson`);
  closeSync(openSync(path, "wx"));
  return path;
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Keeps one event within what gate reads.
 * @param {string} text
 */
export function clip(text) {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more characters)`;
}
