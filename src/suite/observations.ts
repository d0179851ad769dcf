import type { EnvironmentEvent, LoadedModule, ModulesEvent, ReadsEvent, UsesEvent } from "../protocol.ts";
import { type Doubts, quoted } from "./doubts.ts";

/** What the reporters saw of the files, modules and libraries that the tests used. */
export interface Observations {
  /** Files opened for each test, by its id. */
  readonly byTest: ReadonlyMap<string, ReadonlySet<string>>;
  /** Files opened for no test alone. */
  readonly bySuite: ReadonlySet<string>;
  /** By file: what whoever reads it has read as well. */
  readonly uses: ReadonlyMap<string, ReadonlySet<string>>;
  readonly modules: readonly LoadedModule[];
  /** null where no reporter tells it. */
  readonly environment: RunEnvironment | null;
}

export interface RunEnvironment {
  /** Such as `CPython 3.11.7`. */
  readonly language: string;
  /** Installed distributions: name to version. */
  readonly distributions: ReadonlyMap<string, string>;
  /** `torch`, `cuda`, `cudnn`, `gpu` to a version or a name, as far as they were loaded. */
  readonly accelerators: ReadonlyMap<string, string>;
}

export const NOTHING_OBSERVED: Observations = {
  byTest: new Map(),
  bySuite: new Set(),
  uses: new Map(),
  modules: [],
  environment: null,
};

type ObservationEvent = ReadsEvent | UsesEvent | EnvironmentEvent | ModulesEvent;

/** More paths than any suite reads; what goes on after that is hostile or broken. */
const MOST_PATHS = 5_000_000;

/** Joins what the processes of a run observed. */
export class ObservationCollection {
  readonly #doubts: Doubts;
  readonly #byTest = new Map<string, Set<string>>();
  readonly #bySuite = new Set<string>();
  readonly #uses = new Map<string, Set<string>>();
  readonly #modules = new Map<string, LoadedModule>();
  #environment: RunEnvironment | null = null;
  #paths = 0;

  constructor(doubts: Doubts) {
    this.#doubts = doubts;
  }

  take(event: ObservationEvent): void {
    switch (event.type) {
      case "reads":
        this.#add(event.id === null ? this.#bySuite : setOf(this.#byTest, event.id), event.paths);
        break;
      case "uses":
        if (this.#isPlain(event.file)) this.#add(setOf(this.#uses, event.file), event.paths);
        break;
      case "environment":
        this.#environment ??= environmentOf(event);
        break;
      case "modules":
        for (const one of event.modules) this.#modules.set(`${one.name}\0${one.path}`, one);
        break;
    }
  }

  finish(): Observations {
    return {
      byTest: this.#byTest,
      bySuite: this.#bySuite,
      uses: this.#uses,
      modules: [...this.#modules.values()],
      environment: this.#environment,
    };
  }

  #add(set: Set<string>, paths: readonly string[]): void {
    this.#paths += paths.length;
    if (this.#paths > MOST_PATHS) {
      this.#doubts.add(`The run reported more than ${MOST_PATHS} files that it read; the rest is left out.`);
      return;
    }
    for (const path of paths) if (this.#isPlain(path)) set.add(path);
  }

  #isPlain(path: string): boolean {
    if (!path.split("/").some((part) => part === "" || part === "." || part === "..")) return true;
    this.#doubts.add(`The run reported a file that is no path below the top level: ${quoted(path)}.`);
    return false;
  }
}

function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}

function environmentOf({ language, distributions, accelerators }: EnvironmentEvent): RunEnvironment {
  return {
    language,
    distributions: new Map(Object.entries(distributions)),
    accelerators: new Map(Object.entries(accelerators)),
  };
}
