import { join } from "node:path";
import { readIfThere } from "../files/files.ts";
import { type CommitId, commitId } from "./ids.ts";
import type { Repository } from "./repository.ts";

/** The commit of HEAD, read from its file without a process; null where only git can say, or there is none. */
export async function plainHead({ gitDirectory, commonDirectory }: Repository): Promise<CommitId | null> {
  const head = await textOf(join(gitDirectory, "HEAD"));
  const branch = /^ref: (refs\/heads\/\S+)\n$/.exec(head)?.[1];
  const line = branch === undefined ? head : await textOf(join(commonDirectory, branch));
  const id = /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?=\n$)/.exec(line)?.[0];
  return id === undefined ? null : commitId(id);
}

async function textOf(file: string): Promise<string> {
  return (await readIfThere(file))?.toString("utf8") ?? "";
}
