const MOST = 20;

/** Collects sentences; what a hostile file repeats a million times is said once, and only the first few at all. */
export class Doubts {
  readonly #sentences = new Set<string>();
  #left = 0;

  add(sentence: string): void {
    if (this.#sentences.has(sentence)) return;
    if (this.#sentences.size < MOST) this.#sentences.add(sentence);
    else this.#left++;
  }

  list(): readonly string[] {
    return this.#left === 0
      ? [...this.#sentences]
      : [...this.#sentences, `${this.#left} more doubts like these.`];
  }
}

/** An id or name as it may stand in a sentence: short, on one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
