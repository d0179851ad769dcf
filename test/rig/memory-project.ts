import type { Project } from "../../src/integrations/fixers/fixer.ts";

/** A project of texts alone. Git has nothing to say in it. */
export function projectOf(texts: Readonly<Record<string, string>>): Project {
  return {
    files: Object.keys(texts).sort(),
    read: async (path) => texts[path] ?? null,
    saysAllAttributes: true,
    attributes: async (paths, names) => paths.map(() => new Map(names.map((name) => [name, "unspecified"]))),
  };
}
