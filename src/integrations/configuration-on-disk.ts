import { readEditable } from "../adapters/files/editing.ts";
import { kindOf } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Configuration } from "../config/configuration.ts";
import { parseConfiguration } from "../config/parse.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

/** What gate.yaml says as it lies there, staged or not; null where there is none. */
export async function configurationOnDisk(
  worktree: Worktree,
): Promise<Result<Configuration | null, readonly Problem[]>> {
  const path = CONFIGURATION_PATH;
  const kind = await kindOf(`${worktree.topLevel}/${path}`);
  if (kind === "absent") return ok(null);
  if (kind !== "file") {
    const message = `${path} is a ${kind === "other" ? "special file" : kind}; it must be a regular file.`;
    return err([problem("config-not-a-file", message, { path, hint: "Move it away, then:  gate init" })]);
  }
  const file = await readEditable(worktree.topLevel, path);
  if (!file.ok) return err([problem("config-invalid", `${path} ${file.error}.`, { path })]);
  return parseConfiguration(Buffer.from(file.value.text ?? ""));
}
