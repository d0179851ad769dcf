import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { entriesAt } from "../adapters/git/tree-objects.ts";
import type { Signing } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Trust } from "./signature.ts";

const MAX_BYTES = 1 << 20;

/** The files of signers that `signing:` names, from a tree. `where` says in messages whose tree it is. */
export async function trustIn(
  repository: Repository,
  tree: TreeId,
  { allowedSigners, revokedKeys }: Signing,
  where: string,
): Promise<Result<Trust, Problem>> {
  const read = (path: string) => plainFile(repository, tree, path, where);
  const [signers, revoked] = await Promise.all([
    read(allowedSigners),
    revokedKeys === null ? ok(null) : read(revokedKeys),
  ]);
  if (!signers.ok) return signers;
  if (!revoked.ok) return revoked;
  return ok({ allowedSigners: signers.value, revokedKeys: revoked.value });
}

async function plainFile(
  repository: Repository,
  tree: TreeId,
  path: string,
  where: string,
): Promise<Result<Buffer, Problem>> {
  const refuse = (what: string) =>
    err(problem("config-invalid", `gate.yaml names ${path} under signing, and ${what}.`, { path }));
  const [entry] = await entriesAt(repository, tree, [path]);
  if (entry === undefined) return refuse(`${where} has no such file`);
  if (entry.path !== path || !entry.mode.startsWith("100")) return refuse(`in ${where} it is no plain file`);
  const [content] = await readSmallBlobs(repository, [entry.id], MAX_BYTES);
  return content ? ok(content) : refuse(`in ${where} it is larger than 1 MiB`);
}
