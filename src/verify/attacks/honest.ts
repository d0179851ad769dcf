import type { CommitId } from "../../adapters/git/ids.ts";
import { commitOf, tagCommit } from "../../adapters/git/new-commits.ts";
import type { Specimen } from "./specimen.ts";

/** What people do to a commit without touching its evidence: none of it may be refused. */
export interface HonestVariant {
  readonly name: string;
  readonly what: string;
  /** A revision. */
  readonly make: (on: Specimen) => Promise<string>;
}

export const HONEST: readonly HonestVariant[] = [
  {
    name: "untouched",
    what: "the commit as it is",
    make: async ({ commit }) => commit.id,
  },
  {
    name: "amended",
    what: "the same tree with another message, an hour later",
    make: ({ repository, commit }) =>
      commitOf(repository, commit.tree, commit.parents, "amended", later(commit.committedAt)),
  },
  {
    name: "empty-commit",
    what: "a commit on top that changes nothing",
    make: ({ repository, commit }) =>
      commitOf(repository, commit.tree, [commit.id], "empty", later(commit.committedAt)),
  },
  {
    name: "merge-commit",
    what: "a merge whose tree is the commit's",
    make: async (on) => {
      const side = await sideBranch(on);
      const { repository, commit } = on;
      return commitOf(repository, commit.tree, [commit.id, side], "merge", later(commit.committedAt));
    },
  },
  {
    name: "tag",
    what: "an annotated tag on the commit",
    make: async ({ repository, commit }) => {
      await tagCommit(repository, "honest", commit.id, commit.committedAt);
      return "refs/tags/honest";
    },
  },
];

function sideBranch({ repository, commit }: Specimen): Promise<CommitId> {
  return commitOf(repository, commit.tree, commit.parents, "side", later(commit.committedAt));
}

const HOUR = 3_600_000;

function later(date: Date): Date {
  return new Date(date.getTime() + HOUR);
}
