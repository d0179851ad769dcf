import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { openRepository, type Repository } from "../../src/adapters/git/repository.ts";
import { runProgram } from "./processes.ts";
import type { Rig } from "./repository.ts";

const hasOpenSsh = ["ssh-keygen", "ssh-agent", "ssh-add"].every(
  (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0,
);

/** Tests that need the real programs; the name says what brings them where they are not here. */
export function describeWithOpenSsh(name: string, body: () => void): void {
  describe.skipIf(!hasOpenSsh)(`${name} (apt-get install openssh-client)`, body);
}

export interface Key {
  readonly path: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/** A real key pair, outside the repository. */
export async function makeKey(
  rig: Rig,
  name: string,
  { type = "ed25519", passphrase = "" }: { type?: string; passphrase?: string } = {},
): Promise<Key> {
  const path = join(rig.base, name);
  await keygen(rig, "-q", "-t", type, "-N", passphrase, "-C", name, "-f", path);
  return { path, publicKey: readPublicKey(`${path}.pub`) };
}

function readPublicKey(path: string): string {
  return readFileSync(path, "utf8").split(" ").slice(0, 2).join(" ").trim();
}

export async function keygen(rig: Rig, ...args: string[]): Promise<string> {
  return program(rig, "ssh-keygen", args);
}

async function program(rig: Rig, file: string, args: readonly string[], env = {}): Promise<string> {
  const ended = await runProgram(file, args, { cwd: rig.base, env: { ...rig.env, ...env } });
  if (ended.code !== 0) throw new Error(`${file} ${args.join(" ")}: ${ended.code}\n${ended.stderr}`);
  return ended.stdout;
}

/** What somebody without gate would sign with. */
export async function signedBy(key: Key, namespace: string, text: string): Promise<Buffer> {
  const ended = await runProgram("ssh-keygen", ["-Y", "sign", "-f", key.path, "-n", namespace], {
    cwd: "/",
    env: { PATH: process.env.PATH ?? "" },
    input: text,
  });
  if (ended.code !== 0) throw new Error(ended.stderr);
  return Buffer.from(ended.stdout, "latin1");
}

/** An ssh-agent of the test's own, with these keys in it. */
export async function startAgent(rig: Rig, ...keys: Key[]): Promise<Readonly<Record<string, string>>> {
  const said = await program(rig, "ssh-agent", ["-s", "-a", join(rig.base, "agent")]);
  const SSH_AUTH_SOCK = /SSH_AUTH_SOCK=([^;]+);/.exec(said)?.[1] ?? "";
  const SSH_AGENT_PID = /SSH_AGENT_PID=(\d+);/.exec(said)?.[1] ?? "";
  onTestFinished(() => {
    process.kill(Number(SSH_AGENT_PID));
  });
  const env = { SSH_AUTH_SOCK, SSH_AGENT_PID };
  for (const key of keys) await program(rig, "ssh-add", ["-q", key.path], env);
  return env;
}

export const SIGNERS = ".github/allowed_signers";

/** A project whose evidence has to be signed. The lines say who may. Nothing is staged. */
export function writeSignedProject(rig: Rig, signers: readonly string[], more = ""): void {
  rig.writeProject();
  const signing = `signing:\n  allowed-signers: ${SIGNERS}\n${more}`;
  rig.write("gate.yaml", rig.read("gate.yaml").replace("suites:", `${signing}suites:`));
  rig.write(SIGNERS, signers.map((line) => `${line}\n`).join(""));
}

/** The repository as gate's own code sees it. */
export async function opened(rig: Rig, env: Readonly<Record<string, string>> = {}): Promise<Repository> {
  const repository = await openRepository(rig.directory, { ...rig.env, ...env });
  if (!repository.ok) throw new Error(repository.error);
  return repository.value;
}
