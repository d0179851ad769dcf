import { join } from "node:path";
import { withScratchDirectory } from "../adapters/files/editing.ts";
import { fileStamp, writeAtomically } from "../adapters/files/files.ts";
import { absolutePath, ownSetting } from "../adapters/git/own-settings.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { firstLineOf, sshKeygen } from "../adapters/process/ssh-keygen.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result, unreachable } from "../result.ts";
import { INSTALL, misfit, NAMESPACES, type SignedKind } from "./signature.ts";
import { rearmour } from "./ssh-signature.ts";

/** Which key a person signs with, before anybody has tried it. */
interface NamedKey {
  /** The setting that names it. */
  readonly setting: string;
  readonly place:
    | { readonly kind: "file"; readonly path: string; readonly written: string }
    /** A public key as text: the agent has the private one. */
    | { readonly kind: "public-key"; readonly text: string };
}

/** A key that is there. */
export interface SigningKey extends NamedKey {
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** It is a security key: each signature needs a touch. */
  readonly needsTouch: boolean;
}

const PROBE = new TextEncoder().encode("gate asks whether this key can sign\n");
const PROBE_LIMIT_MS = 60_000;

/** Signs bytes for one purpose with this person's own key: git's `user.signingkey`, or `gate.signingKey`. */
export async function signBytes(
  repository: Repository,
  kind: SignedKind,
  bytes: Uint8Array,
): Promise<Result<Buffer, Problem>> {
  const key = await findSigningKey(repository);
  return key.ok ? sign(repository, key.value, kind, bytes, "with a person") : key;
}

/** A sentence that means nothing, and its signature. */
export interface Probe {
  readonly bytes: Uint8Array;
  readonly signature: Buffer;
}

/** Signs a probe, without anybody being asked for a passphrase: what fails now would fail after a long run. */
export async function tryKey(repository: Repository, key: SigningKey): Promise<Result<Probe, Problem>> {
  const signed = await sign(repository, key, "manifest", PROBE, "alone");
  return signed.ok ? ok({ bytes: PROBE, signature: signed.value }) : signed;
}

/** The key that this person's git names, if ssh-keygen can read it. */
export async function findSigningKey(repository: Repository): Promise<Result<SigningKey, Problem>> {
  const named = await namedKey(repository);
  if (!named.ok) return named;
  return withKeyFile(named.value, async (file) => {
    const listed = await sshKeygen(["-l", "-f", file], {
      cwd: repository.directory,
      env: repository.environment,
    });
    switch (listed.kind) {
      case "absent":
        return err(noKeygen(listed.program));
      case "refused":
        return err(
          unusable(`${keyText(named.value)} is no SSH key that can be read: ${plain(listed.reason, file)}.`),
        );
      case "done": {
        const [, fingerprint = "", type = ""] =
          /^\d+ (SHA256:\S+) .*\((\S+)\)\s*$/m.exec(listed.stdout.toString("utf8")) ?? [];
        return ok({ ...named.value, fingerprint, needsTouch: type.endsWith("-SK") });
      }
      default:
        return unreachable(listed);
    }
  });
}

async function namedKey(repository: Repository): Promise<Result<NamedKey, Problem>> {
  for (const setting of ["gate.signingKey", "user.signingkey"]) {
    const own = await ownSetting(repository, setting);
    if (own !== null) return keyOf(repository, setting, own.value);
  }
  // A program is started only where this person's own configuration says so.
  const setting = "gpg.ssh.defaultKeyCommand";
  const command = await ownSetting(repository, setting);
  if (command === null || !command.personal) {
    return err(
      unusable("evidence has to be signed, and git names no key of yours (user.signingkey).", MAKE_A_KEY),
    );
  }
  const place = { cwd: repository.directory, env: repository.environment };
  const line = await firstLineOf(command.value, place);
  const text = line === null ? null : literalKey(line);
  if (text !== null) return ok({ setting, place: { kind: "public-key", text } });
  return err(unusable(`${setting} (${command.value}) gave no SSH key.`, MAKE_A_KEY));
}

