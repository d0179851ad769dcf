import { join } from "node:path";
import { writeAtomically } from "../adapters/files/files.ts";
import { writeBlobs } from "../adapters/git/store.ts";
import { findSigningKey, signBytes } from "../evidence/signing-key.ts";
import { signingObstacle } from "../judgement/signing-obstacle.ts";
import { type Problem, warning } from "../problem.ts";
import type { BuiltReports } from "../reports/build.ts";
import { serialiseManifest, signaturePath } from "../reports/manifest.ts";
import { err, ok, type Result } from "../result.ts";
import type { SessionFolder } from "../suite/session.ts";
import type { RunRequest } from "./request.ts";

/** Found out before the suite starts: a run whose evidence cannot be signed would be for nothing. */
export async function cannotSign({
  worktree,
  tree,
  signing,
  judged,
  surroundings,
}: RunRequest): Promise<Problem[]> {
  if (signing === null || !signing.required) return [];
  const obstacle = await signingObstacle(worktree, tree, signing, surroundings.now());
  return obstacle === null ? [] : [of(judged.suite.name, obstacle)];
}

export interface SignedReports {
  /** The reports, and the signature over the manifest among them where there is one. */
  readonly files: readonly { readonly path: string; readonly blob: string }[];
  readonly warnings: readonly Problem[];
}

/** Signs the manifest where gate.yaml says who is trusted to. A signature that is not required may be missing. */
export async function signReports(
  { worktree, signing, judged, surroundings }: RunRequest,
  folder: SessionFolder,
  { files, manifest }: BuiltReports,
): Promise<Result<SignedReports, Problem>> {
  if (signing === null) return ok({ files, warnings: [] });
  const { name } = judged.suite;
  const key = await findSigningKey(worktree);
  if (key.ok && key.value.needsTouch)
    surroundings.say(`gate  ${name}: touch your security key to sign the evidence.`);
  const signed = await signBytes(worktree, "manifest", Buffer.from(serialiseManifest(manifest)));
  if (!signed.ok) {
    const { message, hint } = signed.error;
    if (signing.required) return err(of(name, signed.error));
    return ok({
      files,
      warnings: [warning("signing-failed", `the evidence is unsigned: ${message}`, { suite: name, hint })],
    });
  }
  const path = signaturePath(name);
  const stagedAt = join(folder.staging, path);
  await writeAtomically(stagedAt, signed.value);
  const [blob] = await writeBlobs(worktree, [stagedAt]);
  if (blob === undefined) throw new Error("git stored no blob of the signature");
  return ok({ files: [...files, { path, blob }], warnings: [] });
}

function of(suite: string, cause: Problem): Problem {
  return { ...cause, suite };
}
