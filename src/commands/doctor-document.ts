import type { Problem } from "../problem.ts";

/** What `gate doctor --json` prints. */
export interface DoctorDocument {
  readonly schema: "gate/doctor@1";
  /** Nothing is broken. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** One thing that was looked at. `advice`: it works, and could be better. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "advice" | "broken";
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly hint: string | null;
}

export function doctorDocument(checks: readonly Check[]): DoctorDocument {
  return { schema: "gate/doctor@1", ok: checks.every(({ state }) => state !== "broken"), checks };
}

export function good(name: string, message: string): Check {
  return { name, state: "ok", message, hint: null };
}

export function advice(name: string, message: string, hint: string | null): Check {
  return { name, state: "advice", message, hint };
}

export function broken(name: string, message: string, hint: string | null): Check {
  return { name, state: "broken", message, hint };
}

/** A line for each problem, or the good news where there is none. */
export function checksOf(name: string, problems: readonly Problem[], otherwise: string): readonly Check[] {
  if (problems.length === 0) return [good(name, otherwise)];
  return problems.map(({ severity, message, hint }) => ({
    name,
    state: severity === "error" ? "broken" : "advice",
    message,
    hint,
  }));
}
