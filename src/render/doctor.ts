import type { Check, DoctorDocument } from "../commands/doctor-document.ts";

const MARKS: Readonly<Record<Check["state"], string>> = { ok: "✓", advice: "!", broken: "✗" };

/** A line for each thing that was looked at, and below it what to do. */
export function renderDoctor({ checks }: DoctorDocument): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, state, message, hint }) => [
      `${MARKS[state]} ${name.padEnd(width)}  ${message}`,
      ...(hint === null ? [] : [`  ${" ".repeat(width)}  next: ${hint}`]),
    ])
    .join("\n");
}
