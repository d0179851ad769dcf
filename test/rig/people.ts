import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rig } from "./repository.ts";

/** Somebody with an SSH key of their own, which lies beside the repository. */
export interface Person {
  readonly name: string;
  readonly key: string;
  /** The public key, type first. */
  readonly publicKey: string;
  /** As a line of allowed_signers, with options where there are any. */
  readonly line: (options?: string) => string;
}

export function person({ base }: Pick<Rig, "base">, name: string): Person {
  const key = join(base, "keys", name);
  mkdirSync(join(base, "keys"), { recursive: true });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key], { stdio: "pipe" });
  const [type, data] = readFileSync(`${key}.pub`, "utf8").split(" ");
  const publicKey = `${type} ${data}`;
  return {
    name,
    key,
    publicKey,
    line: (options = "") => `${name} ${options === "" ? "" : `${options} `}${publicKey}\n`,
  };
}

/** From now on it is this person who signs in the repository. */
export async function signAs(rig: Rig, { key }: Person): Promise<void> {
  await rig.git("config", "user.signingkey", key);
}
