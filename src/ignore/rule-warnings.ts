import type { Repository } from "../adapters/git/repository.ts";
import type { Problem } from "../problem.ts";
import { idleNegations } from "./idle-negations.ts";
import type { IgnoreFiles } from "./mend.ts";
import { misleadingRules } from "./rule-forms.ts";
import { strayRules } from "./stray-rules.ts";
import { tryRules } from "./trials.ts";

/**
 * Rules of a repository's ignore files that do nothing, or something else than they look like. git alone says what
 * a rule does; none of the user's own settings enter. Sorted by file and line.
 */
export async function ruleWarnings(
  repository: Repository,
  files: IgnoreFiles,
  tracked: readonly string[],
): Promise<readonly Problem[]> {
  const [misleading, idle, [answers = []]] = await Promise.all([
    misleadingRules(repository, files),
    idleNegations(repository, files),
    tryRules(repository, [{ files, paths: tracked }]),
  ]);
  const misread = new Set(misleading.map(placeOf));
  const others = [...idle, ...strayRules(files, answers)].filter((one) => !misread.has(placeOf(one)));
  return [...misleading, ...others].sort(
    (left, right) => compare(left.path ?? "", right.path ?? "") || (left.line ?? 0) - (right.line ?? 0),
  );
}

const placeOf = ({ path, line }: Problem) => `${line} ${path}`;

const compare = (left: string, right: string) => Number(left > right) - Number(left < right);
