import { createHash } from "node:crypto";
import { matchesWildcard } from "../suite/wildcard.ts";

/** What a change of the allowed signers or of the revoked keys lets through, with its line in the new file. */
export interface SignerChange {
  readonly message: string;
  readonly line: number | null;
}

interface Signer {
  readonly line: number;
  readonly principals: readonly string[];
  /** Key type and key. */
  readonly key: string;
  readonly authority: boolean;
  /** null: every one. */
  readonly namespaces: readonly string[] | null;
  readonly validAfter: string | null;
  readonly validBefore: string | null;
}

/** Signers that the new allowed_signers file trusts and the old one did not, or trusts with more. */
export function widenedSigners(before: Uint8Array, after: Uint8Array): readonly SignerChange[] {
  const known = signerLines(before).flatMap(({ text, line }) => parseSigner(text, line) ?? []);
  const knownTexts = new Set(signerLines(before).map(({ text }) => text));
  return signerLines(after).flatMap(({ text, line }): SignerChange[] => {
    if (knownTexts.has(text)) return [];
    const signer = parseSigner(text, line);
    if (signer === null)
      return [{ message: "a line that was not there before cannot be read as a signer.", line }];
    if (known.some((one) => coversSigner(one, signer))) return [];
    const who = `${readable(signer.principals.join(","))} (${keyName(signer.key)})`;
    const message = known.some(({ key }) => key === signer.key)
      ? `the key of ${who} is trusted with more than before.`
      : `${who} is trusted to sign now.`;
    return [{ message, line }];
  });
}

/** One character a byte, and blanks as ssh-keygen knows them: two lines never become one, nor a comment of one. */
function signerLines(bytes: Uint8Array): { readonly text: string; readonly line: number }[] {
  return Buffer.from(bytes)
    .toString("latin1")
    .split("\n")
    .map((line, index) => ({ text: line.replace(/^[ \t]+|[ \t\r]+$/g, ""), line: index + 1 }))
    .filter((one) => one.text !== "" && !one.text.startsWith("#"));
}

const readable = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");

const KEY_TYPE = /^(?:sk-)?(?:ssh-|ecdsa-|rsa-|webauthn-)[A-Za-z0-9@.-]+$/;

