/**
 * Keeps compiled code between starts, for a Node that does not do so by itself (before 22.1): a commit waits 20 ms
 * less. What is kept is V8's cached data, in one file for each verb in the user's own cache directory; V8 refuses
 * what another version of it has made. It looks at no more of the source than its length, so only parts of the
 * program whose names have a hash of their content are kept.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

const HASHED = /-[\w-]{8}\.cjs$/;

/** Functions that were not used the first time are compiled at every start: so it is kept anew each day. */
const LASTS_MS = 24 * 3_600_000;

/** V8 loses what a kept script needs for it. In braces it is a type in a comment. */
const IMPORTS = /(?<!\{ ?)\bimport\(/;

const [BEFORE, AFTER] = ["(function (exports, require, module, __filename, __dirname) { ", "\n})"];

/**
 * From here on the program's parts, all in one directory, are compiled from what is kept. Each verb has a file of
 * its own: it uses other functions of the same parts.
 */
function keepCode(parts, verb) {
  const directory = path.resolve(parts);
  const place = placeOf(verb);
  if (place === null) return;
  const kept = readKept(place);
  const scripts = new Map();
  const { _compile: compile } = Module.prototype;
  Module.prototype._compile = function (source, filename) {
    const name = path.basename(filename);
    const isPart = HASHED.test(name) && path.dirname(filename) === directory;
    const part = isPart ? kept?.parts.get(name) : undefined;
    if (!isPart || (part === undefined && IMPORTS.test(source))) return compile.call(this, source, filename);
    const script = new vm.Script(BEFORE + source + AFTER, {
      filename,
      columnOffset: -BEFORE.length,
      cachedData: part && readPart(part),
    });
    scripts.set(name, script);
    const require = (id) => this.require(id);
    return script.runInThisContext()(this.exports, require, this, filename, directory);
  };
  process.on("exit", () => keep(place, kept, scripts, directory));
}

function placeOf(verb) {
  const { NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME, HOME } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return null;
  const cache = XDG_CACHE_HOME || (HOME ? path.join(HOME, ".cache") : "");
  if (!path.isAbsolute(cache) || isInCheckout(cache)) return null;
  return path.join(cache, "model-gate", `${verb}-${process.version}-${process.arch}.code`);
}

/** What lies there may be what somebody has committed. */
function isInCheckout(place) {
  if (fs.existsSync(path.join(place, ".git"))) return true;
  const above = path.dirname(place);
  return above !== place && isInCheckout(above);
}

/**
 * One line of JSON, `[name, bytes]` for each part, and then each part twice. They are read when they are used.
 * null where there is none, or where somebody else could have written it: what it says is run.
 */
function readKept(place) {
  try {
    const file = fs.openSync(place, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    const { uid, mode, mtimeMs } = fs.fstatSync(file);
    if (uid !== process.getuid() || (mode & 0o022) !== 0) return null;
    const start = Buffer.allocUnsafe(LONGEST_INDEX);
    const end = start.subarray(0, fs.readSync(file, start, 0, LONGEST_INDEX, 0)).indexOf("\n");
    const parts = new Map();
    let at = end + 1;
    for (const [name, size] of JSON.parse(start.toString("utf8", 0, end))) {
      parts.set(name, { file, at, size });
      at += 2 * size;
    }
    return { parts, age: Date.now() - mtimeMs };
  } catch {
    return null;
  }
}

const LONGEST_INDEX = 1 << 14;

/**
 * undefined for one that a crash has cut off, or left zeros in: V8 does not look, and dies of it. To compare it with
 * its copy takes a tenth of a millisecond, and a hash as long as compiling saves.
 */
function readPart({ file, at, size }) {
  try {
    const bytes = Buffer.allocUnsafe(2 * size);
    const isWhole = fs.readSync(file, bytes, 0, 2 * size, at) === 2 * size;
    const [part, copy] = [bytes.subarray(0, size), bytes.subarray(size)];
    return isWhole && part.equals(copy) ? part : undefined;
  } catch {
    return undefined;
  }
}

/** Only a convenience: where it cannot be written, the next start takes as long as this one. */
function keep(place, kept, scripts, directory) {
  const isKept = ([, script]) => script.cachedDataRejected === false;
  if (kept !== null && kept.age < LASTS_MS && [...scripts].every(isKept)) return;
  const own = [...scripts].map(([name, script]) => [name, script.createCachedData()]);
  const parts = [...own, ...notUsed(kept, scripts, directory)];
  const index = JSON.stringify(parts.map(([name, data]) => [name, data.length]));
  const bytes = Buffer.concat([Buffer.from(`${index}\n`), ...parts.flatMap(([, data]) => [data, data])]);
  const folder = path.dirname(place);
  const scratch = `${place}.${process.pid}.tmp`;
  try {
    // One by one: where a directory cannot be made at all, `recursive` goes on trying for ever.
    makeDirectory(path.dirname(folder));
    makeDirectory(folder);
    fs.writeFileSync(scratch, bytes, { flag: "wx", mode: 0o600 });
    fs.renameSync(scratch, place);
  } catch {
    removeFile(scratch);
  }
}

/** What other starts of this program have kept: a commit that skips loads other parts than one that runs a suite. */
function notUsed(kept, scripts, directory) {
  const others = [...(kept?.parts ?? [])].filter(
    ([name]) => !scripts.has(name) && fs.existsSync(path.join(directory, name)),
  );
  return others.map(([name, part]) => [name, readPart(part)]).filter(([, data]) => data !== undefined);
}

function makeDirectory(directory) {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

function removeFile(file) {
  try {
    fs.unlinkSync(file);
  } catch {
    // it was not made
  }
}

module.exports = { keepCode };
