import { Writable } from "node:stream";

const LINE_FEED = 0x0a;

/** What the suite says, on its way to where gate speaks as well: between two lines of its own, gate's begin anew. */
export class EchoedOutput extends Writable {
  readonly #target: Writable;
  #isInLine = false;

  constructor(target: Writable) {
    super();
    this.#target = target;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (chunk.length > 0) this.#isInLine = chunk.at(-1) !== LINE_FEED;
    // nobody may listen any more: the suite goes on all the same
    this.#target.write(chunk, () => done());
  }

  endLine(): void {
    if (this.#isInLine) this.#target.write("\n");
    this.#isInLine = false;
  }
}
