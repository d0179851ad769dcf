import { join } from "node:path";
import { withScratchDirectory } from "../../adapters/files/editing.ts";
import { makeDirectory } from "../../adapters/files/files.ts";
import { commitHeader } from "../../adapters/git/history.ts";
import { absolutePath, liesInWorktree, ownSetting } from "../../adapters/git/own-settings.ts";
import type { Repository } from "../../adapters/git/repository.ts";
import { type ScratchSettings, scratchRepository } from "../../adapters/git/scratch.ts";
import { configurationOf } from "../../judgement/configuration.ts";
import { hasErrors, type Problem, problem } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";
import { problemOfFailure } from "../failures.ts";
import type { Verification } from "../verification.ts";
import { attackSuite } from "./attack-suite.ts";
import { makeKeys } from "./keys.ts";
import { type AttackedSuite, type AttackReport, isGood } from "./report.ts";
import { readSpecimen } from "./specimen.ts";
import type { Verifier } from "./try-attack.ts";

export interface AttackRequest {
  readonly revision: string;
  /** What judges the forgeries. */
  readonly verify: Verifier;
  /** Names of forgeries and honest variants; null: all of them. */
  readonly only: readonly string[] | null;
}

/**
 * Forges the evidence of a commit in every way that gate knows, in a scratch repository that sees the objects of
 * the real one, and has each forgery judged. Nothing is written into the real one.
 */
export async function attackCommit(
  repository: Repository,
  request: AttackRequest,
): Promise<Result<AttackReport, readonly Problem[]>> {
  const { revision } = request;
  try {
    const settings = await trustSettings(repository);
    return await withScratchDirectory(async (directory) => {
      const place = join(directory, "repository");
      await makeDirectory(place);
      const head = await commitHeader(repository, revision);
      if (head === null) return err([notHere(revision)]);
      const scratch = await scratchRepository(repository, place, settings);
      const suites = await attackSuites(scratch, directory, { ...request, revision: head.id });
      if (!suites.ok) return suites;
      const good = suites.value.every(
        ({ forgeries, honest }) => forgeries.every(isGood) && honest.every((one) => one.ok),
      );
      return ok({ revision, commit: head.id, ok: good, suites: suites.value });
    });
  } catch (error) {
    return err([problemOfFailure(error, null)]);
  }
}

async function attackSuites(
  scratch: Repository,
  directory: string,
  { revision, verify, only }: AttackRequest,
): Promise<Result<AttackedSuite[], readonly Problem[]>> {
  const head = await commitHeader(scratch, revision);
  if (head === null) return err([notHere(revision)]);
  const configuration = await configurationOf(scratch, head.tree);
  const signing = configuration.ok && configuration.value !== null && configuration.value.signing !== null;
  const base = signing ? revision : null;
  const verified = await verify(scratch, { revision, base, suite: null, deep: true, at: null });
  if (!verified.ok) return err(verified.error.problems);
  const problems = [...errorsIn(verified.value), ...waivedIn(verified.value)];
  if (problems.length > 0) return err(problems);
  const keys = await makeKeys(scratch, directory);
  const attacked: AttackedSuite[] = [];
  for (const { name, assurance } of verified.value.suites) {
    const specimen = await readSpecimen(scratch, head, name);
    attacked.push(await attackSuite({ specimen, verify, base }, assurance ?? "consistent", keys, only));
  }
  return ok(attacked);
}

function errorsIn({ problems, suites }: Verification): Problem[] {
  return [...problems, ...suites.flatMap((suite) => suite.problems)].filter((one) => hasErrors([one]));
}

/** A waiver lets pass that there is no evidence: then there is nothing to forge, or less that verify has to refuse. */
function waivedIn({ suites }: Verification): Problem[] {
  return suites
    .filter(({ waiver }) => waiver !== null)
    .map(({ name }) => {
      const message = `${name} has no evidence that holds in this commit: it is waived.`;
      return problem("missing-evidence", message, { suite: name });
    });
}

/** Whom the real clone trusts, where its own settings and not a committed file say so. */
async function trustSettings(repository: Repository): Promise<ScratchSettings> {
  const settings: Record<string, string> = {};
  for (const key of ["gpg.ssh.allowedSignersFile", "gpg.ssh.revocationFile"]) {
    const setting = await ownSetting(repository, key);
    const usable = setting !== null && !(await liesInWorktree(repository, setting.value));
    settings[key] = usable ? absolutePath(repository, setting.value) : "";
  }
  return settings;
}

function notHere(revision: string): Problem {
  return problem("objects-missing", `${revision} is not a commit of this clone.`, {
    hint: "Check the name, or get it:  git fetch origin",
  });
}
