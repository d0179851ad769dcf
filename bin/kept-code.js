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
    if (!isPart || IMPORTS.test(source)) return compile.call(this, source, filename);
    const script = new vm.Script(BEFORE + source + AFTER, {
      filename,
      columnOffset: -BEFORE.length,
      cachedData: kept?.parts.get(name),
    });
    scripts.set(name, script);
    const require = (id) => this.require(id);
    return script.runInThisContext()(this.exports, require, this, filename, directory);
  };
  process.on("exit", () => keep(place, kept, scripts));
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
 * One line of JSON, `[checksum, [name, bytes]…]`, and then the parts. null where there is none, where it is damaged
 * (V8 does not look, and dies of it), or where somebody else could have written it: what it says is run.
 */
function readKept(place) {
  try {
    const file = fs.openSync(place, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    try {
      const { uid, mode, mtimeMs } = fs.fstatSync(file);
      if (uid !== process.getuid() || (mode & 0o022) !== 0) return null;
      const bytes = fs.readFileSync(file);
      const end = bytes.indexOf("\n");
      const [sum, ...index] = JSON.parse(bytes.toString("utf8", 0, end));
      if (sum !== checksum(bytes.subarray(end + 1))) return null;
      const parts = new Map();
      let at = end + 1;
      for (const [name, size] of index) {
        parts.set(name, bytes.subarray(at, at + size));
        at += size;
      }
      return at === bytes.length ? { parts, age: Date.now() - mtimeMs } : null;
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return null;
  }
}

/** Against damage, not against people: of words, because a hash of Node's takes longer to load than all the rest. */
function checksum(bytes) {
  const whole = bytes.length & ~3;
  const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + whole));
  let sum = bytes.length;
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193);
  for (const byte of bytes.subarray(whole)) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum;
}

/** Only a convenience: where it cannot be written, the next start takes as long as this one. */
function keep(place, kept, scripts) {
  const isKept = ([name, script]) => kept.parts.has(name) && !script.cachedDataRejected;
  if (kept !== null && kept.age < LASTS_MS && [...scripts].every(isKept)) return;
  const parts = [...scripts].map(([name, script]) => [name, script.createCachedData()]);
  const body = Buffer.concat(parts.map(([, data]) => data));
  const head = JSON.stringify([checksum(body), ...parts.map(([name, data]) => [name, data.length])]);
  const directory = path.dirname(place);
  const scratch = `${place}.${process.pid}.tmp`;
  try {
    // One by one: where a directory cannot be made at all, `recursive` goes on trying for ever.
    makeDirectory(path.dirname(directory));
    makeDirectory(directory);
    fs.writeFileSync(scratch, Buffer.concat([Buffer.from(`${head}\n`), body]), { flag: "wx", mode: 0o600 });
    fs.renameSync(scratch, place);
  } catch {
    removeFile(scratch);
  }
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
