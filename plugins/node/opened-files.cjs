// @ts-check
"use strict";

const fs = require("node:fs");
const { join } = require("node:path");
const { fileURLToPath } = require("node:url");

const { O_EXCL, O_TRUNC, O_WRONLY } = fs.constants;

/**
 * @typedef {(...args: any[]) => any} AnyFunction
 * @typedef {(path: unknown) => void} Opened never throws
 * @typedef {(args: any[]) => (() => void) | null} Telling what to do once a call with these arguments has succeeded
 */

/**
 * Tells of every file that this process opens for reading by way of Node, once it is open. What is put in place
 * of Node's functions behaves as they do, also for import: it takes them when somebody first asks for them.
 * @param {Opened} opened
 */
function watchOpenedFiles(opened) {
  /** @type {(path: (args: any[]) => unknown) => Telling} */
  const always = (path) => (args) => () => opened(path(args));
  /** @type {Telling} */
  const opens = (args) => (opensForReading(args[1]) ? () => opened(args[0]) : null);
  /** @type {Telling} */
  const readsWhole = (args) => (opensForReading(args[1]?.flag) ? () => opened(args[0]) : null);
  const copiesOne = always((args) => args[0]);
  const copies = copiesAll(opened);
  const calls = /** @type {const} */ ([
    ["open", opens],
    ["readFile", readsWhole],
    ["copyFile", copiesOne],
    ["cp", copies],
  ]);
  for (const [name, telling] of calls) {
    replace(fs, `${name}Sync`, (original) => tellingAfterReturn(original, telling));
    replace(fs, name, (original) => tellingAfterCallback(original, telling));
    replace(fs.promises, name, (original) => tellingAfterPromise(original, telling));
  }
  replace(fs, "openAsBlob", (original) => tellingAfterReturn(original, copiesOne));
  const dlopen = always((args) => args[1]);
  replace(process, "dlopen", (original) => tellingAfterReturn(original, dlopen));
  const loadEnvFile = always((args) => args[0] ?? ".env");
  replace(process, "loadEnvFile", (original) => tellingAfterReturn(original, loadEnvFile));
  watchImports(opened);
  watchEnvFiles(opened);
}

/**
 * Whether what is opened so can be read: not what is new or emptied.
 * @param {unknown} flags as node:fs takes them
 */
function opensForReading(flags) {
  if (typeof flags === "number") return (flags & (O_WRONLY | O_TRUNC | O_EXCL)) === 0;
  if (typeof flags !== "string") return true;
  return /r|\+/.test(flags) && !/[wx]/.test(flags);
}

/** @param {AnyFunction} original @param {Telling} telling @returns {AnyFunction} */
function tellingAfterReturn(original, telling) {
  /** @this {unknown} @param {any[]} args */
  return function (...args) {
    const tell = telling(args);
    const result = Reflect.apply(original, this, args);
    tell?.();
    return result;
  };
}

/** @param {AnyFunction} original @param {Telling} telling @returns {AnyFunction} */
function tellingAfterPromise(original, telling) {
  /** @this {unknown} @param {any[]} args */
  return async function (...args) {
    const tell = telling(args);
    const result = await Reflect.apply(original, this, args);
    tell?.();
    return result;
  };
}

/** @param {AnyFunction} original @param {Telling} telling @returns {AnyFunction} */
function tellingAfterCallback(original, telling) {
  /** @this {unknown} @param {any[]} args */
  return function (...args) {
    const tell = telling(args);
    const callback = args.at(-1);
    if (tell !== null && typeof callback === "function") {
      /** @this {unknown} @param {unknown[]} results */
      args[args.length - 1] = function (...results) {
        if (!results[0]) tell();
        return Reflect.apply(callback, this, results);
      };
    }
    return Reflect.apply(original, this, args);
  };
}

/** Of a directory that is copied, each file is read; a filter says which. @param {Opened} opened @returns {Telling} */
function copiesAll(opened) {
  const { readdirSync, statSync } = fs;
  /** @param {string} source */
  const tell = (source) => {
    if (!statSync(source).isDirectory()) return opened(source);
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      if (entry.isFile()) opened(join(source, entry.name));
      else if (entry.isDirectory()) tell(join(source, entry.name));
    }
  };
  return (args) => {
    const [source, , options] = args;
    if (typeof options?.filter === "function") {
      args[2] = { ...options, filter: tellingFilter(options.filter, opened) };
      return null;
    }
    return () => {
      try {
        tell(typeof source === "string" ? source : fileURLToPath(source));
      } catch {
        // Changed meanwhile.
      }
    };
  };
}

/** @param {AnyFunction} filter @param {Opened} opened @returns {AnyFunction} */
function tellingFilter(filter, opened) {
  return (source, destination) => {
    const accepted = filter(source, destination);
    if (accepted) opened(source);
    return accepted;
  };
}

/**
 * Up to Node 22.18 and 24.8, `import` opens files past node:fs, with these two. The hooks that Node has for loaders
 * are no way: module.register starts a thread in every process, for 45 ms, and module.registerHooks stops other
 * loaders from working in some Nodes 22.
 * @param {Opened} opened
 */
function watchImports(opened) {
  const binding = bindingOfFs();
  for (const name of ["openFileHandle", "readFileUtf8"]) {
    const original = binding?.[name];
    if (typeof original !== "function") continue;
    /** @this {unknown} @param {unknown[]} args */
    binding[name] = function (...args) {
      if (opensForReading(args[1])) opened(args[0]);
      return Reflect.apply(original, this, args);
    };
  }
}

/** Null where Node gives it to nobody. */
function bindingOfFs() {
  const noDeprecation = Object.getOwnPropertyDescriptor(process, "noDeprecation");
  process.noDeprecation = true;
  try {
    return /** @type {any} */ (process).binding("fs");
  } catch {
    return null;
  } finally {
    if (noDeprecation === undefined) Reflect.deleteProperty(process, "noDeprecation");
    else Object.defineProperty(process, "noDeprecation", noDeprecation);
  }
}

/** Node has read them before it came here. @param {Opened} opened */
function watchEnvFiles(opened) {
  for (const [index, option] of process.execArgv.entries()) {
    const [, file] = /^--env-file(?:-if-exists)?(?:=(.*))?$/.exec(option) ?? [];
    if (option.startsWith("--env-file")) opened(file ?? process.execArgv[index + 1]);
  }
}

/**
 * Keeps the name, the length and every other property of the original.
 * @param {any} owner @param {string} name @param {(original: AnyFunction) => AnyFunction} substitute
 */
function replace(owner, name, substitute) {
  const property = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof property?.value !== "function" || property.configurable !== true) return;
  const value = Object.defineProperties(
    substitute(property.value),
    Object.getOwnPropertyDescriptors(property.value),
  );
  Object.defineProperty(owner, name, { ...property, value });
}

module.exports = { opensForReading, watchOpenedFiles };
