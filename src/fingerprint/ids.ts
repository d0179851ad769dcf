declare const fingerprintBrand: unique symbol;
/** 64 hex digits. */
export type Fingerprint = string & { readonly [fingerprintBrand]: true };

export function isFingerprint(text: string): text is Fingerprint {
  return /^[0-9a-f]{64}$/.test(text);
}
