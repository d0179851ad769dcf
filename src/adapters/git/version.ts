import { type GitPlace, git } from "./command.ts";

export interface GitVersion {
  /** As git says it: `2.39.5`, `2.39.5 (Apple Git-154)`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

export async function gitVersion(place: GitPlace): Promise<GitVersion> {
  const text = (await git(place, ["version"]))
    .toString("utf8")
    .trim()
    .replace(/^git version /, "");
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return { text, major: Number(major), minor: Number(minor) };
}
