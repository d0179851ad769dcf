import type { Attributes, JunitCase } from "./junit-case.ts";

interface Tally {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
}

const NOTHING: Tally = { tests: 0, failures: 0, skipped: 0 };

/** What a `<testsuite>` announces in its attributes, against what it holds. */
export class SuiteCounts {
  readonly #announced: { readonly [Kind in keyof Tally]: number | null };
  /** Every case below. */
  #all = NOTHING;
  /** node:test counts a suite within a suite as one test. */
  #direct = NOTHING;

  constructor(attributes: Attributes) {
    const failures = numberOf(attributes.failures);
    const errors = numberOf(attributes.errors);
    this.#announced = {
      tests: numberOf(attributes.tests),
      failures: failures === null && errors === null ? null : (failures ?? 0) + (errors ?? 0),
      skipped: numberOf(attributes.skipped),
    };
  }

  addCase(test: JunitCase): void {
    const tally: Tally = {
      tests: 1,
      failures: Number(test.has("failure") || test.has("error")),
      skipped: Number(test.has("skipped")),
    };
    this.#all = sum(this.#all, tally);
    this.#direct = sum(this.#direct, tally);
  }

  addSuite(suite: SuiteCounts): void {
    const inner = suite.#all;
    this.#all = sum(this.#all, inner);
    this.#direct = sum(this.#direct, {
      tests: 1,
      failures: Number(inner.failures > 0),
      skipped: Number(inner.skipped > 0),
    });
  }

  differences(): readonly string[] {
    const kinds = [
      ["tests", "tests"],
      ["failures", "failures and errors"],
      ["skipped", "skipped tests"],
    ] as const;
    return kinds.flatMap(([kind, words]) => {
      const announced = this.#announced[kind];
      if (announced === null || announced === this.#all[kind] || announced === this.#direct[kind]) return [];
      return [`announces ${announced} ${words} and holds ${this.#all[kind]}`];
    });
  }
}

function sum(a: Tally, b: Tally): Tally {
  return { tests: a.tests + b.tests, failures: a.failures + b.failures, skipped: a.skipped + b.skipped };
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : null;
}
