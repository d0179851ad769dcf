import { readIfThere } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import { absolutePath, liesInWorktree, ownSetting } from "../adapters/git/own-settings.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Signing } from "../config/configuration.ts";
import type { Trust } from "../evidence/signature.ts";
import { trustIn } from "../evidence/trusted-files.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

/** Whose signatures count, and whether one is needed. */
export interface SigningPolicy {
  /** What the base says or what the change itself says, whichever is stricter. */
  readonly required: boolean;
  /** null where nobody outside the change says whom to trust. */
  readonly trust: Trust | null;
  /** What it goes into knows no signing yet, and the change brings it: its keys are trusted once it is in the base. */
  readonly begins: boolean;
}

/**
 * Whom to trust, from a place that the change being judged cannot write: the base's own files, as its own
 * gate.yaml names them; without a base, or where the base says nothing, what the verifier's git is configured
 * with. null where neither says anything.
 */
export async function trustOf(
  repository: Repository,
  base: TreeId | null,
): Promise<Result<Trust | null, Problem>> {
  const signing = base === null ? ok(null) : await signingOf(repository, base);
  if (!signing.ok) return signing;
  if (base === null || signing.value === null) return verifiersOwnTrust(repository);
  const trust = await trustIn(repository, base, signing.value, "the base");
  return trust.ok ? trust : err({ ...trust.error, hint: MEND_THE_BASE });
}

const MEND_THE_BASE =
  "Nothing can be judged against this base before the file is back in it: whoever may merge past the check has to put it there.";

/** What is said about signing outside the change. */
export interface OutsideSigning {
  /** null where the base says nothing, or there is none. */
  readonly ofBase: Signing | null;
  readonly trust: Trust | null;
  /** Whether it is known what the commit goes into: a base, or nothing. */
  readonly intoKnown: boolean;
}

/** What is asked about signing. */
interface SigningQuestion {
  readonly base: TreeId | null;
  /** Whether it goes where nothing is yet. */
  readonly isFirst: boolean;
  /** Whether anything is signed, or has to be: otherwise the verifier's own settings say nothing of a commit alone. */
  readonly matters: () => Promise<boolean>;
}

export async function outsideSigning(
  repository: Repository,
  { base, isFirst, matters }: SigningQuestion,
): Promise<Result<OutsideSigning, Problem>> {
  const [before, trust] = await Promise.all([
    base === null ? ok(null) : signingOf(repository, base),
    base === null && !(await matters()) ? ok(null) : trustOf(repository, base),
  ]);
  if (!before.ok) return before;
  if (!trust.ok) return trust;
  return ok({ ofBase: before.value, trust: trust.value, intoKnown: base !== null || isFirst });
}

/** What the base and the change say together about signing. */
export function signingPolicy(
  { ofBase, trust, intoKnown }: OutsideSigning,
  own: Signing | null,
): SigningPolicy {
  const required = ofBase?.required === true || own?.required === true;
  return { required, trust, begins: intoKnown && ofBase === null && own !== null };
}

async function signingOf(repository: Repository, base: TreeId): Promise<Result<Signing | null, Problem>> {
  const configuration = await configurationOf(repository, base);
  if (configuration.ok) return ok(configuration.value?.signing ?? null);
  const [first] = configuration.error;
  const message = `the base's gate.yaml cannot be read, so nobody can say whose signatures count: ${first?.message ?? "it is invalid"}`;
  return err(
    problem("config-invalid", message, { path: "gate.yaml", hint: "Name another base:  --base <revision>" }),
  );
}

async function verifiersOwnTrust(repository: Repository): Promise<Result<Trust | null, Problem>> {
  const allowedSigners = await ownFile(repository, "gpg.ssh.allowedSignersFile");
  if (!allowedSigners.ok) return allowedSigners;
  if (allowedSigners.value === null) return ok(null);
  const revokedKeys = await ownFile(repository, "gpg.ssh.revocationFile");
  if (!revokedKeys.ok) return revokedKeys;
  return ok({ allowedSigners: allowedSigners.value, revokedKeys: revokedKeys.value });
}

/** A file of the verifier's. One in the working tree is what somebody has committed: it says nothing here. */
async function ownFile(repository: Repository, key: string): Promise<Result<Buffer | null, Problem>> {
  const setting = await ownSetting(repository, key);
  if (setting === null || (await liesInWorktree(repository, setting.value))) return ok(null);
  const content = await readIfThere(absolutePath(repository, setting.value));
  if (content !== null) return ok(content);
  const message = `${key} names ${setting.value}, and there is no such file: nobody can say whose signatures count.`;
  return err(
    problem("untrusted-signer", message, {
      hint: `Write the file, or take the setting away:  git config --${setting.scope} --unset ${key}`,
    }),
  );
}
