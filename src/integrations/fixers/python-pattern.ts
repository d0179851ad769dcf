import { err, ok, type Result } from "../../result.ts";
import { category, escapeAt, literal, position } from "./python-escapes.ts";

/** A pattern of Python's `re`, as JavaScript knows it. */
export interface PythonPattern {
  /** What stands between the `|` of its outermost level. */
  readonly alternatives: readonly RegExp[];
  /** Some alternatives are not among them: JavaScript has no such thing. */
  readonly partial: boolean;
}

/** Longer ones are nobody's list of files. */
const LONGEST = 10_000;

/** Why Python would refuse it as well, or JavaScript alone. */
export function pythonPattern(source: string): Result<PythonPattern, string> {
  if (source.length > LONGEST) return err("is too long");
  const reader = new PatternReader(source);
  const broken = reader.read();
  if (broken !== null) return err(broken);
  const flags = reader.ignoresCase ? "iu" : "u";
  try {
    const alternatives = reader.alternatives.map((one) => new RegExp(one, flags));
    return ok({ alternatives, partial: reader.partial });
  } catch {
    return err("is no pattern that gate can read");
  }
}

/** `(?i)` and the like at the start, which hold for the whole pattern; blanks between them only where they mean nothing. */
export function globalFlags(pattern: string): string {
  const plain = /^(?:\(\?[aiLmsux]+\))*/.exec(pattern)?.[0] ?? "";
  if (!/\?\w*x/.test(plain)) return plain;
  return /^(?:[ \t\n\r\v\f]*\(\?[aiLmsux]+\))*/.exec(pattern)?.[0] ?? plain;
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
  readonly a: boolean;
}

const NO_FLAGS: Flags = { i: false, m: false, s: false, x: false, a: false };

function withFlags(flags: Flags, letters: string, value: boolean): Flags {
  const changed = [...letters].filter((letter) => letter in NO_FLAGS).map((letter) => [letter, value]);
  return { ...flags, ...Object.fromEntries(changed) };
}

