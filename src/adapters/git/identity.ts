import { gitAnswer } from "./command.ts";
import type { Repository } from "./repository.ts";

/** The name that a commit made here and now would carry, on one line; null where git knows none. */
export async function committerName(repository: Repository): Promise<string | null> {
  const [ident = ""] = (await committer(repository)).split(" <");
  const name = ident.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return name === "" ? null : name;
}

/** The e-mail address that it would carry. */
export async function committerAddress(repository: Repository): Promise<string | null> {
  return / <([^<>]+)> /.exec(await committer(repository))?.[1] ?? null;
}

/** `name <address> time`; empty where git knows nobody. */
async function committer(repository: Repository): Promise<string> {
  const answer = await gitAnswer(repository, ["var", "GIT_COMMITTER_IDENT"], { accept: [1, 128] });
  return answer.code === 0 ? answer.stdout.toString("utf8") : "";
}
