import type { Happening, RunObserver } from "./happening.ts";

/** A log that has what happened before: it is told of the rest only, from when it is let. */
export class LaterObserver implements RunObserver {
  readonly #log: RunObserver;
  #listens = false;

  constructor(log: RunObserver) {
    this.#log = log;
  }

  listen(): void {
    this.#listens = true;
  }

  take(happening: Happening): void {
    if (this.#listens) this.#log.take(happening);
  }

  flush(): void {
    this.#log.flush();
  }

  finish(): readonly string[] {
    return this.#log.finish();
  }
}
