import type { TestOutcome } from "../protocol.ts";
import type { ResumedTest } from "../suite/results.ts";
import type { CanonicalValue } from "./canonical-json.ts";
import { isTime } from "./manifest-members.ts";
import { Members, Unexpected } from "./members.ts";

/** How a part of a run was cut short. */
export type CutShort = "killed" | "interrupted" | "timed-out" | "died" | "service-failed";

const CUT_SHORT: readonly CutShort[] = ["killed", "interrupted", "timed-out", "died", "service-failed"];

/** One of the parts of a run that was cut short and resumed. */
export interface ManifestPart {
  /** RFC 3339 in UTC, to the second. */
  readonly started: string;
  readonly ended: string;
  /** Seconds. */
  readonly duration: number;
  /** null: it is the last one. */
  readonly cutShort: CutShort | null;
  /** How many tests ended in it. */
  readonly tests: number;
}

export function partsForm(parts: readonly ManifestPart[]): CanonicalValue {
  return parts.map(({ started, ended, duration, cutShort, tests }) => ({
    started,
    ended,
    duration_s: duration,
    ...(cutShort === null ? {} : { cut_short: cutShort }),
    tests,
  }));
}

/** Of a test that ended in a later part. */
export function resumedForm({ part, again }: ResumedTest): Readonly<Record<string, CanonicalValue>> {
  return { part, ...(again ? { again } : {}) };
}

export function readParts(members: Members): readonly ManifestPart[] {
  const values = members.list("parts");
  const parts = values.map((value, index) => {
    const part = new Members(value, `${members.place("parts")}[${index}]`);
    const text = part.optional("cut_short", (key) => part.text(key));
    const cutShort = CUT_SHORT.find((one) => one === text) ?? null;
    // all but the last one were cut short, each in a way that is known
    if (cutShort !== text || (cutShort === null) !== (index === values.length - 1))
      throw new Unexpected(`${part.place("cut_short")} is not valid`);
    const read = {
      started: part.text("started", isTime),
      ended: part.text("ended", isTime),
      duration: part.amount("duration_s"),
      cutShort,
      tests: part.count("tests"),
    };
    part.end();
    return read;
  });
  if (parts.length < 2) throw new Unexpected(`${members.place("parts")} is not valid`);
  return parts;
}

/** null where it ended in the first part. */
export function readResumed(members: Members): ResumedTest | null {
  const part = members.optional("part", (key) => members.count(key));
  const again = members.optional("again", (key) => members.flag(key));
  if (part === null && again === null) return null;
  if (part === null || part < 2 || again === false)
    throw new Unexpected(`${members.place("part")} is not valid`);
  return { part, again: again === true };
}

interface ResumedRun {
  readonly run: { readonly started: string; readonly ended: string };
  readonly parts?: readonly ManifestPart[];
  readonly tests: ReadonlyMap<string, { readonly outcome: TestOutcome; readonly resumed?: ResumedTest }>;
}

/** The parts have to be those of the run, and have as many tests as say that they are of them. */
export function checkParts({ run, parts, tests }: ResumedRun): void {
  const counts = new Map<number, number>();
  for (const { resumed } of tests.values()) {
    const part = resumed?.part ?? 1;
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  if (parts === undefined) {
    if ([...counts.keys()].some((part) => part > 1)) throw new Unexpected("parts is missing");
    return;
  }
  const told = parts.reduce((sum, { tests: count }) => sum + count, 0);
  if (told !== tests.size || parts.some((part, index) => part.tests !== (counts.get(index + 1) ?? 0)))
    throw new Unexpected("parts do not count as many tests as there are");
  if (parts[0]?.started !== run.started || parts.at(-1)?.ended !== run.ended)
    throw new Unexpected("parts do not begin and end with the run");
  for (const [id, { outcome, resumed }] of tests)
    if (outcome === "passed" && resumed?.again === true && allDied(parts.slice(0, resumed.part - 1)))
      throw new Unexpected(`tests.${id} has passed, and a part of the run had died under it`);
}

/** Then a test that was run again has passed on retry at best. */
function allDied(parts: readonly ManifestPart[]): boolean {
  return parts.every(({ cutShort }) => cutShort === "died" || cutShort === "service-failed");
}
