import type { Repository } from "../adapters/git/repository.ts";
import type { Configuration, Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { configurationOf } from "../judgement/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { verifyConfigured } from "./configured.ts";
import { problemOfFailure } from "./failures.ts";
import { type Comparison, comparisonOf } from "./subject.ts";
import type { Verification } from "./verification.ts";

export interface VerifyRequest {
  readonly revision: string;
  /** The commit that the change goes into: whom to trust and what the policy is, is read there. */
  readonly base: string | null;
  /** Whether it goes where nothing is yet, so that nobody there can say whom to trust. */
  readonly isFirst?: boolean;
  /** Judge this suite alone. */
  readonly suite: string | null;
  /** Whether the contents of the reports are read, and not only their ids compared. */
  readonly deep: boolean;
  /** When time-bound policies are judged; null: at the commit's time. */
  readonly at: Date | null;
}

/** Why there is nothing to judge, and which exit code that is. */
export interface NotJudged {
  readonly exit: 1 | 2;
  readonly problems: readonly Problem[];
}

/**
 * Judges one commit by what git has of it: runs nothing, fetches nothing, follows no link, writes nothing into
 * the repository. Whatever cannot be found out is an error among the problems.
 */
export async function verifyRevision(
  repository: Repository,
  request: VerifyRequest,
): Promise<Result<Verification, NotJudged>> {
  const compared = await findCommits(repository, request);
  return compared.ok ? verifyCommits(repository, compared.value, request) : compared;
}

/** The commits that a request names. Whoever asks more about them goes by what is found here, not by the names. */
export async function findCommits(
  repository: Repository,
  { revision, base, at }: Pick<VerifyRequest, "revision" | "base" | "at">,
): Promise<Result<Comparison, NotJudged>> {
  try {
    const compared = await comparisonOf(repository, revision, base, at);
    if (compared.ok) return compared;
    return err({ exit: compared.error.code === "usage" ? 2 : 1, problems: [compared.error] });
  } catch (error) {
    return err({ exit: 1, problems: [problemOfFailure(error, null)] });
  }
}

export async function verifyCommits(
  repository: Repository,
  compared: Comparison,
  { suite, deep, isFirst = false }: Pick<VerifyRequest, "suite" | "deep" | "isFirst">,
): Promise<Result<Verification, NotJudged>> {
  try {
    const configured = await configurationOf(repository, compared.subject.tree);
    if (!configured.ok) return err({ exit: 2, problems: configured.error });
    if (configured.value === null) return err(await withoutConfiguration(repository, compared));
    const chosen = chosenSuites(configured.value, suite);
    if (!chosen.ok) return err({ exit: 2, problems: [chosen.error] });
    const question = { configuration: configured.value, chosen: chosen.value, only: suite, deep, isFirst };
    return ok(await verifyConfigured(repository, compared, question));
  } catch (error) {
    return err({ exit: 1, problems: [problemOfFailure(error, null)] });
  }
}

/** A tree without gate.yaml has nothing to judge, unless the change is what took it away. */
async function withoutConfiguration(
  repository: Repository,
  { subject: { revision }, base }: Comparison,
): Promise<NotJudged> {
  const path = CONFIGURATION_PATH;
  const before = base === null ? null : await configurationOf(repository, base.tree);
  if (base !== null && before !== null && (!before.ok || before.value !== null)) {
    const message = `${revision} has no ${path}; ${base.name} has one. Nothing would be gated any more.`;
    const hint = `Take it back:  git checkout ${base.name} -- ${path}`;
    return { exit: 1, problems: [problem("policy-weakened", message, { path, hint })] };
  }
  const message = `${revision} has no ${path}, so there is no evidence to judge.`;
  return { exit: 2, problems: [problem("config-missing", message, { path, hint: "gate init" })] };
}

function chosenSuites({ suites }: Configuration, name: string | null): Result<readonly Suite[], Problem> {
  const chosen = suites.filter((suite) => name === null || suite.name === name);
  if (chosen.length > 0) return ok(chosen);
  const known = suites.map((suite) => suite.name).join(", ");
  return err(
    problem("usage", `${CONFIGURATION_PATH} has no suite ${name}.`, { hint: `There are: ${known}` }),
  );
}
