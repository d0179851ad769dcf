// @ts-check
"use strict";

const { appendFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const PROTOCOL_VERSION = 1;
/** So many paths of the longest kind fit into a line that gate takes. */
const MOST_PATHS = 256;

// Taken now: a test may replace them later.
const Clock = Date;
const { random } = Math;

/**
 * The events of one process, or one worker thread. A runner may end a worker at any moment, and gate doubts a
 * file without its greeting, so the file comes into being with its first events.
 */
class ObservationFile {
  #path;
  #seq = 0;
  #broken = false;
  #test;

  /** @param {string} directory absolute @param {string | null} test the id of the test that all of this is for */
  constructor(directory, test) {
    this.#test = test;
    this.#path = join(directory, `${process.pid}-${randomDigits()}${randomDigits()}.ndjson`);
  }

  /** @param {readonly (readonly [file: string | null, paths: readonly string[]])[]} groups */
  append(groups) {
    const events = [];
    for (const [file, paths] of groups) {
      for (let from = 0; from < paths.length; from += MOST_PATHS) {
        const part = paths.slice(from, from + MOST_PATHS);
        const said = file === null ? { type: "reads", id: this.#test } : { type: "uses", file };
        events.push({ ...said, paths: part });
      }
    }
    this.write(events);
  }

  /** @param {readonly object[]} events */
  write(events) {
    if (this.#broken) return;
    const isNew = this.#seq === 0;
    const lines = [...(isNew ? [hello()] : []), ...events].map((event) => this.#line(event));
    try {
      if (isNew) this.#create(lines.join(""));
      else appendFileSync(this.#path, lines.join(""));
    } catch {
      // What is observed is no result: a full disk is said by those who lose one.
      this.#broken = true;
    }
  }

  /** @param {string} text */
  #create(text) {
    const unfinished = `${this.#path}.new`;
    writeFileSync(unfinished, text, { flag: "wx" });
    renameSync(unfinished, this.#path);
  }

  /** @param {object} event */
  #line(event) {
    const head = { v: PROTOCOL_VERSION, seq: this.#seq++, time: new Clock().toISOString() };
    return `${JSON.stringify({ ...head, ...event })}\n`;
  }
}

function hello() {
  const runner = { name: "model-gate/observe", version: process.versions.node };
  return { type: "hello", role: "helper", runner, pid: process.pid };
}

/** Eight hexadecimal digits. node:crypto has better ones, but takes longer to load than all of this together. */
function randomDigits() {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
}

module.exports = { ObservationFile };
