import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes of which some are asked for: of a large file not all need to be read. */
export interface Parts {
  readonly length: number;
  /** Those from one place up to another, as far as there are any. */
  between(from: number, to: number): Buffer;
}

/** Hands out a file as it is now, whatever is put in its place meanwhile. Throws what the file system has against it. */
export function withPartsOf<T>(path: string, use: (file: Parts) => T): T {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    return use({ length: size, between: (from, to) => read(descriptor, from, Math.min(to, size)) });
  } finally {
    closeSync(descriptor);
  }
}

function read(descriptor: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from));
}
