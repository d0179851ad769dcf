import type { Culprit, Project } from "../../src/integrations/fixers/fixer.ts";

interface WrittenProject extends Project {
  /** The files that have been asked for. */
  readonly reads: readonly string[];
}

/** A project of nothing but these texts. */
export function projectOf(texts: Readonly<Record<string, string>>): WrittenProject {
  const reads: string[] = [];
  return {
    files: Object.keys(texts).sort(),
    read: async (path) => {
      reads.push(path);
      return texts[path] ?? null;
    },
    saysAllAttributes: true,
    attributes: async (paths, names) => paths.map(() => new Map(names.map((name) => [name, "unspecified"]))),
    reads,
  };
}

/** The texts with every exemption that can be made. */
export function exempted(texts: Readonly<Record<string, string>>, culprits: readonly Culprit[]) {
  const after = { ...texts };
  for (const { exemption } of culprits) {
    const edited = exemption.apply(after[exemption.file] ?? null);
    if (edited.ok) after[exemption.file] = edited.value;
  }
  return after;
}
