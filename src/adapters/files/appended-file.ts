import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A log that grows. A disk that is full or gone costs the log, and is told once, at the end. */
export class AppendedFile {
  readonly #path: string;
  #pending: string[] = [];
  #descriptor: number | null = null;
  #problem: string | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  add(line: string): void {
    this.#pending.push(`${line}\n`);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const content = Buffer.from(this.#pending.join(""));
    this.#pending = [];
    if (this.#problem !== null) return;
    try {
      this.#descriptor ??= this.#open();
      for (let from = 0; from < content.length; ) from += writeSync(this.#descriptor, content, from);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Why it is not whole; null where it is. */
  close(): string | null {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    return this.#problem;
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true });
    return openSync(this.#path, "a");
  }
}
