import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import { canReadRevoked } from "../evidence/revocations.ts";
import { trustIn } from "../evidence/trusted-files.ts";
import { type Problem, problem } from "../problem.ts";

/**
 * What is wrong with the files that a tree's own `signing:` names. Nothing in this tree is judged by them; once it has
 * landed all else is, and what cannot be read lets nobody through, not even who would mend it.
 */
export async function signingFileProblems(
  repository: Repository,
  tree: TreeId,
  signing: Signing | null,
  where: string,
): Promise<readonly Problem[]> {
  if (signing === null) return [];
  const files = await trustIn(repository, tree, signing, where);
  if (!files.ok) return [{ ...files.error, hint: files.error.hint ?? PUT_IT_THERE }];
  const { revokedKeys } = files.value;
  if (revokedKeys === null || (await canReadRevoked(repository, revokedKeys))) return [];
  const path = signing.revokedKeys ?? "";
  const message = `gate.yaml names ${path} under signing, and ssh-keygen cannot read it in ${where}: every key would count as revoked.`;
  return [problem("config-invalid", message, { path, hint: HOW_TO_REVOKE })];
}

const PUT_IT_THERE = "Put the file there, or name it in gate.yaml as it is called.";
const HOW_TO_REVOKE =
  "Write one public key a line, as in a .pub file, or a list that ssh-keygen -k has made.";
