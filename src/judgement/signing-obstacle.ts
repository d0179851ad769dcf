import { committerAddress } from "../adapters/git/identity.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import { checkSignature, type SignatureCheck } from "../evidence/signature.ts";
import { findSigningKey, type SigningKey, tryKey } from "../evidence/signing-key.ts";
import { parseSshSignature } from "../evidence/ssh-signature.ts";
import { trustIn } from "../evidence/trusted-files.ts";
import { type Problem, problem } from "../problem.ts";
import { shellWord } from "../shell-word.ts";

/**
 * Why this person cannot sign evidence here and now so that it counts by the tree's own list of signers; null
 * where they can. The base's list may be older: verify will say so.
 */
export async function signingObstacle(
  repository: Repository,
  tree: TreeId,
  signing: Signing,
  now: Date,
): Promise<Problem | null> {
  const key = await findSigningKey(repository);
  if (!key.ok) return key.error;
  // A security key is touched once, when there is something to sign.
  if (key.value.needsTouch) return null;
  const probe = await tryKey(repository, key.value);
  if (!probe.ok) return probe.error;
  const trust = await trustIn(repository, tree, signing, "what is committed");
  if (!trust.ok) return trust.error;
  const { bytes, signature } = probe.value;
  const check = await checkSignature(repository, trust.value, "manifest", bytes, signature, now);
  if (check.kind === "trusted") return null;
  const line = await signersLine(repository, signature);
  const isOpen = trust.value.allowedSigners.length > 0 && trust.value.allowedSigners.at(-1) !== LINE_FEED;
  // behind a last line without an end it would be part of that
  const add = `${isOpen ? "(echo; echo" : "echo"} "${line}"${isOpen ? ")" : ""} >>${shellWord(signing.allowedSigners)}`;
  return untrustedKey(signing.allowedSigners, key.value, add, check);
}

const LINE_FEED = 0x0a;

/** For an allowed_signers file, with this person's address: it is somebody else who adds it. */
async function signersLine(repository: Repository, signature: Buffer): Promise<string> {
  const address = (await committerAddress(repository)) ?? "";
  const who = /^[\w.+-]+@[\w.-]+$/.test(address) ? address : "<your e-mail address>";
  const parsed = parseSshSignature(signature);
  const key =
    parsed === null ? "<your public key>" : `${parsed.keyType} ${parsed.publicKey.toString("base64")}`;
  return `${who} ${key}`;
}

function untrustedKey(
  allowedSigners: string,
  { setting, fingerprint }: SigningKey,
  add: string,
  { reason, stranger }: Extract<SignatureCheck, { kind: "untrusted" }>,
): Problem {
  const why = stranger ? `it is not in ${allowedSigners}` : reason;
  return problem(
    "untrusted-signer",
    `evidence signed with ${setting} (${fingerprint}) would be refused: ${why}.`,
    {
      path: allowedSigners,
      hint: stranger
        ? `Let somebody who is trusted add it:  ${add}`
        : "Sign with another key:  git config gate.signingKey <public key>,  or let somebody who is trusted change what signing: names.",
    },
  );
}
