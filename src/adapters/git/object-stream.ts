/** What `cat-file --batch` has at a name. */
export type ObjectFound =
  | { readonly kind: "object"; readonly id: string; readonly type: string; readonly bytes: Buffer }
  /** Larger than was asked for: its bytes are let go by as they come. */
  | { readonly kind: "too-large"; readonly id: string; readonly type: string; readonly size: number }
  /** `said` is git's line. */
  | { readonly kind: "absent"; readonly said: string };

interface OpenObject {
  readonly id: string;
  readonly type: string;
  readonly pieces: Buffer[];
  readonly kept: boolean;
  left: number;
}

/** Takes output of `cat-file --batch` in pieces: a header line, so many bytes and a newline for each object. */
export class ObjectStream {
  readonly #limit: () => number;
  readonly #found: (object: ObjectFound) => void;
  #header = "";
  #open: OpenObject | null = null;
  #isOver = false;

  /** `limit`: how large the next object may be to be kept. What is too large is told before it has come. */
  constructor(limit: () => number, found: (object: ObjectFound) => void) {
    this.#limit = limit;
    this.#found = found;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#isOver; ) at = this.#takeFrom(chunk, at);
  }

  /** Nothing is taken any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Says from where on the chunk is still to be taken. */
  #takeFrom(chunk: Buffer, at: number): number {
    const open = this.#open;
    if (open === null) return this.#takeHeader(chunk, at);
    if (open.left > 0) {
      const piece = chunk.subarray(at, at + open.left);
      if (open.kept) open.pieces.push(piece);
      open.left -= piece.length;
      return at + piece.length;
    }
    this.#open = null;
    const { id, type, pieces, kept } = open;
    const [only] = pieces;
    const bytes = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
    if (kept) this.#found({ kind: "object", id, type, bytes });
    return at + 1;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#header += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
    if (end === -1) return chunk.length;
    const header = this.#header;
    this.#header = "";
    const [, id = "", type = "", digits = ""] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? [];
    if (id === "") this.#found({ kind: "absent", said: header });
    else {
      const size = Number(digits);
      const kept = size <= this.#limit();
      this.#open = { id, type, pieces: [], kept, left: size };
      if (!kept) this.#found({ kind: "too-large", id, type, size });
    }
    return end + 1;
  }
}
