import { parseDuration } from "../config/pattern.ts";
import { timeText } from "./canonical-document.ts";

const END_OF_DAY = "T23:59:59Z";

/** When a waiver ends: `7d` from now on, the end of a day in UTC, or a time. null where it is none of these. */
export function readUntil(text: string, now: Date): Date | null {
  const duration = parseDuration(text);
  if (duration !== null) return valid(new Date(now.getTime() + duration));
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return sameDay(text, new Date(`${text}${END_OF_DAY}`));
  const isTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return isTime ? valid(new Date(text)) : null;
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function sameDay(day: string, date: Date): Date | null {
  const found = valid(date);
  return found !== null && timeText(found).startsWith(day) ? found : null;
}

/** Years of more than four digits have another form. */
function valid(date: Date): Date | null {
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 ? null : date;
}