const GROUP = /^\(\?(?:(:)|(P<\w+>)|([=!]|<[=!])|([aiLmsux]*)(?:-([imsx]+))?:)/;
const QUANTIFIER = /^(?:[*+?]|\{(?=[\d,])(\d*)(?:(,)(\d*))?\})/;

/** Reads a pattern once, from left to right, and writes down what JavaScript calls the same. */
class PatternReader {
  readonly alternatives: string[] = [];
  partial = false;
  ignoresCase = false;
  readonly #source: string;
  readonly #scopes: Flags[] = [];
  #flags: Flags;
  #at: number;
  #written = "";
  #unlike = false;

  constructor(source: string) {
    this.#source = source;
    const start = globalFlags(source);
    this.#at = start.length;
    this.#flags = withFlags(NO_FLAGS, start, true);
    this.ignoresCase = this.#flags.i;
  }

  /** What is wrong with it; null where nothing is. */
  read(): string | null {
    while (this.#at < this.#source.length) {
      const broken = this.#step(this.#source.charAt(this.#at));
      if (broken !== null) return broken;
    }
    this.#endAlternative();
    return this.#scopes.length > 0 ? "has a ( that nothing closes" : null;
  }

  #step(mark: string): string | null {
    if (this.#flags.x && this.#skipsBlank(mark)) return null;
    if (mark === "\\") return this.#escape();
    if (mark === "[") return this.#class();
    if (mark === "(") return this.#open();
    if (mark === ")") return this.#close();
    if (mark === "|" && this.#scopes.length === 0) return this.#endAlternative(1);
    const quantifier = QUANTIFIER.exec(this.#rest());
    if (quantifier !== null) return this.#repeat(quantifier);
    return this.#write(this.#plain(mark), mark === "" ? 1 : this.#character().length);
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #character(): string {
    return String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
  }

  #write(text: string, read: number): null {
    this.#written += text;
    this.#at += read;
    return null;
  }

  #endAlternative(read = 0): null {
    if (this.#unlike) this.partial = true;
    else this.alternatives.push(this.#written);
    this.#written = "";
    this.#unlike = false;
    this.#at += read;
    return null;
  }

  #skipsBlank(mark: string): boolean {
    if (mark === "#") {
      const end = this.#source.indexOf("\n", this.#at);
      this.#at = end === -1 ? this.#source.length : end + 1;
      return true;
    }
    const blank = " \t\n\r\v\f".includes(mark);
    if (blank) this.#at += 1;
    return blank;
  }

  #plain(mark: string): string {
    if (mark === "|") return "|";
    if (mark === "^") return this.#flags.m ? "(?<![^\\n])" : "(?<![\\s\\S])";
    if (mark === "$") return this.#flags.m ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))";
    if (mark === ".") return this.#flags.s ? "[\\s\\S]" : "[^\\n]";
    return literal(this.#source.codePointAt(this.#at) ?? 0);
  }

  #escape(): string | null {
    const found = escapeAt(this.#rest(), false);
    switch (found.kind) {
      case "invalid":
        return "has a backslash before what Python knows no escape of";
      case "reference":
        this.#unlike = true;
        return this.#write("(?:)", found.length);
      case "character":
        return this.#write(literal(found.code), found.length);
      case "category":
        return this.#write(`[${category(found.letter, this.#flags.a)}]`, found.length);
      case "position":
        return this.#write(position(found.letter, this.#flags.a), found.length);
    }
  }

  #repeat(found: RegExpExecArray): null {
    const [text, low, comma, high] = found;
    const braces = low !== undefined;
    const range = comma === undefined ? (low ?? "") : `${low === "" ? "0" : low},${high ?? ""}`;
    this.#write(braces ? `{${range}}` : text, text.length);
    const next = this.#source.charAt(this.#at);
    // what never gives back what it took
    if (next === "+") this.#unlike = true;
    if (next === "+") this.#at += 1;
    if (next === "?") this.#write("?", 1);
    return null;
  }

  #open(): string | null {
    const rest = this.#rest();
    if (!rest.startsWith("(?")) return this.#enter("(?:", 1, this.#flags);
    const comment = /^\(\?#(?:\\[\s\S]|[^)\\])*\)/.exec(rest);
    if (comment !== null) return this.#write("", comment[0].length);
    const found = GROUP.exec(rest);
    if (found !== null) return this.#openKnown(found);
    return this.#openUnlike(rest);
  }

  #openKnown(found: RegExpExecArray): null {
    const [text, , , look, on = "", off = ""] = found;
    const inner = withFlags(withFlags(this.#flags, on, true), off, false);
    if (inner.i !== this.ignoresCase) this.#unlike = true;
    return this.#enter(look === undefined ? "(?:" : `(?${look}`, text.length, inner);
  }

  /** Groups that give back nothing, that ask for others, or that name one. */
  #openUnlike(rest: string): string | null {
    const name = /^\(\?P=\w+\)/.exec(rest);
    const other = /^\(\?(?:>|\(\w+\))/.exec(rest);
    if (name === null && other === null) return "has a group that Python does not know";
    this.#unlike = true;
    if (name !== null) return this.#write("(?:)", name[0].length);
    return this.#enter("(?:", other?.[0].length ?? 0, this.#flags);
  }

  #enter(text: string, read: number, flags: Flags): null {
    this.#scopes.push(this.#flags);
    this.#flags = flags;
    return this.#write(text, read);
  }

  #close(): string | null {
    const outer = this.#scopes.pop();
    if (outer === undefined) return "has a ) that nothing opens";
    this.#flags = outer;
    return this.#write(")", 1);
  }

  #class(): string | null {
    const negated = this.#source.charAt(this.#at + 1) === "^";
    this.#write(negated ? "[^" : "[", negated ? 2 : 1);
    for (let first = true; this.#at < this.#source.length; first = false) {
      if (this.#source.charAt(this.#at) === "]" && !first) return this.#write("]", 1);
      const broken = this.#member();
      if (broken !== null) return broken;
    }
    return "has a [ that nothing closes";
  }

  #member(): string | null {
    const from = this.#single();
    if (from === null) return "has a backslash before what Python knows no escape of";
    const range = /^-[^\]]/.test(this.#rest());
    if (!range) return this.#write(typeof from === "number" ? literal(from) : from, 0);
    this.#at += 1;
    const to = this.#single();
    if (typeof from !== "number" || typeof to !== "number" || to < from)
      return "has a range without an order";
    return this.#write(`${literal(from)}-${literal(to)}`, 0);
  }

  /** A character's code or a kind of characters, read over. */
  #single(): number | string | null {
    if (this.#source.charAt(this.#at) !== "\\") {
      const character = this.#character();
      this.#at += character.length;
      return character.codePointAt(0) ?? 0;
    }
    const found = escapeAt(this.#rest(), true);
    if (found.kind !== "character" && found.kind !== "category") return null;
    this.#at += found.length;
    return found.kind === "character" ? found.code : category(found.letter, this.#flags.a);
  }
}
