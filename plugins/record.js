// @ts-check
import { randomBytes } from "node:crypto";
import { constants, copyFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { clip, EventWriter, MAX_TEXT } from "./event-writer.js";
import { DistinctIds, portablePath, testId } from "./test-ids.js";
import { idsOfFile } from "./vitest/task-ids.js";

/** @typedef {import("./record.js").TestSource} TestSource */

const events = new EventWriter("helper", { name: "model-gate/record", version: process.versions.node });
const artifacts = process.env.GATE_ARTIFACTS ? resolve(process.env.GATE_ARTIFACTS) : null;
const copyPrefix = `${process.pid}-${randomBytes(8).toString("hex")}`;
let copies = 0;

const nodeTestIds = new DistinctIds();
/** @type {WeakMap<object, string | null>} */
const known = new WeakMap();
/** @type {WeakMap<object, Map<string, string>>} */
const vitestFiles = new WeakMap();

/**
 * Records what one test said and did, for the reports that gate commits. Outside gate it does nothing.
 * @param {TestSource} source
 */
export function gateRecord(source) {
  return new GateRecord(idOf(source));
}

class GateRecord {
  /** @param {string | null} id */
  constructor(id) {
    this.id = id;
  }

  /** @param {string} name @param {unknown} value */
  property(name, value) {
    this.#write({ type: "property", id: this.#test(), name, value: jsonOf(value) });
  }

  /** @param {string} text @param {{ tier?: string }} [about] */
  prompt(text, { tier } = {}) {
    this.#turn({ kind: "prompt", text: clip(text), ...(tier === undefined ? {} : { tier }) });
  }

  /** @param {string} text */
  thinking(text) {
    this.#turn({ kind: "thinking", text: clip(text) });
  }

  /** @param {string} tool @param {unknown} args */
  toolCall(tool, args) {
    this.#turn({ kind: "tool-call", tool, arguments: jsonOf(args) });
  }

  /** @param {string} tool @param {unknown} result */
  toolResult(tool, result) {
    this.#turn({ kind: "tool-result", tool, result: jsonOf(result) });
  }

  /** @param {string} text */
  response(text) {
    this.#turn({ kind: "response", text: clip(text) });
  }

  /** @param {string} name @param {string} text @param {{ component?: string }} [about] */
  log(name, text, { component } = {}) {
    if (component !== undefined && !/^[\w-]{1,64}$/.test(component))
      throw new TypeError(`gateRecord: a component is letters, digits, - and _, not ${component}`);
    const about = component === undefined ? {} : { component };
    for (const chunk of chunks(text)) this.#write({ type: "log", id: this.id, name, text: chunk, ...about });
  }

  /** Copies the file at once: fixtures may clean up before gate looks. @param {string} path @param {string} [name] */
  logFile(path, name = basename(path)) {
    if (!events.enabled) return;
    if (!statSync(path).isFile()) throw new Error(`gateRecord: ${path} is not a regular file`);
    this.#write({ type: "artifact", id: this.id, path: keep(path), name });
  }

  /** @param {object} turn */
  #turn(turn) {
    this.#write({ type: "turn", id: this.#test(), turn });
  }

  #test() {
    if (this.id === null) throw new TypeError("gateRecord: only logs can belong to the suite as a whole");
    return this.id;
  }

  /** @param {{ type: string, [field: string]: unknown }} event */
  #write(event) {
    events.write(event);
  }
}

/** @param {TestSource} source @returns {string | null} */
function idOf(source) {
  // vitest's context is a function.
  if (source === null || !["object", "function"].includes(typeof source)) throw unknownSource();
  const before = known.get(source);
  if (before !== undefined) return before;
  const id = vitestId(source) ?? nodeTestId(source) ?? givenId(source);
  known.set(source, id);
  return id;
}

/** @param {any} source */
function vitestId(source) {
  const { task } = source;
  if (task?.file === undefined) return undefined;
  const ids = vitestFiles.get(task.file) ?? idsOfFile(task.file);
  vitestFiles.set(task.file, ids);
  return ids.get(task.id);
}

/** @param {any} source */
function nodeTestId(source) {
  if (typeof source.name !== "string" || typeof source.diagnostic !== "function") return undefined;
  const file = source.filePath ?? process.argv[1] ?? "unknown";
  return nodeTestIds.next(testId(portablePath(file), [source.fullName ?? source.name]));
}

/** @param {any} source */
function givenId(source) {
  if (typeof source.id === "string" || source.id === null) return source.id;
  throw unknownSource();
}

function unknownSource() {
  return new TypeError("gateRecord expects the context of a node:test or vitest test, or { id }");
}

/** @param {string} path */
function keep(path) {
  if (artifacts === null) return resolve(path);
  const name = `${copyPrefix}-${copies++}`;
  copyFileSync(path, join(artifacts, name), constants.COPYFILE_EXCL);
  return name;
}

/** Never cuts a surrogate pair in two. @param {string} text */
function* chunks(text) {
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + MAX_TEXT, text.length);
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    yield text.slice(start, end);
    start = end;
  }
}

/** Whatever a test hands over becomes JSON, at worst as text. @param {unknown} value */
function jsonOf(value) {
  const text = encode(value);
  return text.length > MAX_TEXT ? clip(text) : JSON.parse(text);
}

/** @param {unknown} value */
function encode(value) {
  try {
    const text = JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? one.toString() : one));
    return text ?? (value === undefined ? "null" : JSON.stringify(String(value)));
  } catch {
    return JSON.stringify(String(value));
  }
}
