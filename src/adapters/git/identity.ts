import { gitAnswer } from "./command.ts";
import type { Repository } from "./repository.ts";

/** The name that a commit made here and now would carry, on one line; null where git knows none. */
export async function committerName(repository: Repository): Promise<string | null> {
  const answer = await gitAnswer(repository, ["var", "GIT_COMMITTER_IDENT"], { accept: [1, 128] });
  const [ident = ""] = answer.stdout.toString("utf8").split(" <");
  const name = ident.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return answer.code === 0 && name !== "" ? name : null;
}
