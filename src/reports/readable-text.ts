import { LONG_LINE, type Rewrite, RewritingStage, rewriteAll } from "./rewriting.ts";

const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

/** Whatever the rules are, a report is text: one kind of line end, no escape sequence, no hidden control. */
const REPAIRS: readonly Rewrite[] = [
  {
    // CSI, OSC, the other strings, and two-character escapes (ECMA-48).
    pattern:
      /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\r\n]{0,512}(?:\x07|\x1b\\)|[PX^_][^\x1b\r\n]{0,512}\x1b\\|[ -/]{0,4}[0-OQ-WYZ\\`-~])/g,
    to: "",
    needs: ["\x1b"],
  },
  { pattern: /\r\n?/g, to: "\n", needs: ["\r"] },
  { pattern: new RegExp(CONTROL, "g"), to: visible, needs: [CONTROL] },
];

/** ␀ to ␟ and ␡ for ASCII's controls; the others have no picture of their own. */
function visible(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : `\\x${code.toString(16)}`;
}

export function readableText(text: string): string {
  const wellFormed = Buffer.from(text).toString("utf8");
  return CONTROL.test(wellFormed) ? rewriteAll(wellFormed, REPAIRS) : wellFormed;
}

/** Turns the bytes of a log into readable text, piece by piece; the pieces do not depend on how it is cut. */
export class ReadableText {
  readonly #repair = new RewritingStage(REPAIRS);
  #held: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): string {
    const pending = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const cut = safeCut(pending);
    // Copied, because the caller may use the same memory for the next piece.
    this.#held = Buffer.from(pending.subarray(cut));
    return this.#repair.push(pending.toString("utf8", 0, cut));
  }

  end(): string {
    const rest = this.#repair.push(this.#held.toString("utf8"));
    this.#held = Buffer.alloc(0);
    return rest + this.#repair.end();
  }
}

/** Where the bytes can be parted without parting a character: after a line, or else inside a long one. */
function safeCut(bytes: Buffer): number {
  const lines = bytes.lastIndexOf(0x0a) + 1;
  if (bytes.length - lines <= LONG_LINE) return lines;
  const last = bytes.length - 1;
  for (let cut = last; cut > last - 4; cut--) if (!continuesCharacter(bytes[cut])) return cut;
  // A character has at most three continuation bytes: a fourth one is an error of its own.
  return last;
}

function continuesCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const HEAD_BYTES = 8 * 1024;

/** Why the beginning of a file says that it is no text; null where it is text. */
export function whyNotText(head: Buffer): string | null {
  const beginning = head.subarray(0, HEAD_BYTES);
  if (beginning.includes(0)) return "is a binary file";
  const text = beginning.toString("utf8");
  const odd = text.match(/[\ufffd\x01-\x07\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g)?.length ?? 0;
  return odd * 10 > text.length * 3 ? "is not UTF-8 text" : null;
}
