import { isShallow } from "../../adapters/git/history.ts";
import { commitOf, commitsOnto } from "../../adapters/git/new-commits.ts";
import { EXCEPTIONS_DIRECTORY } from "../../fingerprint/pathspecs.ts";
import type { GuardedForgery } from "./attack.ts";
import { put, putConfiguration, refit, treeOf, writtenInputs } from "./edits.ts";
import { INPUTS_PATH, signed } from "./guarded.ts";

/** What only comes of it once it has landed: the commit itself has all its evidence. */
export const ON_LANDING: readonly GuardedForgery[] = [
  {
    name: "inputs-of-today",
    what: "gate.yaml names the files of today instead of their directory, and the evidence is made to fit",
    level: "policy",
    refusedBy: ["policy-weakened"],
    forge: async (on) => {
      const inputs = writtenInputs(on).map((one) => (one === INPUTS_PATH ? `${INPUTS_PATH}/*.txt` : one));
      const edit = putConfiguration(on, [[["suites", on.suite.name, "inputs"], inputs]]);
      return signed(on, "trusted", await refit(on, [edit]));
    },
  },
  {
    name: "unrelated-history",
    what: "the commit has no history in common with the base, so that nothing can be merged",
    level: "policy",
    refusedBy: ["unmerged-inputs"],
    forge: async ({ repository, commit }) => {
      if (await isShallow(repository)) return null;
      const edit = put(`${EXCEPTIONS_DIRECTORY}/attack/notes.txt`, "forged\n");
      const [made = commit.id] = await commitsOnto(repository, commit.id, [[edit]], commit.committedAt);
      return commitOf(repository, await treeOf(repository, made), [], "of its own", commit.committedAt);
    },
  },
];
