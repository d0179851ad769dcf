/** What stands in a Python pattern for one character or for a kind of characters. */
export type Escape =
  | { readonly kind: "character"; readonly code: number; readonly length: number }
  | { readonly kind: "category"; readonly letter: string; readonly length: number }
  | { readonly kind: "position"; readonly letter: string; readonly length: number }
  /** A group that matched before: whether it did is not looked into. */
  | { readonly kind: "reference"; readonly length: number }
  /** Python refuses it too. */
  | { readonly kind: "invalid" };

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEXADECIMAL = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/;

/** The escape at the start of a text that begins with a backslash. */
export function escapeAt(text: string, inClass: boolean): Escape {
  const letter = String.fromCodePoint(text.codePointAt(1) ?? 0);
  if (text.length < 2) return { kind: "invalid" };
  if (/\d/.test(letter)) return numbered(text, inClass);
  if ("dDsSwW".includes(letter)) return { kind: "category", letter, length: 2 };
  const control = inClass && letter === "b" ? 8 : CONTROLS[letter];
  if (control !== undefined) return { kind: "character", code: control, length: 2 };
  if (!inClass && "AZbB".includes(letter)) return { kind: "position", letter, length: 2 };
  const found = HEXADECIMAL.exec(text);
  if (found !== null) {
    const code = Number.parseInt(found.slice(1).find((one) => one !== undefined) ?? "", 16);
    return code > 0x10ffff ? { kind: "invalid" } : { kind: "character", code, length: found[0].length };
  }
  if (/[a-zA-Z]/.test(letter)) return { kind: "invalid" };
  return { kind: "character", code: letter.codePointAt(0) ?? 0, length: 1 + letter.length };
}

/** `\0`, `\012` and, in a class, `\12` are octal; everything else is a group that matched before. */
function numbered(text: string, inClass: boolean): Escape {
  const octal = (inClass ? /^\\([0-7]{1,3})/ : /^\\(0[0-7]{0,2}|[0-3][0-7]{2})/).exec(text);
  if (octal !== null) {
    const code = Number.parseInt(octal[1] ?? "", 8);
    return code > 0o377 ? { kind: "invalid" } : { kind: "character", code, length: octal[0].length };
  }
  const reference = /^\\([1-9]\d?)/.exec(text);
  if (inClass || reference === null) return { kind: "invalid" };
  return { kind: "reference", length: reference[0].length };
}

/** What stands for a category inside brackets. Brackets in brackets would need a flag under which V8 ignores cases wrongly. */
const UNICODE: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  s: "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
  S: "\\0-\\x08\\x0e-\\x1b\\x21-\\x84\\x86-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\u{10ffff}",
  w: "\\p{L}\\p{N}_",
  W: "\\p{M}\\p{Z}\\p{C}\\p{S}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\u203f\\u2040\\u2054\\ufe33\\ufe34\\ufe4d-\\ufe4f\\uff3f",
};
const ASCII: Readonly<Record<string, string>> = {
  d: "0-9",
  D: "\\0-\\x2f\\x3a-\\u{10ffff}",
  s: "\\t-\\r\\x20",
  S: "\\0-\\x08\\x0e-\\x1f\\x21-\\u{10ffff}",
  w: "a-zA-Z0-9_",
  // without the long s and the sign of Kelvin, which are an s and a k where cases do not count
  W: "\\0-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\u017e\\u0180-\\u2129\\u212b-\\u{10ffff}",
};

/** Its members, for the inside of a class. */
export function category(letter: string, ascii: boolean): string {
  return (ascii ? ASCII : UNICODE)[letter] ?? "";
}

/** A place between two characters. */
export function position(letter: string, ascii: boolean): string {
  if (letter === "A") return "(?<![\\s\\S])";
  if (letter === "Z") return "(?![\\s\\S])";
  const word = `[${category("w", ascii)}]`;
  return letter === "b"
    ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
    : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
}

export function literal(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
