import type { Check, DoctorDocument } from "../commands/doctor-document.ts";
import { singleLined } from "./printable.ts";

const MARKS: Readonly<Record<Check["state"], string>> = { ok: "✓", advice: "!", broken: "✗" };

/** A line for each thing that was looked at, and below it what to do. */
export function renderDoctor(document: DoctorDocument): string {
  const { checks } = singleLined(document);
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, state, message, hint }) => [
      `${MARKS[state]} ${name.padEnd(width)}  ${message}`,
      ...(hint === null ? [] : [`  ${" ".repeat(width)}  next: ${hint}`]),
    ])
    .join("\n");
}
