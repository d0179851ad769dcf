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
  /** The same, but not what these lead to. */
  readonly accompanied: ReadonlyMap<string, ReadonlySet<string>>;
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
  accompanied: new Map(),
  modules: [],
  environment: null,
};

type ObservationEvent = ReadsEvent | UsesEvent | EnvironmentEvent | ModulesEvent;

/** About as many bytes. No suite reads five million files; what goes on after that is hostile or broken. */
const MOST_KEPT = 512 * 1024 * 1024;
/** What a path costs besides its characters, and a set or a module. */
const COST_OF_PATH = 64;
const COST_OF_ENTRY = 256;
/** Ten times as many as any environment has. */
const MOST_VERSIONS = 5_000;

/** Joins what the processes of a run observed. */
export class ObservationCollection {
  readonly #doubts: Doubts;
  readonly #byTest = new Map<string, Set<string>>();
  readonly #bySuite = new Set<string>();
  readonly #uses = new Map<string, Set<string>>();
  readonly #accompanied = new Map<string, Set<string>>();
  readonly #modules = new Map<string, LoadedModule>();
  readonly #environment = new EnvironmentCollection();
  #left: number;

  constructor(doubts: Doubts, mostKept = MOST_KEPT) {
    this.#doubts = doubts;
    this.#left = mostKept;
  }

  take(event: ObservationEvent): void {
    switch (event.type) {
      case "reads":
        this.#add(event.id === null ? this.#bySuite : this.#setOf(this.#byTest, event.id), event.paths);
        break;
      case "uses":
        if (this.#isPlain(event.file)) {
          const sets = event.follow ? this.#uses : this.#accompanied;
          this.#add(this.#setOf(sets, event.file), event.paths);
        }
        break;
      case "environment":
        for (const doubt of this.#environment.take(event)) this.#doubts.add(doubt);
        break;
      case "modules":
        for (const one of event.modules) this.#addModule(one);
        break;
    }
  }

  finish(): Observations {
    return {
      byTest: this.#byTest,
      bySuite: this.#bySuite,
      uses: this.#uses,
      accompanied: this.#accompanied,
      modules: [...this.#modules.values()],
      environment: this.#environment.finish(),
    };
  }

  /** null where there is no room for another one. */
  #setOf(sets: Map<string, Set<string>>, key: string): Set<string> | null {
    const found = sets.get(key);
    if (found !== undefined) return found;
    if (!this.#mayKeep(COST_OF_ENTRY + key.length)) return null;
    const set = new Set<string>();
    sets.set(key, set);
    return set;
  }

  #add(set: Set<string> | null, paths: readonly string[]): void {
    if (set === null) return;
    for (const path of paths) {
      if (set.has(path) || !this.#isPlain(path)) continue;
      if (!this.#mayKeep(COST_OF_PATH + path.length)) return;
      set.add(path);
    }
  }

  #addModule(module: LoadedModule): void {
    const key = `${module.name}\0${module.path}`;
    if (this.#modules.has(key) || !this.#mayKeep(COST_OF_ENTRY + 2 * key.length)) return;
    this.#modules.set(key, module);
  }

  #mayKeep(cost: number): boolean {
    this.#left -= cost;
    if (this.#left >= 0) return true;
    this.#doubts.add(
      "The run reported more of what it read than gate keeps (512 MiB); the rest is left out.",
    );
    return false;
  }

  #isPlain(path: string): boolean {
    if (!path.split("/").some((part) => part === "" || part === "." || part === "..")) return true;
    this.#doubts.add(`The run reported a file that is no path below the top level: ${quoted(path)}.`);
    return false;
  }
}

/** One environment of all runners of a run. Where they disagree, nobody can say which was tested. */
class EnvironmentCollection {
  #language: string | null = null;
  readonly #distributions = new Map<string, string>();
  readonly #accelerators = new Map<string, string>();

  /** What to doubt. */
  take({ language, distributions, accelerators }: EnvironmentEvent): readonly string[] {
    this.#language ??= language;
    return [
      ...(this.#language === language ? [] : [disagreement("the language", this.#language, language)]),
      ...join(this.#distributions, distributions),
      ...join(this.#accelerators, accelerators),
    ];
  }

  finish(): RunEnvironment | null {
    if (this.#language === null) return null;
    const distributions = this.#distributions;
    return { language: this.#language, distributions, accelerators: this.#accelerators };
  }
}

function join(known: Map<string, string>, said: Readonly<Record<string, string>>): readonly string[] {
  const doubts: string[] = [];
  for (const [name, version] of Object.entries(said)) {
    const before = known.get(name);
    if (before === undefined && known.size >= MOST_VERSIONS) {
      return [...doubts, `The run reported more than ${MOST_VERSIONS} versions; the rest is left out.`];
    }
    known.set(name, before ?? version);
    if (before !== undefined && before !== version) doubts.push(disagreement(quoted(name), before, version));
  }
  return doubts;
}

function disagreement(what: string, one: string, other: string): string {
  return `Parts of the run had different versions of ${what}, ${quoted(one)} and ${quoted(other)}: make a suite of each.`;
}
