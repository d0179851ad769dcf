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
const EXPONENT = "(?:e[+-]\\d{1,3})?";
const PLAIN = `\\d{0,14}(?:\\.\\d{1,18})?${EXPONENT}`;
const END = "(?!\\w)";
const END_OF_NUMBER = "(?![\\w:]|\\.\\d| ?%)";
/** Between a key and its number, in `key=1`, `key: 1` and `"key": 1`. */
const ASSIGN = "[\"']?[ \\t]?[=:][ \\t]?";

/** What stands before the number; the first digit is behind us already. */
function after(key: string): string {
  return `(?<=${key}\\d)`;
}

function pattern(rule: string, placeholder: string, ...rests: readonly string[]): NumberPattern {
  return { rule, placeholder, rest: rests.join("|") };
}

/** Not the end of a word: "stupid", "clientid". */
const PROCESS_KEY =
  "(?:(?<![a-z])(?:p?pid|tid)|(?<![A-Z])(?:P?PID|TID)|Tid|(?:thread|process)[_ ]id)[\"']?[ \\t]?[=:]?[ \\t]?";
const PROCESS_NAME = "(?:Process|Thread)-";
const TIME_KEY = `(?:[tT]ime|[tT]imestamp|(?<![A-Za-z])ts|created|epoch|_at|At)${ASSIGN}`;
const UNIT = "(?:ns|us|µs|ms|s|sec|secs|seconds|millis)";
const MEASURED_RUNTIME = "(?:train|eval|test|predict)_runtime|[tT]otal[ _]runtime";
const DURATION_KEY = `(?:(?:elapsed|duration|latency|uptime|ttft|wall_?time|${MEASURED_RUNTIME})(?:_?${UNIT})?|time_${UNIT})(?:${ASSIGN}|[ \\t])`;
/** What "CUDA runtime 12.4" and "python runtime=3.11" have is a version: the number needs a unit, or more digits. */
const RUNTIME = "(?<![A-Za-z])[rR]untime";
const SPELLED_UNIT = " ?(?:seconds?|secs?|minutes?|mins?|milliseconds?|hours?|ms|s|m|h)";
const HOST = "(?:(?<![\\w.])(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0)|\\[::1?\\]):";

const COUNTED =
  "(?:tokens?|toks?|t|its?|iterations?|items?|reqs?|requests?|samples?|steps?|chars?|words?|runs?|[kKMGT]?i?[bB](?:ytes?|its?)?)";
const SECOND = "(?:s|sec|second)";
const SHORT_UNIT = "(?: ?(?:ns|µs|μs|ms|msecs?|secs?|milliseconds?|microseconds?|s)|us)";
/** "the 1990s", "her 80s" and "'90s music" are no durations, '30s' in quotes is one. */
const NO_DECADE =
  "(?<!(?<!\\w)(?:1[5-9]|20)\\d0s|\\b(?:the|early|late|mid|his|her|their)[ -]['’]?\\d0s|(?<!\\w)['’]\\d0s(?!['’]))";
/** Without separators; what cannot be a date and a time is the number of an order, or the like. */
const COMPACT_DATE = "[09](?<=19|20)\\d\\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])";
const COMPACT_CLOCK = "(?:[01]\\d|2[0-3])[0-5]\\d[0-5]\\d";

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
    `\\d{3}[-/.]\\d\\d[-/.]\\d\\d(?:[T _]|, | - )\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?${ZONE}${END}`,
    `(?<!(?:\\b[\\da-fA-F]{1,4}|${PLACEHOLDER})::?\\d)\\d?:[0-5]\\d:[0-5]\\d(?:[.,]\\d{1,9})?(?: ?[AP]M)?${ZONE}(?![\\w:])`,
    `${COMPACT_DATE}[T_-]${COMPACT_CLOCK}Z?${END}`,
    `\\d?(?:/\\d\\d?/|\\.\\d\\d?\\.)\\d{4},? \\d\\d?:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: ?[AP]M)?${END}`,
    `\\d?/${MONTH}/\\d{4}:\\d\\d:\\d\\d:\\d\\d(?: [+-]\\d{4})?${END}`,
    `(?<=1)[5-9]\\d{8}(?:\\.\\d{3,9}${END}|${after(`${TIME_KEY}1[5-9]\\d{7}`)}(?:\\d{3}|\\d{6}|\\d{9})?(?:\\.\\d{1,9})?(?!\\w|\\.\\d))`,
  ),
  // One of letters alone (0xdeadbeef) was chosen, not given.
  pattern("addresses", "<addr>", `(?<=0)x(?=[a-fA-F]{0,15}\\d)[\\da-fA-F]{7,16}${END}`),
  pattern(
    "rates",
    "<rate>",
    `${NUMBER}${EXPONENT} ?(?:${COUNTED}(?:/${SECOND}| per ${SECOND})|(?:ms|s)/(?:it|tok|token|step|req|iter))${END}`,
  ),
  pattern(
    "durations",
    "<duration>",
    `${NUMBER}${EXPONENT}${SHORT_UNIT}${END}${NO_DECADE}`,
    `\\d{0,5}(?:d ?\\d{1,2})?h ?\\d{1,2}m(?: ?\\d{1,2}(?:\\.\\d{1,9})?s)?${END}`,
    `\\d{0,5}m ?\\d{1,2}(?:\\.\\d{1,9})?s${END}`,
    `\\d{0,14}\\.\\d{1,12} seconds?${END}`,
    `(?<=\\btook:? \\d)\\d{0,14}(?:\\.\\d{1,12})? (?:seconds?|minutes?|mins?|hours?)${END}`,
    `\\d?\\d:\\d\\d<(?:\\d{1,3}:)?(?:\\d\\d:\\d\\d${END}|\\?)`,
    `${after(DURATION_KEY)}${PLAIN}(?:${SPELLED_UNIT})?${END_OF_NUMBER}`,
    `${after(`${RUNTIME}(?:${ASSIGN}|[ \\t])`)}(?:${PLAIN}${SPELLED_UNIT}|\\d{0,14}\\.\\d{3,18})${END_OF_NUMBER}`,
    `${after(`(?<![rR]un)time${ASSIGN}`)}\\d{0,14}\\.\\d{1,18}${END_OF_NUMBER}`,
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
