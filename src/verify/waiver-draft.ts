import { parseDuration } from "../config/pattern.ts";
import { readTime, within } from "./written-time.ts";

/** When a waiver ends: `7d` from now on, the end of a day in UTC, or a time. null where it is none of these. */
export function readUntil(text: string, now: Date): Date | null {
  const duration = parseDuration(text);
  return duration === null ? readTime(text, "T23:59:59Z") : within(new Date(now.getTime() + duration));
}
