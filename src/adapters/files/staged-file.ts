import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { hashingStream, hashSync } from "hasha";

/** What was written: its bytes, or the file that they are in. */
export type StagedContent =
  | { readonly kind: "bytes"; readonly content: Buffer; readonly bytes: number; readonly sha256: string }
  | { readonly kind: "file"; readonly file: string; readonly bytes: number; readonly sha256: string };

/** Files cost much more than what little is in most of them; what is larger than this gets one. */
const MOST_IN_MEMORY = 1 << 20;

/** Takes text piece by piece, in memory as long as it is small, then in a file at `path`; with its SHA-256. */
export class StagedFile {
  readonly #path: string;
  #pieces: Buffer[] = [];
  #file: OpenFile | null = null;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(text: string): void {
    const piece = Buffer.from(text);
    this.#bytes += piece.length;
    if (this.#file === null) this.#pieces.push(piece);
    else this.#file.write(piece);
    if (this.#pieces.length === 0 || this.#bytes <= MOST_IN_MEMORY) return;
    this.#file = new OpenFile(this.#path);
    for (const one of this.#pieces) this.#file.write(one);
    this.#pieces = [];
  }

  finish(): StagedContent {
    const bytes = this.#bytes;
    if (this.#file !== null) return { kind: "file", file: this.#path, bytes, sha256: this.#file.close() };
    const content = Buffer.concat(this.#pieces);
    return { kind: "bytes", content, bytes, sha256: hashSync(content, { algorithm: "sha256" }) };
  }

  /** Takes away what there is of it. */
  abandon(): void {
    this.#pieces = [];
    if (this.#file === null) return;
    this.#file.close();
    rmSync(this.#path, { force: true });
  }
}

class OpenFile {
  readonly #descriptor: number;
  readonly #digest = hashingStream({ algorithm: "sha256" });

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, "wx", 0o644);
  }

  write(piece: Buffer): void {
    this.#digest.update(piece);
    for (let from = 0; from < piece.length; ) from += writeSync(this.#descriptor, piece, from);
  }

  /** Gives its SHA-256. */
  close(): string {
    closeSync(this.#descriptor);
    return this.#digest.digest("hex");
  }
}
