import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import { checkSignature, type SignatureCheck } from "../evidence/signature.ts";
import { findSigningKey, type SigningKey, tryKey } from "../evidence/signing-key.ts";
import { parseSshSignature } from "../evidence/ssh-signature.ts";
import { trustIn } from "../evidence/trusted-files.ts";
import { type Problem, problem } from "../problem.ts";

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
  return check.kind === "trusted" ? null : untrustedKey(signing.allowedSigners, key.value, signature, check);
}

function untrustedKey(
  allowedSigners: string,
  { setting, fingerprint }: SigningKey,
  signature: Buffer,
  { reason, stranger }: Extract<SignatureCheck, { kind: "untrusted" }>,
): Problem {
  const parsed = parseSshSignature(signature);
  const line =
    parsed === null ? "<your public key>" : `${parsed.keyType} ${parsed.publicKey.toString("base64")}`;
  const why = stranger ? `it is not in ${allowedSigners}` : reason;
  return problem(
    "untrusted-signer",
    `evidence signed with ${setting} (${fingerprint}) would be refused: ${why}.`,
    {
      path: allowedSigners,
      hint: stranger
        ? `Let somebody who is trusted add it:  echo "$(git config user.email) ${line}" >>${allowedSigners}`
        : "Sign with another key:  git config gate.signingKey <public key>,  or let somebody who is trusted change what signing: names.",
    },
  );
}
