/** What an SSH signature says of itself (OpenSSH's PROTOCOL.sshsig). None of it is believed before it is verified. */
export interface SshSignature {
  readonly publicKey: Buffer;
  /** Such as `ssh-ed25519`; certificates end in `-cert-v01@openssh.com`. */
  readonly keyType: string;
  readonly namespace: string;
}

/** More than ten times what the largest key makes. */
export const MAX_SIGNATURE_BYTES = 32 * 1024;

const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
const LINE = 70;
const MAGIC = "SSHSIG";

/**
 * Reads an armoured signature. null unless it has the one form that ssh-keygen writes: ssh-keygen itself ignores
 * what follows the armour and a field that nobody signs, so that others could write there.
 */
export function parseSshSignature(armoured: Uint8Array): SshSignature | null {
  if (armoured.length > MAX_SIGNATURE_BYTES) return null;
  const content = contentOf(Buffer.from(armoured).toString("latin1"));
  if (content === null || !armour(content).equals(armoured)) return null;
  if (content.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const fields = new WireReader(content.subarray(MAGIC.length));
  const version = fields.number();
  const publicKey = fields.string();
  const namespace = fields.string();
  const reserved = fields.string();
  const hashAlgorithm = fields.string();
  const signature = fields.string();
  if (version !== 1 || publicKey === null || namespace === null || signature === null) return null;
  if (reserved?.length !== 0 || hashAlgorithm === null || !fields.ended) return null;
  const keyType = new WireReader(publicKey).string()?.toString("latin1");
  return keyType === undefined ? null : { publicKey, keyType, namespace: namespace.toString("latin1") };
}

/** The same signature in its one form; null where it is none. */
export function rearmour(printed: Uint8Array): Buffer | null {
  const content = contentOf(Buffer.from(printed).toString("latin1"));
  const armoured = content === null ? null : armour(content);
  return armoured !== null && parseSshSignature(armoured) !== null ? armoured : null;
}

function contentOf(text: string): Buffer | null {
  const lines = text.trimEnd().split(/\r?\n/);
  if (lines[0] !== BEGIN || lines.at(-1) !== END) return null;
  const base64 = lines.slice(1, -1).join("");
  return /^[A-Za-z0-9+/]+=*$/.test(base64) ? Buffer.from(base64, "base64") : null;
}

function armour(content: Buffer): Buffer {
  const base64 = content.toString("base64");
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += LINE) lines.push(base64.slice(at, at + LINE));
  return Buffer.from([BEGIN, ...lines, END, ""].join("\n"), "latin1");
}

/** Reads SSH's wire format: numbers of four bytes, and strings that begin with their length. */
class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(): number | null {
    if (this.#at + 4 > this.#bytes.length) return null;
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  string(): Buffer | null {
    const length = this.number();
    if (length === null || this.#at + length > this.#bytes.length) return null;
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }
}
