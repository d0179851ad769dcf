import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readBlobsUpTo, readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { Suite } from "../config/configuration.ts";
import { LARGEST_RECORD } from "../evidence/recorded.ts";
import type { SignatureCheck } from "../evidence/signature.ts";
import type { JudgedSuite } from "../judgement/judge.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { manifestPath, signaturePath } from "../reports/manifest.ts";
import type { SigningPolicy } from "./trust.ts";
import type { Assurance } from "./verification.ts";

/** How far the record of a suite can be believed, and through whom. */
export interface AssuranceOf {
  /** null where its signature speaks against it, or a signature that has to be there is not. */
  readonly assurance: Assurance | null;
  readonly signer: string | null;
  readonly problems: readonly Problem[];
}

const CONSISTENT: AssuranceOf = { assurance: "consistent", signer: null, problems: [] };

/** Judges the signature over a suite's manifest, as the tree has both. */
export async function verifySignature(
  repository: Repository,
  tree: TreeId,
  { suite, recorded }: JudgedSuite,
  { required, trust, begins }: SigningPolicy,
  at: Date,
): Promise<AssuranceOf> {
  if (!recorded.signed && !required) return CONSISTENT;
  // Loaded where something is signed or has to be: little else in verify needs cryptography.
  const { checkSignature, misfit } = await import("../evidence/signature.ts");
  const path = `${suite.reports}/${signaturePath(suite.name)}`;
  const found = await readSignature(repository, tree, path);
  const place = `${tree}:${suite.reports}/${manifestPath(suite.name)}`;
  const [manifest] = await readBlobsUpTo(repository, [place], LARGEST_RECORD);
  // What is wrong with the manifest itself is said of the record.
  if (!manifest || manifest === "too-large") return CONSISTENT;
  const refuse = refusing(suite, path);
  if (found.kind === "none") return refuse("unsigned", unsignedText(suite), RESIGN);
  if (found.kind === "odd") return refuse("tampered-report", `${path} ${found.what}.`);
  if (trust !== null) {
    const check = await checkSignature(repository, trust, "manifest", manifest.bytes, found.bytes, at);
    if (check.kind === "trusted") return { assurance: "signed", signer: check.signer, problems: [] };
    return refuse("untrusted-signer", untrustedText(path, check), check.hint ?? TRUST);
  }
  const wrong = await misfit(repository, "manifest", manifest.bytes, found.bytes);
  if (wrong !== null) return refuse("untrusted-signer", untrustedText(path, wrong), wrong.hint);
  if (begins) return { ...CONSISTENT, problems: [signingBegins(suite, path)] };
  return required ? refuse("untrusted-signer", `${path} is signed, and ${NOBODY}.`, NAME_A_BASE) : CONSISTENT;
}

type Found =
  | { readonly kind: "none" }
  | { readonly kind: "odd"; readonly what: string }
  | { readonly kind: "file"; readonly bytes: Buffer };

async function readSignature(repository: Repository, tree: TreeId, path: string): Promise<Found> {
  const entries = await entriesAt(repository, tree, [path]);
  const entry = entries.find((one) => one.path === path);
  if (entry === undefined) return { kind: "none" };
  if (entry.mode !== "100644")
    return { kind: "odd", what: `has mode ${entry.mode}; it was recorded as 100644` };
  const { MAX_SIGNATURE_BYTES } = await import("../evidence/ssh-signature.ts");
  const [bytes] = await readSmallBlobs(repository, [entry.id], MAX_SIGNATURE_BYTES);
  return bytes ? { kind: "file", bytes } : { kind: "odd", what: "is too large for a signature" };
}

const NOBODY = "nobody outside this commit says whose signatures count";
const RESIGN =
  "With a trusted key, where it was run:  gate run --from <session>,  elsewhere:  gate run --force";
const NAME_A_BASE = "Name what the change goes into:  gate verify --base <revision>";
const TRUST = "With a key that is trusted where the signers are named:  gate run --force";

function refusing(suite: Suite, path: string) {
  return (
    code: "unsigned" | "untrusted-signer" | "tampered-report",
    message: string,
    hint: string | null = null,
  ): AssuranceOf => ({
    assurance: null,
    signer: null,
    problems: [problem(code, message, { path, suite: suite.name, hint })],
  });
}

function unsignedText({ name }: Suite): string {
  return `the evidence of ${name} has to be signed, and is not.`;
}

function untrustedText(path: string, { reason }: Extract<SignatureCheck, { kind: "untrusted" }>): string {
  return `${path} is not trusted: ${reason}.`;
}

function signingBegins({ name }: Suite, path: string): Problem {
  const message = `signing begins with this change: ${path} fits, and whose it is can be said once the base names the signers.`;
  return warning("untrusted-signer", message, { path, suite: name });
}
