/** One member of a document, or of the object in it that is taken apart, with its value read. */
export interface JsonMember {
  /** Whether it is a member of the object that is taken apart. */
  readonly inside: boolean;
  readonly key: string;
  readonly value: unknown;
}

/** Why text is not the JSON that it should be, as a sentence without its subject. */
export class NotJson extends Error {}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

const OPENED = Buffer.from("{");

/** With the white space around it. What is longer is not looked at each time that a bracket follows. */
const LONGEST_KEY = 1024;

const BLANK = /^[ \t\n\r]*$/;

/**
 * Reads a JSON object of any size a member at a time, and one object in it, named by its key, likewise: memory holds
 * no more than the longest member. Only brackets, commas and quotes are looked at here; each member is JSON.parse's.
 */
export class JsonMembers {
  readonly #key: RegExp;
  readonly #mostBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #inText = false;
  #escaped = false;
  /** Brackets that are open. */
  #depth = 0;
  /** How many of them members are cut out in: 1, or 2 inside the object that is taken apart. */
  #cutting = 0;
  /** Members of the outer and the inner object so far. */
  readonly #counts = [0, 0];
  #afterInside = false;
  #ended = false;
  #found = false;

  constructor(key: string, mostBytes: number) {
    this.#key = new RegExp(`^[ \\t\\n\\r]*"${key}"[ \\t\\n\\r]*:[ \\t\\n\\r]*$`);
    this.#mostBytes = mostBytes;
  }

  /** Whether the object to take apart was there. */
  get found(): boolean {
    return this.#found;
  }

  /** The members that end in the next piece of the text. */
  push(chunk: Buffer): JsonMember[] {
    const members: JsonMember[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#inText) this.#withinText(byte);
      else if (byte === QUOTE) this.#inText = true;
      else if (this.#cutsAt(byte)) {
        this.#keep(chunk.subarray(start, at));
        start = at + 1;
        this.#cut(byte, members);
      }
    }
    this.#keep(chunk.subarray(start));
    if (this.#cutting === 0 && !BLANK.test(this.#take())) throw this.#misplaced();
    return members;
  }

  end(): void {
    if (!this.#ended) throw new NotJson(this.#depth === 0 ? "is empty" : "breaks off");
  }

  #withinText(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }

  /** Follows the brackets; says whether the text is to be cut here. */
  #cutsAt(byte: number): boolean {
    if (byte === COMMA) return this.#depth === this.#cutting;
    if (OPENING.includes(byte)) {
      this.#depth += 1;
      return byte === OPENING_BRACE && this.#depth === this.#cutting + 1 && this.#cutting < 2;
    }
    if (!CLOSING.includes(byte)) return false;
    this.#depth -= 1;
    return this.#depth < this.#cutting;
  }

  #cut(byte: number, members: JsonMember[]): void {
    if (byte === OPENING_BRACE) {
      this.#open();
      return;
    }
    if (this.#cutting === 0 || (byte !== COMMA && byte !== CLOSING_BRACE)) throw this.#misplaced();
    const member = this.#member(byte === CLOSING_BRACE);
    if (member !== null) members.push(member);
    if (byte === COMMA) return;
    this.#cutting -= 1;
    if (this.#cutting === 0) this.#ended = true;
    else this.#afterInside = true;
  }

  #open(): void {
    if (this.#cutting === 0) {
      if (this.#ended || !BLANK.test(this.#take())) throw this.#misplaced();
      this.#cutting = 1;
      return;
    }
    if (this.#bytes > LONGEST_KEY || !this.#key.test(this.#text())) {
      // an object like any other: it keeps its brace
      this.#keep(OPENED);
      return;
    }
    if (this.#found) throw new NotJson("has two members of the same name");
    this.#take();
    this.#found = true;
    this.#cutting = 2;
  }

  #member(closes: boolean): JsonMember | null {
    const inside = this.#cutting === 2;
    const text = this.#take();
    const level = this.#cutting - 1;
    const count = this.#counts[level] ?? 0;
    this.#counts[level] = count + 1;
    const blank = BLANK.test(text);
    if (this.#afterInside) {
      this.#afterInside = false;
      if (!blank) throw this.#misplaced();
      return null;
    }
    if (blank && closes && count === 0) return null;
    return { inside, ...parsed(text) };
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#bytes > this.#mostBytes) {
      throw new NotJson(`has a member of more than ${Math.floor(this.#mostBytes / (1 << 20))} MiB`);
    }
    this.#pieces.push(piece);
  }

  #text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }

  #take(): string {
    const text = this.#text();
    this.#pieces = [];
    this.#bytes = 0;
    return text;
  }

  #misplaced(): NotJson {
    return new NotJson("is not a JSON object");
  }
}

function parsed(text: string): { readonly key: string; readonly value: unknown } {
  let entries: [string, unknown][];
  try {
    entries = Object.entries(JSON.parse(`{${text}}`));
  } catch {
    throw new NotJson(`is not JSON: ${JSON.stringify(text.trim().slice(0, 60))} is not a member`);
  }
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw new NotJson("is not a JSON object");
  return { key: entry[0], value: entry[1] };
}
