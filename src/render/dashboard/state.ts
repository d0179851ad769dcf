import type { TestOutcome } from "../../protocol.ts";
import { unreachable } from "../../result.ts";
import type {
  EndedTest,
  Happening,
  Level,
  LiveTest,
  RunFacts,
  ServiceState,
} from "../../sessions/happening.ts";
import { progressionLine } from "../../sessions/progression-log.ts";
import type { GpuSample } from "../../suite/gpu-telemetry.ts";
import type { Verdict } from "../../suite/results.ts";

export interface Progress {
  planned: number;
  ended: number;
}

export interface GpuHistory {
  readonly last: GpuSample;
  /** Percent, oldest first; null where the driver did not say. */
  readonly utilisation: readonly (number | null)[];
  /** MiB, oldest first. */
  readonly memory: readonly (number | null)[];
  readonly peakMemoryMiB: number | null;
}

interface Running {
  readonly test: LiveTest;
  readonly since: Date;
}

interface LogLine {
  readonly at: Date;
  readonly level: Level;
  readonly text: string;
}

const MOST_LINES = 50;
const MOST_FAILURES = 50;
const MOST_SAMPLES = 60;
/** Tests that begin and never end, as in a suite that crashes again and again. */
const MOST_RUNNING = 1000;

/**
 * What a screen shows of a run: grows with its domains, services and GPUs, never with its tests. Depends on nothing
 * but what it took.
 */
export class DashboardState {
  run: RunFacts | null = null;
  started: Date | null = null;
  end: { readonly verdict: Verdict; readonly reason: string | null; readonly at: Date } | null = null;
  domain: string | null = null;
  /** The last word on what is waited for; gone when something else begins. */
  note: string | null = null;
  failed = 0;
  /** Of the ended ones, those of an earlier part of this session: a resumed one begins with them. */
  earlier = 0;
  readonly whole: Progress = { planned: 0, ended: 0 };
  readonly outcomes = new Map<TestOutcome, number>();
  readonly domains = new Map<string, Progress>();
  readonly running = new Map<string, Running>();
  readonly services = new Map<string, ServiceState>();
  readonly gpus = new Map<number, GpuHistory>();
  readonly failures: EndedTest[] = [];
  readonly log: LogLine[] = [];

  take(happening: Happening): void {
    this.#tell(happening);
    switch (happening.kind) {
      case "run-started":
        this.run = happening.run;
        this.started = happening.at;
        return;
      case "planned":
        for (const { domain } of happening.tests) this.#progressOf(domain).planned += 1;
        this.whole.planned += happening.tests.length;
        return;
      case "test-started":
        // what an earlier part of the session began, and did not end, ended with it
        if (!this.isEarlier(happening)) this.#begin(happening.test, happening.at);
        return;
      case "test-ended":
        if (this.isEarlier(happening)) this.earlier += 1;
        this.#end(happening.test);
        return;
      case "service":
        this.services.set(happening.service.name, happening.service);
        this.note = null;
        return;
      case "gpu":
        this.gpus.set(happening.gpu.index, longer(this.gpus.get(happening.gpu.index), happening.gpu));
        return;
      case "note":
        this.note = happening.text;
        return;
      case "run-ended":
        this.end = { verdict: happening.verdict, reason: happening.reason, at: happening.at };
        return;
      case "turn":
      case "line":
        return;
      default:
        unreachable(happening);
    }
  }

  isEarlier({ at }: Happening): boolean {
    return this.started !== null && at.getTime() < this.started.getTime();
  }

  #tell(happening: Happening): void {
    const line = progressionLine(happening);
    if (line !== null) pushBounded(this.log, { ...line, at: happening.at }, MOST_LINES);
  }

  #begin(test: LiveTest, at: Date): void {
    this.note = null;
    this.domain = test.domain;
    if (this.running.size >= MOST_RUNNING) {
      for (const [oldest] of this.running) {
        this.running.delete(oldest);
        break;
      }
    }
    this.running.set(test.id, { test, since: at });
  }

  #end(test: EndedTest): void {
    this.running.delete(test.id);
    this.domain = test.domain;
    this.whole.ended += 1;
    this.#progressOf(test.domain).ended += 1;
    this.outcomes.set(test.outcome, (this.outcomes.get(test.outcome) ?? 0) + 1);
    if (test.outcome !== "failed" && test.outcome !== "error") return;
    this.failed += 1;
    pushBounded(this.failures, test, MOST_FAILURES);
  }

  #progressOf(domain: string): Progress {
    const known = this.domains.get(domain);
    if (known !== undefined) return known;
    const begun = { planned: 0, ended: 0 };
    this.domains.set(domain, begun);
    return begun;
  }
}

function pushBounded<Item>(items: Item[], item: Item, most: number): void {
  items.push(item);
  if (items.length > most) items.shift();
}

function longer(history: GpuHistory | undefined, last: GpuSample): GpuHistory {
  const { utilisation = [], memory = [], peakMemoryMiB = null } = history ?? {};
  const used = last.memoryUsedMiB;
  return {
    last,
    utilisation: [...utilisation, last.utilisation].slice(-MOST_SAMPLES),
    memory: [...memory, used].slice(-MOST_SAMPLES),
    peakMemoryMiB: used === null ? peakMemoryMiB : Math.max(peakMemoryMiB ?? 0, used),
  };
}
