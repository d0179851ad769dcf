import { createHash } from "node:crypto";
import { join } from "node:path";
import { withScratchDirectory } from "../adapters/files/editing.ts";
import { writeAtomically } from "../adapters/files/files.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { type KeygenAnswer, sshKeygen } from "../adapters/process/ssh-keygen.ts";
import { unreachable } from "../result.ts";
import { canReadRevoked } from "./revocations.ts";
import { parseSshSignature, type SshSignature } from "./ssh-signature.ts";

/** What a signature is for: one made for another purpose, such as a commit's, never counts. */
export const NAMESPACES = {
  manifest: "manifest@model-gate",
  waiver: "waiver@model-gate",
  approval: "approval@model-gate",
} as const;
export type SignedKind = keyof typeof NAMESPACES;

/** Who is trusted: the contents of files that the change being judged cannot write. */
export interface Trust {
  /** OpenSSH's allowed_signers. */
  readonly allowedSigners: Uint8Array;
  /** Public keys or a KRL; null where nobody keeps one. */
  readonly revokedKeys: Uint8Array | null;
}

export type SignatureCheck =
  | {
      readonly kind: "trusted";
      /** The name that the allowed signers give the key. */
      readonly signer: string;
      /** `SHA256:…` */
      readonly key: string;
    }
  | {
      readonly kind: "untrusted";
      /** A clause about the signature: "it was made with key …". */
      readonly reason: string;
      readonly hint: string | null;
      /** No line of the allowed signers is about its key. */
      readonly stranger: boolean;
    };

type Untrusted = Extract<SignatureCheck, { kind: "untrusted" }>;

const BEST = 3;

/** Trust by a wanted name is worth more than trust by another, and that more than the first refusal. */
function worthOf(check: SignatureCheck | null, wanted: readonly string[]): number {
  if (check === null) return 0;
  if (check.kind === "untrusted") return 1;
  return wanted.length === 0 || wanted.includes(check.signer) ? BEST : 2;
}

/**
 * Whether somebody who was trusted at `at` has signed these bytes for this purpose. A key may have several names: one
 * of those that are wanted is told, where it has one.
 */
export async function checkSignature(
  repository: Repository,
  trust: Trust,
  kind: SignedKind,
  bytes: Uint8Array,
  signature: Uint8Array,
  at: Date,
  wanted: readonly string[] = [],
): Promise<SignatureCheck> {
  const parsed = readFor(kind, signature);
  if (parsed.kind === "untrusted") return parsed;
  const time = verifyTime(at);
  if (time === null) return untrusted(`it cannot be judged at ${at.getTime()}`);
  const key = keyFingerprint(parsed.signature);
  const lines = linesAbout(trust.allowedSigners, parsed.signature);
  if (lines.length === 0) {
    const reason = `it was made with key ${key}, which is not among the allowed signers`;
    return { ...untrusted(reason), stranger: true };
  }
  return withScratchDirectory(async (directory) => {
    const files = {
      signature: join(directory, "signature"),
      signers: join(directory, "allowed_signers"),
      revoked: join(directory, "revoked_keys"),
    };
    await writeAtomically(files.signature, signature);
    if (trust.revokedKeys !== null) await writeAtomically(files.revoked, trust.revokedKeys);
    const { revokedKeys } = trust;
    const ask = asking(repository, directory, { kind, bytes, time, files, revokedKeys });
    let best: SignatureCheck | null = null;
    for (const line of lines) {
      await writeAtomically(files.signers, Buffer.from(`${line}\n`, "latin1"));
      const answer = await ask(wanted);
      if (worthOf(answer, wanted) > worthOf(best, wanted)) best = answer;
      if (worthOf(best, wanted) === BEST) break;
    }
    if (best?.kind === "trusted" && best.key === "") return { ...best, key };
    return best ?? untrusted("it does not verify");
  });
}

