import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rig } from "./repository.ts";

/** Everything of a repository that a refusal must leave as it was. */
export interface Snapshot {
  readonly head: string;
  readonly index: string;
  readonly references: string;
  readonly changes: readonly string[];
  readonly reports: Readonly<Record<string, string>>;
  readonly locks: readonly string[];
}

export async function snapshot(rig: Rig): Promise<Snapshot> {
  const head = await rig.tryGit("rev-parse", "--verify", "--quiet", "HEAD");
  return {
    head: head.stdout,
    index: await rig.git("ls-files", "-s"),
    references: await rig.git("for-each-ref"),
    changes: await rig.changes(),
    reports: filesBelow(join(rig.directory, "test-reports")),
    locks: readdirSync(join(rig.directory, ".git")).filter((name) => name.endsWith(".lock")),
  };
}

/** Regular files by path; links and what cannot be read are left out. */
export function filesBelow(directory: string): Record<string, string> {
  const files: Record<string, string> = {};
  let names: string[];
  try {
    names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  } catch {
    return files;
  }
  for (const name of names.toSorted()) {
    try {
      files[name] = readFileSync(join(directory, name), "latin1");
    } catch {
      // a directory, or gone
    }
  }
  return files;
}
