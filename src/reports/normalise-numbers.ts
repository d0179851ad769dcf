import type { Rewrite } from "./rewriting.ts";

/**
 * What begins with a digit, as patterns for what comes after that digit. Digits are rare in prose, so one
 * pattern over all of them, with the digit first, is what makes normalising fast.
 */
interface NumberPattern {
  readonly rule: string;
  readonly placeholder: string;
  readonly rest: string;
}

/**
 * What was replaced must not be read as something else the second time: where a pattern refuses what stands
 * beside it, it refuses the placeholder of that too.
 */
export const PLACEHOLDER = "<(?:repo|session|home|tmp|host|user|uuid|pid|port|time|addr|rate|duration)>";

export const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
export const CLOCK = "\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?";
export const ZONE = "(?:Z| ?[+-]\\d\\d:?\\d\\d| UTC| GMT)?";

const NUMBER = "\\d{0,14}(?:,\\d{3}){0,4}(?:\\.\\d{1,12})?";
const PLAIN = "\\d{0,14}(?:\\.\\d{1,18})?(?:e[+-]\\d{1,3})?";
const END = "(?!\\w)";
const END_OF_NUMBER = "(?![\\w:]|\\.\\d)";
/** Between a key and its number, in `key=1`, `key: 1` and `"key": 1`. */
const ASSIGN = "[\"']?[ \\t]?[=:][ \\t]?";

/** What stands before the number; the first digit is behind us already. */
function after(key: string): string {
  return `(?<=${key}\\d)`;
}

function pattern(rule: string, placeholder: string, ...rests: readonly string[]): NumberPattern {
  return { rule, placeholder, rest: rests.join("|") };
}

const PROCESS_KEY = "(?:p?pid|PID|[tT]id|TID|(?:thread|process)[_ ]id)[\"']?[ \\t]?[=:]?[ \\t]?";
const PROCESS_NAME = "(?:Process|Thread)-";
const TIME_KEY = `(?:[tT]ime|[tT]imestamp|ts|created|epoch|_at|At)${ASSIGN}`;
const UNIT = "(?:ns|us|µs|ms|s|sec|secs|seconds|millis)";
const DURATION_KEY = `(?:(?:elapsed|duration|latency|runtime|uptime|ttft|wall_?time)(?:_?${UNIT})?|time_${UNIT})(?:${ASSIGN}|[ \\t])`;
const SPELLED_UNIT = "(?: ?(?:seconds?|secs?|minutes?|mins?|milliseconds?|hours?|ms|s|m|h))?";
const HOST = "(?:(?<![\\w.])(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0)|\\[::1?\\]):";

const COUNTED =
  "(?:tokens?|toks?|t|its?|iterations?|items?|reqs?|requests?|samples?|steps?|chars?|words?|runs?|[kKMGT]?i?[bB](?:ytes?|its?)?)";
const SECOND = "(?:s|sec|second)";
const SHORT_UNIT = "(?: ?(?:ns|µs|μs|ms|msecs?|secs?|milliseconds?|microseconds?|s)|us)";
/** "the 1990s" and "her 80s" are no durations. */
const NO_DECADE = "(?<!(?<!\\w)(?:1[5-9]|20)\\d0s|\\b(?:the|early|late|mid|his|her|their)[ -]\\d0s)";

const PATTERNS: readonly NumberPattern[] = [
  pattern(
    "process-ids",
    "<pid>",
    `(?:${after(PROCESS_KEY)}|${after(PROCESS_NAME)})\\d{0,19}(?!\\w|\\.\\d)`,
    // A thread of Linux is called by its address.
    `(?<=1)(?:39|40)\\d{12}(?!\\w|\\.\\d)`,
  ),
  pattern("ports", "<port>", `${after(HOST)}\\d{1,4}(?![\\w.]|:\\d)`),
  pattern(
    "timestamps",
    "<time>",
    `\\d{3}[-/.]\\d\\d[-/.]\\d\\d(?:[T _]|, )\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?${ZONE}${END}`,
    `(?<!(?:\\b[\\da-fA-F]{1,4}|${PLACEHOLDER}):\\d)\\d?:[0-5]\\d:[0-5]\\d(?:[.,]\\d{1,9})?(?: ?[AP]M)?${ZONE}(?![\\w:])`,
    `(?<=[12])\\d{7}[T_-]\\d{6}Z?${END}`,
    `\\d?/\\d\\d?/\\d{4},? \\d\\d?:\\d\\d:\\d\\d(?: ?[AP]M)?${END}`,
    `\\d?/${MONTH}/\\d{4}:\\d\\d:\\d\\d:\\d\\d(?: [+-]\\d{4})?${END}`,
    `(?<=1)[5-9]\\d{8}(?:\\.\\d{3,9}${END}|${after(`${TIME_KEY}1[5-9]\\d{7}`)}(?:\\d{3}|\\d{6}|\\d{9})?(?:\\.\\d{1,9})?(?!\\w|\\.\\d))`,
  ),
  pattern("addresses", "<addr>", `(?<=0)x[\\da-fA-F]{7,16}${END}`),
  pattern(
    "rates",
    "<rate>",
    `${NUMBER} ?(?:${COUNTED}(?:/${SECOND}| per ${SECOND})|(?:ms|s)/(?:it|tok|token|step|req|iter))${END}`,
  ),
  pattern(
    "durations",
    "<duration>",
    `${NUMBER}(?:e[+-]\\d{1,3})?${SHORT_UNIT}${END}${NO_DECADE}`,
    `\\d{0,5}(?:d ?\\d{1,2})?h ?\\d{1,2}m(?: ?\\d{1,2}(?:\\.\\d{1,9})?s)?${END}`,
    `\\d{0,5}m ?\\d{1,2}(?:\\.\\d{1,9})?s${END}`,
    `\\d{0,14}\\.\\d{1,12} seconds?${END}`,
    `(?<=\\btook:? \\d)\\d{0,14}(?:\\.\\d{1,12})? (?:seconds?|minutes?|mins?|hours?)${END}`,
    `\\d?\\d:\\d\\d<(?:\\d{1,3}:)?(?:\\d\\d:\\d\\d${END}|\\?)`,
    `${after(DURATION_KEY)}${PLAIN}${SPELLED_UNIT}${END_OF_NUMBER}`,
    `${after(`time${ASSIGN}`)}\\d{0,14}\\.\\d{1,18}${END_OF_NUMBER}`,
  ),
];

export const NUMBER_RULES: readonly string[] = PATTERNS.map(({ rule }) => rule);

/** One pass for all rules about numbers that are on. */
export function numberRewrites(off: readonly string[]): readonly Rewrite[] {
  const on = PATTERNS.filter(({ rule }) => !off.includes(rule));
  if (on.length === 0) return [];
  const alternatives = on.map(({ rest }) => `(${rest})`).join("|");
  return [
    {
      pattern: new RegExp(`\\d(?<![\\w.]\\d)(?:${alternatives})`, "g"),
      to: (_, ...groups) => on[groups.findIndex((group) => group !== undefined)]?.placeholder ?? "",
    },
  ];
}
