import { type ParentWatch, watchParent } from "../process/parents.ts";

/** Watches the git that runs a hook: who cancels a commit in an editor ends it and nothing else. */
export function watchCommit(): ParentWatch {
  return watchParent("git");
}