async function keyOf(
  repository: Repository,
  setting: string,
  value: string,
): Promise<Result<NamedKey, Problem>> {
  const text = literalKey(value);
  if (text !== null) return ok({ setting, place: { kind: "public-key", text } });
  const path = absolutePath(repository, value);
  if ((await fileStamp(path)) !== null) {
    return ok({ setting, place: { kind: "file", path, written: value } });
  }
  // With gpg.format openpgp, git keeps the id of a PGP key in the same place.
  return /[\\/]/.test(value)
    ? err(unusable(`${setting} names ${value}, and there is no such file.`, nameAnother(setting)))
    : err(unusable(`${setting} is ${value}, which is no SSH key.`, NAME_A_KEY));
}

/** git's two ways to write a public key itself into a setting. */
function literalKey(value: string): string | null {
  if (value.startsWith("key::")) return value.slice("key::".length).trim();
  return value.startsWith("ssh-") ? value : null;
}

type Company = "alone" | "with a person";

async function sign(
  repository: Repository,
  key: SigningKey,
  kind: SignedKind,
  bytes: Uint8Array,
  company: Company,
): Promise<Result<Buffer, Problem>> {
  // Without the word, git's own: password managers bring a program that signs in ssh-keygen's stead.
  const own = await ownSetting(repository, "gpg.ssh.program");
  return withKeyFile(key, async (file) => {
    const answer = await sshKeygen(["-Y", "sign", "-n", NAMESPACES[kind], "-f", file], {
      cwd: repository.directory,
      env: repository.environment,
      input: bytes,
      ...(own?.personal ? { program: own.value } : {}),
      ...(company === "alone" ? { aloneForMs: PROBE_LIMIT_MS } : {}),
    });
    switch (answer.kind) {
      case "absent":
        return err(noKeygen(answer.program));
      case "refused":
        return err(unusable(`${keyText(key)} cannot sign: ${plain(answer.reason, file)}.`, signingHint(key)));
      case "done":
        return checked(repository, key, kind, bytes, answer.stdout);
      default:
        return unreachable(answer);
    }
  });
}

/** What was printed is believed once it fits. */
async function checked(
  repository: Repository,
  key: SigningKey,
  kind: SignedKind,
  bytes: Uint8Array,
  printed: Buffer,
): Promise<Result<Buffer, Problem>> {
  const signature = rearmour(printed);
  if (signature === null) return err(unusable(`${keyText(key)} gave no SSH signature.`));
  const wrong = await misfit(repository, kind, bytes, signature);
  return wrong === null
    ? ok(signature)
    : err(unusable(`${keyText(key)} gave a signature that does not fit: ${wrong.reason}.`));
}

async function withKeyFile<T>(key: NamedKey, use: (file: string) => Promise<T>): Promise<T> {
  const { place } = key;
  switch (place.kind) {
    case "file":
      return use(place.path);
    case "public-key":
      return withScratchDirectory(async (directory) => {
        const file = join(directory, "signing-key.pub");
        await writeAtomically(file, `${place.text}\n`);
        return use(file);
      });
    default:
      return unreachable(place);
  }
}

/** For people: the setting and what it names. */
function keyText({ setting, place }: NamedKey): string {
  return place.kind === "file" ? `${setting} ${place.written}` : `the key of ${setting}`;
}

/** ssh-keygen's words, without the name of a scratch file. */
function plain(reason: string, file: string): string {
  return reason.replaceAll(`"${file}"`, "it").replaceAll(file, "it");
}

function signingHint({ place }: NamedKey): string {
  const load = place.kind === "file" ? `ssh-add ${place.written.replace(/\.pub$/, "")}` : "ssh-add";
  return `Load the key into ssh-agent, where no passphrase is asked for (ssh-add -l lists it):  ${load}`;
}

const MAKE_A_KEY =
  "Make one:  ssh-keygen -t ed25519 && git config --global user.signingkey ~/.ssh/id_ed25519.pub";
const nameAnother = (setting: string) =>
  `Name one that is there:  git config ${setting} ~/.ssh/id_ed25519.pub,  or make it:  ssh-keygen -t ed25519`;
const NAME_A_KEY = "Name one for gate alone:  git config --global gate.signingKey ~/.ssh/id_ed25519.pub";

function unusable(message: string, hint: string | null = null): Problem {
  return problem("signing-failed", message, { hint });
}

function noKeygen(program: string): Problem {
  return unusable(`evidence has to be signed, and there is no ${program} on this machine.`, INSTALL);
}
