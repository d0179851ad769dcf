import type { ResumedFacts } from "../reports/recorded-facts.ts";

const TIMES = ["", "once", "twice"];

/** `once`, `twice`, `3 times`. */
export const timesText = (count: number) => TIMES[count] ?? `${count} times`;

/** `resumed once: 14 of 22 tests from 14:22, 8 from 15:03 UTC`: which tests are of which part of a run. */
export function resumedText({ parts, again }: ResumedFacts): string {
  const all = parts.reduce((sum, { tests }) => sum + tests, 0);
  const day = parts[0]?.started.slice(0, 10);
  const shown = parts.map(({ started, tests }, index) => {
    const time = started.slice(11, 16);
    const when = started.startsWith(day ?? "") ? time : `${started.slice(0, 10)} ${time}`;
    return `${tests}${index === 0 ? ` of ${all} tests` : ""} from ${when}`;
  });
  const rerun =
    again === 0 ? "" : `; ${again} had been running and ${again === 1 ? "was" : "were"} run again`;
  return `resumed ${timesText(parts.length - 1)}: ${shown.join(", ")} UTC${rerun}`;
}
