import type { JsonObject, TestOutcome, Turn } from "../protocol.ts";
import type { GpuSample } from "../suite/gpu-telemetry.ts";
import type { MachineFacts } from "../suite/machine.ts";
import type { Verdict } from "../suite/results.ts";

/**
 * What happens in a run, in the order in which gate learns of it. A live account, for files and screens: it
 * decides no verdict, and what it misses the events of the session still have.
 */
export type Happening =
  | { readonly kind: "run-started"; readonly at: Date; readonly run: RunFacts }
  /** More tests are announced; the sum over all of these is what is planned. */
  | { readonly kind: "planned"; readonly at: Date; readonly tests: readonly LiveTest[] }
  | { readonly kind: "test-started"; readonly at: Date; readonly test: LiveTest }
  | { readonly kind: "test-ended"; readonly at: Date; readonly test: EndedTest }
  /** A prompt, an answer, a tool call. */
  | { readonly kind: "turn"; readonly at: Date; readonly test: LiveTest; readonly turn: Turn }
  | { readonly kind: "line"; readonly at: Date; readonly line: ComponentLine }
  | { readonly kind: "service"; readonly at: Date; readonly service: ServiceState }
  | { readonly kind: "gpu"; readonly at: Date; readonly gpu: GpuSample }
  /** What a person who watches wants to know besides: a lease waited for, a reporter missing. */
  | { readonly kind: "note"; readonly at: Date; readonly level: Level; readonly text: string }
  | {
      readonly kind: "run-ended";
      readonly at: Date;
      readonly verdict: Verdict;
      readonly reason: string | null;
    };

export interface RunFacts {
  readonly session: string;
  readonly suite: string;
  readonly command: string;
  readonly machine: MachineFacts;
  /** How long the last whole run took; null where there was none. */
  readonly expectedMs: number | null;
  /** How many tests it had. */
  readonly expectedTests: number | null;
}

export interface LiveTest {
  readonly id: string;
  readonly name: string;
  /** What the results are kept together by (`domains:` of gate.yaml). */
  readonly domain: string;
  /** 1, 2, 3 … in the order in which steps begin (`steps:`); null where the test has not begun. */
  readonly step: number | null;
}

export interface EndedTest extends LiveTest {
  readonly outcome: TestOutcome;
  /** Seconds. */
  readonly duration: number;
  readonly message: string | null;
  readonly properties: JsonObject;
}

export type Level = "INFO" | "WARNING" | "ERROR";

/** A line that a part of the suite wrote: `adapter`, `metrics`, whatever it calls itself. */
export interface ComponentLine {
  /** null: of no component, as plain output is. */
  readonly component: string | null;
  /** null: before the first step, after the last one, or of none. */
  readonly step: number | null;
  readonly level: Level;
  readonly text: string;
}

export interface ServiceState {
  readonly name: string;
  readonly model: string | null;
  readonly domain: string | null;
  readonly port: number | null;
  readonly state: "starting" | "ready" | "stopped" | "died";
  /** Of its log, relative to the session's directory. */
  readonly log: string;
}

/** Is told of everything that happens in a run. What it cannot write it says at the end; it never throws. */
export interface RunObserver {
  take(happening: Happening): void;
  /** Called after each batch of happenings: what was taken is on disk then, or shown. */
  flush(): void;
  /** Called once, after the last one. Sentences about what could not be written. */
  finish(): readonly string[];
}
