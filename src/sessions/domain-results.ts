import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { growFile } from "../adapters/files/grown-file.ts";
import type { EndedTest, Happening, RunObserver } from "./happening.ts";

/** A long file takes a while to be written anew: no more than this part of the time goes into it. */
const SHARE = 0.05;
const ENDING = "\n  ]\n}\n";

interface DomainFile {
  readonly path: string;
  readonly heading: string;
  pending: string[];
  written: boolean;
  /** When it may be written again. */
  due: number;
}

/**
 * `<domain>.json`: the results of each domain. Valid JSON at every moment; each test is in it as soon as it has ended,
 * in a large one within twenty times as long as writing it takes.
 */
export class DomainResults implements RunObserver {
  readonly #directory: string;
  readonly #files = new Map<string, DomainFile>();
  readonly #names = new Set<string>(RESERVED);
  #session = "";
  #suite = "";
  #problem: string | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  take(happening: Happening): void {
    if (happening.kind === "run-started") {
      this.#session = happening.run.session;
      this.#suite = happening.run.suite;
    }
    if (happening.kind !== "test-ended") return;
    this.#fileOf(happening.test.domain).pending.push(resultText(happening.test, happening.at));
  }

  flush(): void {
    const now = performance.now();
    for (const file of this.#files.values())
      if (file.pending.length > 0 && now >= file.due) this.#write(file);
  }

  finish(): readonly string[] {
    this.#problem = null;
    for (const file of this.#files.values()) if (file.pending.length > 0) this.#write(file);
    return this.#problem === null ? [] : [`the results by domain are not whole: ${this.#problem}`];
  }

  #fileOf(domain: string): DomainFile {
    const known = this.#files.get(domain);
    if (known !== undefined) return known;
    const names = { session: this.#session, suite: this.#suite, domain };
    const file: DomainFile = {
      path: join(this.#directory, this.#nameFor(domain)),
      heading: `{\n${Object.entries(names)
        .map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`)
        .join("")}  "results": [`,
      pending: [],
      written: false,
      due: 0,
    };
    this.#files.set(domain, file);
    return file;
  }

  #nameFor(domain: string): string {
    const plain = domain
      .replaceAll(/[^\w.-]+/g, "_")
      .replace(/^\.+/, "_")
      .slice(0, 100);
    for (let attempt = 1; ; attempt += 1) {
      const name = `${plain}${attempt === 1 ? "" : `_${attempt}`}.json`;
      if (this.#names.has(name.toLowerCase())) continue;
      this.#names.add(name.toLowerCase());
      return name;
    }
  }

  #write(file: DomainFile): void {
    const { pending } = file;
    file.pending = [];
    const start = performance.now();
    try {
      growFile(file.path, `${file.written ? "," : file.heading}${pending.join(",")}`, ENDING, !file.written);
      file.written = true;
    } catch (error) {
      // there may be room again the next time
      file.pending = [...pending, ...file.pending];
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    file.due = performance.now() + (performance.now() - start) / SHARE;
  }
}

/** Files of the session that are no domain's. */
const RESERVED = ["session.json", "reporter.json", "reads.json", "services.json"];

function resultText({ id, name, step, outcome, duration, message, properties }: EndedTest, at: Date): string {
  const result = {
    id,
    name,
    step,
    outcome,
    duration_s: duration,
    ended: at.toISOString(),
    message,
    properties,
  };
  return `\n    ${JSON.stringify(result)}`;
}
