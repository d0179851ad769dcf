import type { Project } from "../fixer.ts";
import { ignoredBy } from "./ignore-file.ts";
import { directoryOf, hasFile, upwardsFrom, within } from "./tool.ts";

/** Whether the `.gitignore` files from a directory downwards keep a path out, for the tools that read them. */
export async function gitIgnored(
  project: Project,
  from: string,
  paths: readonly string[],
): Promise<(path: string) => boolean> {
  const directories = new Set(paths.flatMap((path) => upwardsFrom(directoryOf(path))));
  const places = [...directories].filter((one) => one === from || from === "" || one.startsWith(`${from}/`));
  const rules = new Map<string, (path: string) => boolean>();
  for (const place of places) {
    const file = within(place, ".gitignore");
    const text = hasFile(project, file) ? await project.read(file) : null;
    if (text !== null) rules.set(place, ignoredBy(text, place));
  }
  return (path) => rules.size > 0 && [...rules.values()].some((ignores) => ignores(path));
}
