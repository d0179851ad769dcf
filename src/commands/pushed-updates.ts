import type { Repository } from "../adapters/git/repository.ts";
import { resolveCommit } from "../adapters/git/trees.ts";
import type { Context } from "./context.ts";

/** One reference that a push changes, as git tells the pre-push hook. */
export interface PushedUpdate {
  readonly local: string;
  /** Object ids. */
  readonly tip: string;
  readonly remote: string;
  /** What the remote has there now; null where the reference is new. */
  readonly before: string | null;
}

const UPDATE = /^(.+) ([0-9a-f]{40}(?:[0-9a-f]{24})?) (\S+) ([0-9a-f]+)$/;
const NOTHING = /^0+$/;

/**
 * Reads what the hook gets on standard input, a line for each reference. Deletions and gate's own references
 * are left out: neither brings sources anywhere. The first field may have spaces (`git push origin ":/a b:x"`).
 */
export function parseUpdates(input: Buffer): readonly PushedUpdate[] {
  return input
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      const [, local, tip, remote, before] = UPDATE.exec(line) ?? [];
      if (local === undefined || tip === undefined || remote === undefined || before === undefined) return [];
      if (NOTHING.test(tip) || remote.startsWith("refs/gate/")) return [];
      return [{ local, tip, remote, before: NOTHING.test(before) ? null : before }];
    });
}

/** The pre-commit framework reads standard input itself, and names one update in the environment. */
export async function frameworkUpdates(
  repository: Repository,
  environment: Context["environment"],
): Promise<readonly PushedUpdate[]> {
  const { PRE_COMMIT_REMOTE_BRANCH: remote = "", PRE_COMMIT_LOCAL_BRANCH: local = "HEAD" } = environment;
  if (remote === "" || remote.startsWith("refs/gate/")) return [];
  const tip = await resolveCommit(repository, environment.PRE_COMMIT_TO_REF ?? local);
  return tip === null ? [] : [{ local, tip, remote, before: environment.PRE_COMMIT_FROM_REF ?? null }];
}
