import type { WorktreeDifference } from "../adapters/git/worktree.ts";
import type { Suite } from "../config/configuration.ts";
import { lastAttachedTo } from "../evidence/attached.ts";
import { editedReports, reportsNow } from "../evidence/edited-reports.ts";
import { blockedReports, ignoredReports } from "../evidence/refusals.ts";
import { type Problem, problem } from "../problem.ts";
import { compileNormaliser } from "../reports/normalise.ts";
import { expectedReports } from "../reports/reports-place.ts";
import { err, ok, type Result } from "../result.ts";
import { type Gpu, gpusFor, gpuVariables } from "../suite/gpu.ts";
import { refuseDifferences } from "./differing-inputs.ts";
import { traces } from "./leaks.ts";
import { checkPins } from "./pins.ts";
import { clearOldResults } from "./read-results.ts";
import type { RunRequest } from "./request.ts";
import { cannotSign } from "./signing.ts";
import { inputsOnDisk } from "./worktree.ts";

export interface Cleared {
  readonly gpus: readonly Gpu[];
  /** What the suite and its services are told of them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ignored files that the patterns match: part of the run, not of the fingerprint. */
  readonly ignoredInputs: readonly string[];
  /** The state of everything else, to be compared after the run. */
  readonly traces: readonly WorktreeDifference[];
}

/** Everything that can be known to go wrong is found before the suite starts, not 45 minutes later. */
export async function preflight(request: RunRequest): Promise<Result<Cleared, readonly Problem[]>> {
  const { worktree, judged, tree, reportsDirectories, surroundings } = request;
  const { suite } = judged;
  const [onDisk, reportsRefused, pinsRefused, unsignable, before] = await Promise.all([
    inputsOnDisk(worktree, suite, reportsDirectories),
    reportsCannotBeWritten(request),
    checkPins(worktree, tree, suite, surroundings.environment.HOME ?? null),
    cannotSign(request),
    traces(worktree, reportsDirectories),
  ]);
  const problems = [
    ...judged.problems,
    ...(await refuseDifferences(worktree, suite, reportsDirectories, onDisk.differences)),
    ...reportsRefused,
    ...unusableRules(suite),
    ...pinsRefused,
    ...unsignable,
  ];
  if (problems.length > 0) return err(problems);
  const gpus = await gpusFor(suite, surroundings.environment);
  if (!gpus.ok) return err([noGpu(suite.name, gpus.error)]);
  const stale = await clearOldResults(worktree, suite);
  if (stale.length > 0) return err(stale);
  const variables = gpuVariables(suite.gpu, gpus.value);
  return ok({ gpus: gpus.value, variables, ignoredInputs: onDisk.ignored, traces: before });
}

/** A rule that cannot be used would otherwise be found when the suite has ended. */
function unusableRules(suite: Suite): readonly Problem[] {
  const nowhere = { repository: [], session: [], home: null, temporary: [], host: null, user: null };
  const compiled = compileNormaliser(suite.normalise, nowhere);
  return compiled.ok ? [] : compiled.error;
}

export function noGpu(suite: string, reason: string): Problem {
  return problem("machine-cannot-run", `${suite} needs an NVIDIA GPU and this machine has none: ${reason}.`, {
    suite,
    hint: "Run it on a machine with a GPU:  gate run",
  });
}

async function reportsCannotBeWritten({ worktree, judged, signing }: RunRequest): Promise<Problem[]> {
  const { name, reports } = judged.suite;
  const attachment = { suite: name, reports };
  const blocked = await blockedReports(worktree, attachment);
  if (blocked.length > 0) return blocked;
  const { paths } = expectedReports(judged.suite, [], signing !== null);
  const wanted = paths.map((path) => ({ mode: "100644", id: "", stage: 0, path }));
  const [ignored, now, lastAttached] = await Promise.all([
    ignoredReports(worktree, paths, name),
    reportsNow(worktree, attachment),
    lastAttachedTo(worktree, name),
  ]);
  return [...(await editedReports(worktree, { attachment, wanted, now, lastAttached })), ...ignored];
}
