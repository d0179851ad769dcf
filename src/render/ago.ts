const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `just now`, `41 min ago`, `yesterday`, `3 days ago`, and the date beyond a month. */
export function daysAgo(time: string, now: Date): string {
  const passed = now.getTime() - Date.parse(time);
  if (Number.isNaN(passed)) return "at an unknown time";
  if (passed < 2 * MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  if (passed < 2 * DAY) return "yesterday";
  return passed < 30 * DAY ? `${Math.floor(passed / DAY)} days ago` : `on ${time.slice(0, 10)}`;
}