/** Whether the signature is one of these bytes by whichever key; why not, or null. Says nothing about who. */
export async function misfit(
  repository: Repository,
  kind: SignedKind,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<Untrusted | null> {
  const parsed = readFor(kind, signature);
  if (parsed.kind === "untrusted") return parsed;
  return withScratchDirectory(async (directory) => {
    const file = join(directory, "signature");
    await writeAtomically(file, signature);
    const args = ["-Y", "check-novalidate", "-n", NAMESPACES[kind], "-s", file];
    const answer = await sshKeygen(args, { ...verifying(repository, directory), input: bytes });
    return answer.kind === "done" ? null : refusalOf(answer, "it was made over other bytes");
  });
}

type Read = { readonly kind: "read"; readonly signature: SshSignature } | Untrusted;

function readFor(kind: SignedKind, bytes: Uint8Array): Read {
  const signature = parseSshSignature(bytes);
  if (signature === null) return untrusted("it is not an SSH signature in the form that ssh-keygen writes");
  if (signature.namespace === NAMESPACES[kind]) return { kind: "read", signature };
  return untrusted(
    `it was made for ${JSON.stringify(signature.namespace)}, and only ${NAMESPACES[kind]} counts here`,
  );
}

interface Question {
  readonly kind: SignedKind;
  readonly bytes: Uint8Array;
  readonly time: string;
  readonly files: { readonly signature: string; readonly signers: string; readonly revoked: string };
  readonly revokedKeys: Trust["revokedKeys"];
}

/** Asks about one line of the allowed signers: ssh-keygen itself looks no further than the first that has the key. */
function asking(repository: Repository, directory: string, question: Question) {
  const { kind, bytes, time, files, revokedKeys } = question;
  const call = { ...verifying(repository, directory), input: bytes };
  const common = ["-f", files.signers, "-s", files.signature, "-O", `verify-time=${time}`];
  const revoked = revokedKeys === null ? [] : ["-r", files.revoked];
  const verify = (name: string, more: readonly string[]) =>
    sshKeygen(["-Y", "verify", "-n", NAMESPACES[kind], "-I", name, ...common, ...more], call);
  const revocationOf = async (name: string) => {
    if (revokedKeys === null || (await verify(name, [])).kind !== "done") return null;
    return (await canReadRevoked(repository, revokedKeys)) ? revokedFor(name) : UNREADABLE;
  };
  return async (wanted: readonly string[]): Promise<SignatureCheck> => {
    const found = await sshKeygen(["-Y", "find-principals", ...common], call);
    if (found.kind !== "done") return refusalOf(found, UNNAMED);
    let refusal: Untrusted | null = null;
    const names = principals(found.stdout);
    // of one key, all that differs between its names may be who is meant
    for (const name of [...names.filter((one) => wanted.includes(one)), ...names]) {
      const answer = await verify(name, revoked);
      if (answer.kind === "done") return { kind: "trusted", signer: name, key: keyIn(answer.stdout) };
      const revocation = await revocationOf(name);
      if (revocation !== null) return revocation;
      refusal ??= refusalOf(answer, "it was made over other bytes");
    }
    return refusal ?? untrusted(UNNAMED);
  };
}

const revokedFor = (name: string) => untrusted(`it was made by ${name} with a key that is revoked`);

const UNREADABLE = untrusted(
  "the list of revoked keys cannot be read, so that every key counts as revoked",
  "Mend the list: one public key a line, as in a .pub file, or what ssh-keygen -k has made.",
);

const UNNAMED = "the allowed signers have no name for its key";

/** `!eve@example.com` says who is not meant. */
function principals(output: Buffer): string[] {
  return output
    .toString("utf8")
    .split(/\r?\n/)
    .filter((name) => name !== "" && !name.startsWith("!"));
}

/** A certificate's key, which is not the certificate. */
function keyIn(output: Buffer): string {
  return /\b(SHA256:\S+)\s*$/.exec(output.toString("utf8"))?.[1] ?? "";
}

/** Times in allowed signers that name no zone are UTC, on every machine. */
function verifying({ environment }: Repository, directory: string) {
  return { cwd: directory, env: { ...environment, TZ: "UTC" } };
}

function verifyTime(at: Date): string | null {
  if (Number.isNaN(at.getTime())) return null;
  const digits = at.toISOString().replace(/\..*$/, "").replace(/[-:T]/g, "");
  return /^\d{14}$/.test(digits) ? digits : null;
}

/** Lines that could be meant: ssh-keygen is the judge of each. For a certificate it is its authority that is listed. */
function linesAbout(allowedSigners: Uint8Array, { publicKey, keyType }: SshSignature): string[] {
  const isCertificate = keyType.endsWith("-cert-v01@openssh.com");
  const key = publicKey.toString("base64");
  return Buffer.from(allowedSigners)
    .toString("latin1")
    .split(/\r?\n/)
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .filter((line) => line.includes(key) || (isCertificate && /cert-authority/i.test(line)));
}

function keyFingerprint({ publicKey }: Pick<SshSignature, "publicKey">): string {
  return `SHA256:${createHash("sha256").update(publicKey).digest("base64").replace(/=+$/, "")}`;
}

function refusalOf(answer: Exclude<KeygenAnswer, { kind: "done" }>, wordless: string): Untrusted {
  switch (answer.kind) {
    case "absent":
      return untrusted(`it cannot be checked: there is no ${answer.program} on this machine`, INSTALL);
    case "refused": {
      const reason = answer.reason.replace(/^\S*allowed_signers:\d+: /, "");
      return untrusted(
        /^(?:it does not verify|.*incorrect signature|No principal matched)$/i.test(reason)
          ? wordless
          : `it is not accepted: ${reason}`,
      );
    }
    default:
      return unreachable(answer);
  }
}

export const INSTALL = "Install OpenSSH's client:  apt-get install openssh-client, or apk add openssh-keygen";

function untrusted(reason: string, hint: string | null = null): Untrusted {
  return { kind: "untrusted", reason, hint, stranger: false };
}
