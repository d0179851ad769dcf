import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

type Line =
  | { readonly kind: "line"; readonly text: string; readonly ended: boolean }
  | { readonly kind: "oversized" }
  | { readonly kind: "not-utf8" };

const NEWLINE = 0x0a;

export function readChunks(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

/** The last bytes of a file; empty where there is none. */
export async function readEnd(path: string, maxBytes: number): Promise<Buffer> {
  const { size } = (await stat(path).catch(() => null)) ?? { size: 0 };
  const chunks: Buffer[] = [];
  if (size === 0) return Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { start: Math.max(0, size - maxBytes), end: size - 1 })) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/**
 * The lines of a file, holding at most one of `maxBytes` in memory; a longer one is passed over.
 * `ended` is false for a last line without its newline.
 */
export async function* readLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  let pending: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(path)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      bytes += end - start;
      yield lineOf(pending, chunk.subarray(start, end), bytes > maxBytes, true);
      pending = [];
      bytes = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    bytes += rest.length;
    if (bytes > maxBytes) pending = [];
    else if (rest.length > 0) pending.push(rest);
  }
  if (bytes > 0) yield lineOf(pending, Buffer.alloc(0), bytes > maxBytes, false);
}

function lineOf(pending: readonly Buffer[], last: Buffer, oversized: boolean, ended: boolean): Line {
  if (oversized) return { kind: "oversized" };
  const whole = pending.length === 0 ? last : Buffer.concat([...pending, last]);
  try {
    return { kind: "line", text: new TextDecoder("utf-8", { fatal: true }).decode(whole), ended };
  } catch {
    return { kind: "not-utf8" };
  }
}
