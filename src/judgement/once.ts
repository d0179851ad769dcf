import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";

/** What is said of a tree never changes: nobody has to ask twice. */
export function oncePerTree<Answer>(
  ask: (repository: Repository, tree: TreeId) => Promise<Answer>,
): (repository: Repository, tree: TreeId) => Promise<Answer> {
  const answers = new WeakMap<Repository, Map<TreeId, Promise<Answer>>>();
  return (repository, tree) => {
    const known = answers.get(repository) ?? new Map<TreeId, Promise<Answer>>();
    answers.set(repository, known);
    const answer = known.get(tree) ?? ask(repository, tree);
    known.set(tree, answer);
    return answer;
  };
}
