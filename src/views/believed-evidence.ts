import { createHash } from "node:crypto";
import { type BlobId, blobId, type CommitId, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { suiteOf } from "../judgement/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { type Manifest, manifestPath, parseManifest } from "../reports/manifest.ts";
import { err, ok, type Result } from "../result.ts";
import type { Assurance, SuiteVerification, Verification } from "../verify/verification.ts";

/** A suite's evidence in one commit, after verify has said yes to it. */
export interface BelievedEvidence {
  readonly commit: CommitId;
  readonly tree: TreeId;
  readonly manifest: Manifest;
  readonly manifestFile: CommittedFile & { readonly sha256: string };
  /** `gate.yaml`, which says what was to be run on what. */
  readonly configurationFile: CommittedFile;
  readonly assurance: Assurance;
  /** null where it is not signed. */
  readonly signer: string | null;
}

interface CommittedFile {
  readonly path: string;
  readonly blob: BlobId;
}

/** What a verification without errors stands for. A suite that passes by its waiver alone has nothing to show. */
export async function believedEvidence(
  repository: Repository,
  verification: Verification,
): Promise<Result<readonly BelievedEvidence[], readonly Problem[]>> {
  const { suites } = verification;
  const without = suites.filter(({ assurance }) => assurance === null).map(waivedAlone);
  if (without.length > 0) return err(without);
  return ok(await Promise.all(suites.map((suite) => readEvidence(repository, verification, suite))));
}

async function readEvidence(
  repository: Repository,
  { subject: { commit, tree } }: Verification,
  { name, assurance, signer }: SuiteVerification,
): Promise<BelievedEvidence> {
  const declared = await suiteOf(repository, tree, name);
  if (declared === null) throw new Error(`verify judged a suite ${name} that gate.yaml does not have`);
  const path = `${declared.suite.reports}/${manifestPath(name)}`;
  const [[found], [gateYaml]] = await Promise.all([
    readBlobs(repository, [`${tree}:${path}`]),
    entriesAt(repository, tree, [CONFIGURATION_PATH]),
  ]);
  const manifest = found ? parseManifest(found.bytes) : null;
  if (!found || !manifest?.ok || gateYaml === undefined || commit === null || assurance === null) {
    throw new Error(`verify believed evidence of ${name} that is not whole`);
  }
  const sha256 = createHash("sha256").update(found.bytes).digest("hex");
  return {
    commit,
    tree,
    manifest: manifest.value,
    manifestFile: { path, blob: found.id, sha256 },
    configurationFile: { path: CONFIGURATION_PATH, blob: blobId(gateYaml.id) },
    assurance,
    signer,
  };
}

function waivedAlone({ name }: SuiteVerification): Problem {
  const message = `${name} passes by a waiver: it has no evidence that could be exported.`;
  const hint = "Leave it out, with --suite, or on a machine that can run it:  gate run";
  return problem("missing-evidence", message, { suite: name, hint });
}
