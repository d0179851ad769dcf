import { timeText } from "./canonical-document.ts";

const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * A time as people write it, the same on every machine: RFC 3339 with its zone, or a day in UTC, of which `timeOfDay`
 * (`T23:59:59Z`) is meant. null where it is neither.
 */
export function readTime(text: string, timeOfDay: string): Date | null {
  const [, day, time = timeOfDay] = TIME.exec(text) ?? [];
  return day === undefined || !isDay(day) ? null : within(new Date(`${day}${time}`));
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isDay(text: string): boolean {
  const date = within(new Date(`${text}T00:00:00Z`));
  return date !== null && timeText(date).startsWith(text);
}

/** Years of more than four digits have another form. */
export function within(date: Date): Date | null {
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 ? null : date;
}
