import type { Manifest, ManifestTest } from "./manifest.ts";
import type { ManifestPart } from "./manifest-parts.ts";

/** Who recorded evidence, when and on what. Unsigned evidence is never said to prove anything. */
export interface RecordedFacts {
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** The GPU's name, or the operating system where there was none. */
  readonly on: string;
  /** Where the run was resumed. */
  readonly resumed?: ResumedFacts;
}

export interface ResumedFacts {
  readonly parts: readonly ManifestPart[];
  /** How many tests were running when a part was cut short, and were run again. */
  readonly again: number;
}

export function recordedFacts({ recordedBy, run, machine, parts, tests }: Manifest): RecordedFacts {
  return {
    by: recordedBy.name,
    at: run.ended,
    on: machine.gpus[0]?.name ?? machine.os,
    ...(parts === undefined ? {} : { resumed: resumedFacts(parts, tests.values()) }),
  };
}

function resumedFacts(parts: readonly ManifestPart[], tests: Iterable<ManifestTest>): ResumedFacts {
  return { parts, again: [...tests].filter(({ resumed }) => resumed?.again === true).length };
}
