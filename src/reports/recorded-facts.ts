import type { Manifest } from "./manifest.ts";

/** Who recorded evidence, when and on what. Unsigned evidence is never said to prove anything. */
export interface RecordedFacts {
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** The GPU's name, or the operating system where there was none. */
  readonly on: string;
}

export function recordedFacts({ recordedBy, run, machine }: Manifest): RecordedFacts {
  return { by: recordedBy.name, at: run.ended, on: machine.gpus[0]?.name ?? machine.os };
}
