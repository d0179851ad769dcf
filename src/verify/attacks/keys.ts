import { join } from "node:path";
import { readIfThere } from "../../adapters/files/files.ts";
import type { Repository } from "../../adapters/git/repository.ts";
import { sshKeygen } from "../../adapters/process/ssh-keygen.ts";
import { NAMESPACES } from "../../evidence/signature.ts";
import { err, ok, type Result } from "../../result.ts";

const HOLDERS = ["trusted", "revoked", "expired", "stranger"] as const;
export type Holder = (typeof HOLDERS)[number];

/** Keys of the self-test's own, made for it and gone with it. */
export interface Keys {
  readonly publicKeys: ReadonlyMap<Holder, string>;
  readonly sign: (holder: Holder, namespace: string, bytes: Uint8Array) => Promise<Buffer>;
}

export const nameOf = (holder: Holder) => `${holder}@gate.invalid`;

/** An error where there is no ssh-keygen to make them with. */
export async function makeKeys(
  { environment }: Pick<Repository, "environment">,
  directory: string,
): Promise<Result<Keys, string>> {
  const call = { cwd: directory, env: environment };
  const file = (holder: Holder) => join(directory, `key-of-${holder}`);
  const publicKeys = new Map<Holder, string>();
  for (const holder of HOLDERS) {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", nameOf(holder), "-f", file(holder)];
    const made = await sshKeygen(args, call);
    if (made.kind === "absent") return err(`there is no ${made.program} on this machine`);
    if (made.kind === "refused") return err(`ssh-keygen makes no key: ${made.reason}`);
    const [type, key] = ((await readIfThere(`${file(holder)}.pub`)) ?? "").toString("utf8").split(" ");
    publicKeys.set(holder, `${type} ${key}`);
  }
  const sign: Keys["sign"] = async (holder, namespace, bytes) => {
    const args = ["-Y", "sign", "-q", "-f", file(holder), "-n", namespace, "-"];
    const signed = await sshKeygen(args, { ...call, input: bytes });
    if (signed.kind !== "done") throw new Error("ssh-keygen does not sign with a key that it has just made");
    return signed.stdout;
  };
  return ok({ publicKeys, sign });
}

/** OpenSSH's allowed_signers: everybody but the stranger, one of them no longer valid. */
export function allowedSigners({ publicKeys }: Keys, at: Date): string {
  const ended = new Date(at.getTime() - DAY).toISOString().slice(0, 10).replaceAll("-", "");
  const line = (holder: Holder, more = "") => allowedSigner(holder, publicKeys, more);
  return line("trusted") + line("revoked") + line("expired", `,valid-before="${ended}"`);
}

const DAY = 86_400_000;

export function allowedSigner(holder: Holder, publicKeys: Keys["publicKeys"], more = ""): string {
  const namespaces = `namespaces="${Object.values(NAMESPACES).join(",")}"`;
  return `${nameOf(holder)} ${namespaces}${more} ${publicKeys.get(holder)}\n`;
}

export function revokedKeys({ publicKeys }: Keys): string {
  return `${publicKeys.get("revoked")}\n`;
}
