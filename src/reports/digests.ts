/** A SHA-256 in lower-case hexadecimal. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isSuiteName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(text);
}
