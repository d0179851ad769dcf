import type { Attributes, JunitCase } from "./junit-case.ts";

interface Tally {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
}

const NOTHING: Tally = { tests: 0, failures: 0, skipped: 0 };
const FAILURE: Tally = { ...NOTHING, failures: 1 };

interface Counting {
  readonly countsSubtests: boolean;
  /** There some writers count errors in ways of their own: gotestsum the lines on stderr. */
  readonly isRoot: boolean;
}

/** What a `<testsuite>` or the `<testsuites>` around them announces in its attributes, against what it holds. */
export class SuiteCounts {
  readonly #announced: { readonly [Kind in keyof Tally]: number | null };
  readonly #failuresAlone: number | null;
  /** Every case below. */
  #all = NOTHING;
  /** node:test counts a suite within a suite as one test. */
  #direct = NOTHING;
  /** pytest counts each subtest, and what is wrong with it stands in the case of its test. */
  #marks = NOTHING;

  constructor(attributes: Attributes) {
    const failures = numberOf(attributes.failures);
    this.#failuresAlone = failures;
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
    this.#marks = sum(this.#marks, {
      tests: 1,
      failures: test.count("failure") + test.count("error"),
      skipped: test.count("skipped"),
    });
  }

  /** What failed outside of every case is counted by writers, and is no test to them. */
  addFailure(): void {
    this.#all = sum(this.#all, FAILURE);
    this.#direct = sum(this.#direct, FAILURE);
    this.#marks = sum(this.#marks, FAILURE);
  }

  addSuite(suite: SuiteCounts): void {
    const inner = suite.#all;
    this.#all = sum(this.#all, inner);
    this.#marks = sum(this.#marks, suite.#marks);
    this.#direct = sum(this.#direct, {
      tests: 1,
      failures: Number(inner.failures > 0),
      skipped: Number(inner.skipped > 0),
    });
  }

  /** Subtests that passed are announced by pytest and have no case: more tests than cases are no difference then. */
  differences({ countsSubtests, isRoot }: Counting): readonly string[] {
    const found = KINDS.filter(
      ([kind]) =>
        !this.#agrees(kind, countsSubtests) &&
        !(isRoot && kind === "failures" && this.#holdsWhatItAnnounces()),
    );
    const [first] = found;
    const onlySubtests = countsSubtests && found.length === 1 && first?.[0] === "tests";
    if (onlySubtests && (this.#announced.tests ?? 0) > this.#all.tests) return [];
    return found.map(
      ([kind, words]) => `announces ${this.#announced[kind]} ${words} and holds ${this.#all[kind]}`,
    );
  }

  /** What failed counts, announced or not. */
  #holdsWhatItAnnounces(): boolean {
    return (this.#failuresAlone ?? 0) <= this.#all.failures;
  }

  #agrees(kind: keyof Tally, countsSubtests: boolean): boolean {
    const announced = this.#announced[kind];
    if (announced === null || announced === this.#all[kind] || announced === this.#direct[kind]) return true;
    return countsSubtests && announced === this.#marks[kind];
  }
}

const KINDS = [
  ["tests", "tests"],
  ["failures", "failures and errors"],
  ["skipped", "skipped tests"],
] as const;

function sum(a: Tally, b: Tally): Tally {
  return { tests: a.tests + b.tests, failures: a.failures + b.failures, skipped: a.skipped + b.skipped };
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : null;
}
