import { isDigest, isSuiteName } from "./digests.ts";

/** What `<suite>.hash` says: the fingerprint of the sources that the reports beside it belong to. */
export interface HashFile {
  readonly fingerprint: string;
  readonly suite: string;
}

/** The one line of `<suite>.hash`, in the form of sha256sum. */
export function renderHashFile(fingerprint: string, suite: string): string {
  return `${fingerprint}  ${suite}\n`;
}

/** Reads `<suite>.hash`; null for anything but exactly the bytes that `renderHashFile` writes. */
export function parseHashFile(bytes: Uint8Array): HashFile | null {
  // Digest, two spaces, the name, a newline: nothing longer than this can be one.
  if (bytes.length > 64 + 2 + 255 + 1) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const [, fingerprint, suite] = /^([^ ]*) {2}([^\n]*)\n$/.exec(text) ?? [];
  if (fingerprint === undefined || suite === undefined) return null;
  return isDigest(fingerprint) && isSuiteName(suite) ? { fingerprint, suite } : null;
}
