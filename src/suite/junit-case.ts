import type { TestOutcome } from "../protocol.ts";
import type { LogSource } from "./results.ts";

export type Attributes = Readonly<Record<string, string>>;

const LONGEST_MESSAGE = 64 * 1024;

type MarkKind = "failure" | "error" | "skipped" | "flaky" | "rerun";

const MARKS: ReadonlyMap<string, MarkKind> = new Map([
  ["failure", "failure"],
  ["error", "error"],
  ["skipped", "skipped"],
  ["flakyFailure", "flaky"],
  ["flakyError", "flaky"],
  ["rerunFailure", "rerun"],
  ["rerunError", "rerun"],
]);

/** One element that says how a test ended. */
interface Mark {
  readonly kind: MarkKind;
  readonly type: string;
  readonly message: string | null;
  text: string;
}

/** A `<testcase>` while it is being read. */
export class JunitCase {
  readonly attributes: Attributes;
  readonly properties = new Map<string, string>();
  readonly logs = new Map<string, LogSource>();
  readonly #marks: Mark[] = [];

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  open(element: string, attributes: Attributes): void {
    const kind = MARKS.get(element);
    if (kind === undefined) return;
    this.#marks.push({ kind, type: attributes.type ?? "", message: attributes.message ?? null, text: "" });
  }

  text(element: string, text: string): void {
    const mark = this.#marks.at(-1);
    if (mark === undefined || !MARKS.has(element)) return;
    mark.text += text.slice(0, LONGEST_MESSAGE - mark.text.length);
  }

  has(kind: MarkKind): boolean {
    return this.count(kind) > 0;
  }

  count(kind: MarkKind): number {
    return this.#marks.filter((mark) => mark.kind === kind).length;
  }

  /** Seconds; null where the report does not say. */
  duration(): number | null {
    const seconds = Number.parseFloat((this.attributes.time ?? "").replaceAll(",", ""));
    return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
  }

  outcome(): TestOutcome {
    const skipped = this.#marks.find((mark) => mark.kind === "skipped");
    if (this.has("error")) return "error";
    // node:test marks a todo as skipped, and as a failure too where it failed.
    if (skipped?.type === "todo") return this.has("failure") ? "xfailed" : "xpassed";
    if (this.has("failure") || this.#says(FAILED)) return "failed";
    if (skipped !== undefined) return skipped.type === "pytest.xfail" ? "xfailed" : "skipped";
    if (this.has("flaky") || this.has("rerun")) return "flaky";
    return this.#says(LEFT_OUT) ? "skipped" : "passed";
  }

  message(): string | null {
    const mark = this.#marks.find((one) => one.kind === "failure" || one.kind === "error") ?? this.#marks[0];
    const message = mark === undefined ? "" : (mark.message ?? mark.text).trim().slice(0, LONGEST_MESSAGE);
    // node:test writes its flag where no reason was given.
    return message === "" || (mark?.kind === "skipped" && message === "true") ? null : message;
  }

  /** What an attribute says of an end that would be a pass without it, and may be none; null for nothing. */
  unclearEnd(): string | null {
    if (this.outcome() !== "passed") return null;
    return this.#attributes().find((text) => /\p{L}/u.test(text) && !PASSED.has(wordOf(text))) ?? null;
  }

  /** GoogleTest and CTest have no element for what did not run, and leave it to an attribute. */
  #says(words: ReadonlySet<string>): boolean {
    return this.#attributes().some((text) => words.has(wordOf(text)));
  }

  #attributes(): readonly string[] {
    const { status = "", result = "" } = this.attributes;
    return [status, result];
  }
}

/** `TIMED_OUT` and `timed out` are one word. */
function wordOf(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, "");
}

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** `run` and `completed` are what GoogleTest, CTest and Catch2 write, of failures too, which have an element. */
const PASSED = setOf(
  "pass passed passing ok okay success successful succeeded run ran complete completed executed finished done warn warned warning true yes",
);

const LEFT_OUT = setOf(
  "notrun notexecuted disabled suppressed skip skipped ignore ignored pending filtered excluded omitted",
);

const FAILED = setOf(
  "fail failed failing failure error errored broken abort aborted timeout timedout cancelled canceled interrupted panic panicked crash crashed killed terminated unsuccessful notok nok false",
);
