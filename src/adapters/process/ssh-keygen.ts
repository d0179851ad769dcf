import { type CapturedProcess, captureProcess, succeeded } from "./capture.ts";

/** What came of asking ssh-keygen. */
export type KeygenAnswer =
  | { readonly kind: "done"; readonly stdout: Buffer }
  | { readonly kind: "refused"; readonly reason: string }
  /** There is no such program here. */
  | { readonly kind: "absent"; readonly program: string };

export interface KeygenCall {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  /** What the user's own git signs with instead, such as a password manager's helper. */
  readonly program?: string;
  /** Cut off from the terminal: nothing can be asked of a person, and after this time it is over. */
  readonly aloneForMs?: number;
}

/** All cryptography is OpenSSH's. Bytes to sign or to verify go to its standard input. */
export async function sshKeygen(
  args: readonly string[],
  { cwd, env, input, program = "ssh-keygen", aloneForMs }: KeygenCall,
): Promise<KeygenAnswer> {
  const alone = aloneForMs === undefined ? {} : { SSH_ASKPASS_REQUIRE: "never" };
  const ended = await captureProcess(program, args, {
    cwd,
    env: { ...env, ...alone },
    ...(input === undefined ? {} : { input }),
    ...(aloneForMs === undefined ? {} : { timeoutMs: aloneForMs }),
  });
  if (!ended.started) return { kind: "absent", program };
  if (succeeded(ended)) return { kind: "done", stdout: ended.stdout };
  return { kind: "refused", reason: reasonOf(ended, program) };
}

/** The first line of what a command of the user's own prints, such as `ssh-add -L`; null where it fails. */
export async function firstLineOf(
  command: string,
  { cwd, env }: Pick<KeygenCall, "cwd" | "env">,
): Promise<string | null> {
  const ended = await captureProcess("sh", ["-c", command], { cwd, env });
  return succeeded(ended) ? (ended.stdout.toString("utf8").split("\n")[0]?.trim() ?? null) : null;
}

const CHATTER = /^(?:Signing (?:data|file)\b.*|@+|@ .*@|)$/;

function reasonOf(ended: Extract<CapturedProcess, { started: true }>, program: string): string {
  if (ended.timedOut) return `${program} did not answer`;
  const [said] = ended.stderr
    .toString("utf8")
    .split("\n")
    .map((line) => line.replace(/^(?:Enter passphrase[^:]*: ?)+/, "").trim())
    .filter((line) => !CHATTER.test(line));
  if (said !== undefined) return said.replace(/\.$/, "");
  return ended.signal === null ? "it does not verify" : `${program} was ended by ${ended.signal}`;
}
