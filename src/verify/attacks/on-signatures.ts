import { NAMESPACES } from "../../evidence/signature.ts";
import type { GuardedForgery } from "./attack.ts";
import { move, put, remove, rewrite } from "./edits.ts";
import { ACCENTED_PATH, SIGNERS_PATH, signatureOf, signed } from "./guarded.ts";
import { allowedSigner, allowedSigners } from "./keys.ts";
import { onInput, putAs } from "./on-inputs.ts";

/** The base trusts one key, and something is wrong with the signature or with whose it is. */
export const ON_SIGNATURES: readonly GuardedForgery[] = [
  {
    name: "removed-signature",
    what: "the signature is taken away",
    level: "signature",
    refusedBy: ["unsigned"],
    forge: (on) => [remove(signatureOf(on))],
  },
  {
    name: "signed-by-stranger",
    what: "somebody signs whom the base does not know",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "stranger", []),
  },
  {
    name: "signed-by-revoked",
    what: "the key that signs is revoked",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "revoked", []),
  },
  {
    name: "signed-too-late",
    what: "the key that signs was valid until the day before",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "expired", []),
  },
  {
    name: "signed-as-file",
    what: "a trusted key signed it as it signs any file",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "trusted", [], "file"),
  },
  {
    name: "signed-as-waiver",
    what: "a trusted key signed it as a waiver",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "trusted", [], NAMESPACES.waiver),
  },
  {
    name: "vouched-for-itself",
    what: "the change adds its own key to the allowed signers",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => {
      const signers = `${allowedSigners(on.keys, on.commit.committedAt)}${allowedSigner("stranger", on.keys.publicKeys)}`;
      return signed(on, "stranger", [put(SIGNERS_PATH, signers)]);
    },
  },
  {
    name: "unrevoked-key",
    what: "the change takes the key that signs from the revoked ones",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) => signed(on, "revoked", [put(on.configuration.signing?.revokedKeys ?? SIGNERS_PATH, "")]),
  },
  {
    name: "longer-signature",
    what: "bytes follow the signature",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: async (on) => {
      const signature = await on.keys.sign("trusted", NAMESPACES.manifest, on.manifestBytes);
      return [put(signatureOf(on), Buffer.concat([signature, Buffer.from("all is well\n")]))];
    },
  },
  {
    name: "linked-signature",
    what: "the signature is a symbolic link",
    level: "signature",
    refusedBy: ["tampered-report"],
    forge: async (on) => {
      const signature = await on.keys.sign("trusted", NAMESPACES.manifest, on.manifestBytes);
      return [put(signatureOf(on), signature, "120000")];
    },
  },
  {
    name: "moved-signature",
    what: "the signature is of the evidence before",
    level: "signature",
    refusedBy: ["untrusted-signer"],
    forge: (on) =>
      rewrite(on, new Map(), (manifest) => ({ ...manifest, recordedBy: { name: "Somebody Else" } })),
  },
  {
    name: "replayed-signed",
    what: "an input is edited, and the signed evidence of the sources before is kept",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: (on) =>
      onInput(on, ({ path, mode }, bytes) => [putAs(path, mode, Buffer.concat([bytes, Buffer.from("\n")]))]),
  },
  {
    name: "other-form-input",
    what: "an input's name is in the other Unicode normal form",
    level: "ids",
    refusedBy: ["stale-evidence"],
    forge: () => [move(ACCENTED_PATH, ACCENTED_PATH.normalize("NFD"))],
  },
];
