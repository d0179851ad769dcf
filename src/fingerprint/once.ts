import type { TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";

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

/** The same of a suite, as one configuration has it; whatever else is needed follows from that configuration. */
export function oncePerSuite<Answer, More extends readonly unknown[]>(
  ask: (repository: Repository, tree: TreeId, suite: Suite, ...more: More) => Promise<Answer>,
): typeof ask {
  const ofTree = oncePerTree(async () => new Map<Suite, Promise<Answer>>());
  return async (repository, tree, suite, ...more) => {
    const answers = await ofTree(repository, tree);
    const answer = answers.get(suite) ?? ask(repository, tree, suite, ...more);
    answers.set(suite, answer);
    return answer;
  };
}