/** Of these ssh-keygen makes something of its own, such as a quote that ends nothing. */
const READ_OTHERWISE = /[\0-\x08\x0a-\x1f\x7f\\]/;
const LINE =
  /^(?<who>"[^"]+"|[^" \t]+)[ \t]+(?:(?<options>(?:[^" \t]|"[^"]*")+)[ \t]+)??(?<type>[^" \t]+)[ \t]+(?<key>[A-Za-z0-9+/]+=*)(?:[ \t].*)?$/;

/**
 * `principals [options] keytype key [comment]`, as ssh-keygen(1) has it. null for anything else: what is read here and
 * not by ssh-keygen would be taken for trust that is there already.
 */
function parseSigner(text: string, line: number): Signer | null {
  const {
    who,
    options: written,
    type,
    key,
  } = READ_OTHERWISE.test(text) ? {} : (LINE.exec(text)?.groups ?? {});
  const options = written === undefined ? new Map<string, string>() : parseOptions(written);
  if (who === undefined || type === undefined || key === undefined || options === null) return null;
  if (!KEY_TYPE.test(type)) return null;
  const [validAfter = null, validBefore = null] = ["valid-after", "valid-before"].map((name) =>
    options.get(name),
  );
  if (!isTime(validAfter) || !isTime(validBefore)) return null;
  return {
    line,
    principals: who.replaceAll('"', "").split(","),
    key: `${type} ${key}`,
    authority: options.has("cert-authority"),
    namespaces: options.get("namespaces")?.split(",") ?? null,
    validAfter,
    validBefore,
  };
}

const OPTION = '(?<flag>cert-authority)|(?<name>namespaces|valid-after|valid-before)="(?<value>[^"]+)"';
const ANY_OPTION = OPTION.replaceAll(/\?<\w+>/g, "?:");
const OPTIONS = new RegExp(`^(?:${ANY_OPTION})(?:,(?:${ANY_OPTION}))*$`, "i");

function parseOptions(text: string): ReadonlyMap<string, string> | null {
  const options = new Map<string, string>();
  if (!OPTIONS.test(text)) return null;
  for (const { groups: { flag, name, value } = {} } of text.matchAll(new RegExp(OPTION, "gi"))) {
    const known = (flag ?? name ?? "").toLowerCase();
    if (options.has(known)) return null;
    options.set(known, value ?? "");
  }
  return options;
}

/** `YYYYMMDD[HHMM[SS]]`, with or without a Z, and on the calendar. */
function isTime(text: string | null): boolean {
  if (text === null) return true;
  const [, year, month, day, hour = "00", minute = "00", second = "00"] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/.exec(text) ?? [];
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = new Date(written);
  return !Number.isNaN(time.getTime()) && time.toISOString() === written;
}

/** Whether all that the one lets through, the other did too. A no may be wrong, a yes never is. */
function coversSigner(wide: Signer, narrow: Signer): boolean {
  return (
    wide.key === narrow.key &&
    wide.authority === narrow.authority &&
    coversNames(wide.principals, narrow.principals) &&
    (wide.namespaces === null ||
      (narrow.namespaces !== null && coversPatterns(wide.namespaces, narrow.namespaces))) &&
    (wide.validAfter === null || isNotBefore(narrow.validAfter, wide.validAfter)) &&
    (wide.validBefore === null || isNotBefore(wide.validBefore, narrow.validBefore))
  );
}

/** A name that a wildcard covered is another one to `waivers: by`, which compares them as they are written. */
function coversNames(wide: readonly string[], narrow: readonly string[]): boolean {
  const isException = (name: string) => name.startsWith("!");
  const [exceptions, names] = [wide.filter(isException), narrow.filter((name) => !isException(name))];
  return names.every((name) => wide.includes(name)) && exceptions.every((name) => narrow.includes(name));
}

function coversPatterns(wide: readonly string[], narrow: readonly string[]): boolean {
  const isNegated = (pattern: string) => pattern.startsWith("!");
  const covered = narrow
    .filter((pattern) => !isNegated(pattern))
    .every((pattern) =>
      wide.some(
        (one) =>
          !isNegated(one) && (one === pattern || (!one.includes("?") && matchesWildcard(pattern, one))),
      ),
    );
  return covered && wide.filter(isNegated).every((pattern) => narrow.includes(pattern));
}

/** Times as `YYYYMMDD[HHMM[SS]]`, with or without a Z; two of unlike zones are only compared for being the same. */
function isNotBefore(later: string | null, earlier: string | null): boolean {
  if (later === null || earlier === null) return false;
  if (later === earlier) return true;
  const digits = (time: string) =>
    /^(?:\d{8}|\d{12}|\d{14})Z?$/.test(time) ? time.replace("Z", "").padEnd(14, "0") : null;
  const [right, left] = [digits(later), digits(earlier)];
  return right !== null && left !== null && later.endsWith("Z") === earlier.endsWith("Z") && right >= left;
}

/** Keys that the old file revoked and the new one does not. */
export function unrevokedKeys(before: Uint8Array, after: Uint8Array): readonly SignerChange[] {
  const [old, now] = [Buffer.from(before), Buffer.from(after)];
  if (old.equals(now)) return [];
  if (isBinary(old) || isBinary(now)) {
    return [
      { message: "the list of revoked keys changed; it is binary, so gate cannot say in what.", line: null },
    ];
  }
  const still = new Set(signerLines(now).map(({ text }) => revokedKey(text)));
  return signerLines(old)
    .map(({ text }) => revokedKey(text))
    .filter((key) => !still.has(key))
    .map((key) => ({ message: `${keyName(key)} is not revoked any more.`, line: null }));
}

const isBinary = (bytes: Buffer) => bytes.includes(0);

function revokedKey(text: string): string {
  const [type = "", key = ""] = text.split(/[ \t]+/);
  return KEY_TYPE.test(type) ? `${type} ${key.replace(/=+$/, "")}` : text;
}

/** As ssh-keygen shows a key: its type, and the digest of the key itself. */
function keyName(key: string): string {
  const [type = "", data = ""] = key.split(" ");
  if (!KEY_TYPE.test(type)) return readable(key);
  const digest = createHash("sha256").update(Buffer.from(data, "base64")).digest("base64");
  return `${type} SHA256:${digest.replace(/=+$/, "")}`;
}
