import { join } from "node:path";

/**
 * A path as git holds it: bytes. As text it is UTF-8 where the bytes are, and git's own quoted form
 * (`"src/\377"`) where they are not, or hold a line end or another control: two paths never become one, and a path
 * never more than one line.
 */
export function pathText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const faithful = !text.includes("\uFFFD") || Buffer.from(text, "utf8").equals(bytes);
  return faithful && !text.startsWith('"') && !/\p{Cc}/u.test(text) ? text : quoted(bytes);
}

/** The same of bytes that are at hand as Latin-1 text, where one character is one byte. */
export function pathTextOfLatin1(bytes: string): string {
  return PLAIN_PATH.test(bytes) ? bytes : pathText(Buffer.from(bytes, "latin1"));
}

/** ASCII, and not to be taken for a quoted path: what nearly every path is, and one text in every encoding. */
const PLAIN_PATH = /^(?!")[\x20-\x7e]*$/;

/** A path that need not stay in one line: quoted only where the bytes (as Latin-1 text) are no UTF-8. */
export function faithfulText(bytes: string): string {
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  const raw = Buffer.from(bytes, "latin1");
  const text = raw.toString("utf8");
  return Buffer.from(text, "utf8").equals(raw) ? text : quoted(raw);
}

function quoted(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += NAMED.get(byte) ?? `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `${text}"`;
}

const LETTERS = "abtnvfr";
const FIRST_NAMED = 7;
const NAMED: ReadonlyMap<number, string> = new Map(
  [...LETTERS].map((letter, index) => [index + FIRST_NAMED, `\\${letter}`]),
);

/** The same of a path as Python has it: UTF-8, and for each byte that is none a lone surrogate (`surrogateescape`). */
export function pathTextOfPython(path: string): string {
  if (PLAIN_PATH.test(path)) return path;
  const bytes = [...path].map((character) => {
    const code = character.charCodeAt(0);
    const isByte = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    return isByte ? Buffer.from([code - 0xdc00]) : Buffer.from(character);
  });
  return pathText(Buffer.concat(bytes));
}

/** The bytes of a path, as Latin-1 text: the way back from its text. */
export function latin1OfPath(text: string): string {
  if (PLAIN_PATH.test(text)) return text;
  if (!text.startsWith('"')) return Buffer.from(text, "utf8").toString("latin1");
  return text
    .slice(1, -1)
    .replace(/\\(?:([0-7]{3})|(.))/g, (_, octal: string | undefined, letter: string) => {
      const control = LETTERS.indexOf(letter);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return control === -1 ? letter : String.fromCharCode(control + FIRST_NAMED);
    });
}

/** Where a path of git's lies on disk: as bytes where it has another text than the file system's. */
export function placeBelow(directory: string, path: string): string | Buffer {
  if (!path.startsWith('"')) return join(directory, path);
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(latin1OfPath(path), "latin1")]);
}

/** Splits NUL-separated output; the last part is empty where the output ends in NUL, and left out. */
export function splitNul(output: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  while (start < output.length) {
    const end = output.indexOf(0, start);
    if (end === -1) {
      parts.push(output.subarray(start));
      break;
    }
    parts.push(output.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

/** Of Latin-1 text, of which one character is one byte: strings are cut several times faster than buffers. */
export function latin1Lines(output: string): string[] {
  return output.split("\0").slice(0, -1);
}
