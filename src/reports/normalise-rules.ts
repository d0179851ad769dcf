import { CLOCK, MONTH, NUMBER_RULES, numberRewrites, ZONE } from "./normalise-numbers.ts";
import {
  escaped,
  homePaths,
  literalPaths,
  NAME_END,
  type Places,
  temporaryPaths,
} from "./normalise-places.ts";
import type { Rewrite } from "./rewriting.ts";

interface Rule {
  readonly name: string;
  readonly rewrites: (places: Places) => readonly Rewrite[];
}

/** In the order in which they are applied; after them come the rules about numbers, all at once. */
const RULES: readonly Rule[] = [
  { name: "session-paths", rewrites: ({ session }) => literalPaths(session, "<session>") },
  { name: "repository-paths", rewrites: ({ repository }) => literalPaths(repository, "<repo>") },
  { name: "temporary-paths", rewrites: ({ temporary }) => temporaryPaths(temporary) },
  { name: "home-paths", rewrites: ({ home }) => homePaths(home) },
  { name: "user-names", rewrites: ({ user }) => userNames(user) },
  { name: "host-names", rewrites: ({ host }) => hostNames(host) },
  { name: "uuids", rewrites: uuids },
  { name: "process-ids", rewrites: bracketedProcessIds },
  { name: "timestamps", rewrites: datesWithMonthNames },
];

/** Every name that `normalise.off` may hold. */
export const NORMALISE_RULES: readonly string[] = [
  ...new Set([...RULES.map(({ name }) => name), ...NUMBER_RULES]),
];

/** The rewrites of every rule that is not switched off. */
export function builtInRewrites(off: readonly string[], places: Places): readonly Rewrite[] {
  const rules = RULES.filter(({ name }) => !off.includes(name));
  return [...rules.flatMap(({ rewrites }) => rewrites(places)), ...numberRewrites(off), ...TIDYING];
}

/** What is left around placeholders: padding that varied with the number, JSON that lost its number. */
const TIDYING: readonly Rewrite[] = [
  {
    pattern: /(?<! ) {2,64}(?=<(?:duration|rate)>)/g,
    to: " ",
    needs: ["<", /<(?:duration|rate)>(?<= {2}<[a-z]{1,8}>)/],
  },
  {
    pattern: /((?<!\\)":[ \t]?)(<(?:time|duration|rate|pid)>)(?=[ \t]{0,8}(?:[,}\]]|$))/gm,
    to: '$1"$2"',
    needs: ['":', "<", /<(?:time|duration|rate|pid)>(?<=":[ \t]?<[a-z]{1,8}>)/],
  },
];

/** A host name that is also a plain word, or very short, is replaced only where the text says that it is a host. */
function hostNames(host: string | null): readonly Rewrite[] {
  if (host === null || host === "" || /^localhost(?:\.|$)/i.test(host)) return [];
  const [short = host] = host.split(".");
  const said = "@|://|\\b(?:host|hostname|node|server|HOST|HOSTNAME)[\"']?[ \\t]?[=:][ \\t]?[\"']?";
  return [...new Set([host, short])].map((name) => {
    const before =
      name.length > 2 && /[\d.-]/.test(name)
        ? `(?<![\\w.-]${escaped(name)})`
        : `(?<=(?:${said})${escaped(name)})`;
    return {
      pattern: new RegExp(`${escaped(name)}${before}${NAME_END}`, "g"),
      to: "<host>",
      needs: [name],
    };
  });
}

/** Users have names that prose has too: only where the text says that it is one. */
function userNames(user: string | null): readonly Rewrite[] {
  if (user === null || user === "") return [];
  const name = escaped(user);
  const said = "\\b(?:user|username|login|owner|uid|USER|LOGNAME)[\"']?[ \\t]?[=:][ \\t]?[\"']?";
  const pattern = `${name}(?:(?<![\\w.-]${name})(?=@\\w)|(?<=${said}${name})(?![\\w-]))`;
  return [{ pattern: new RegExp(pattern, "g"), to: "<user>", needs: [user] }];
}

function uuids(): readonly Rewrite[] {
  return [
    {
      pattern: /(?<!\w)[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?!\w)/gi,
      to: "<uuid>",
      needs: ["-", /-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-/],
    },
  ];
}

/**
 * A number in brackets may as well be a status, an index or a reference: it is a process behind `process`, a
 * time, a level that a time stands before, and a program's name where syslog has that. Nothing between holds
 * a placeholder: what is no process the first time must not be one the second time.
 */
function bracketedProcessIds(): readonly Rewrite[] {
  const time = `${CLOCK}(?:Z| ?[+-]\\d\\d:?\\d\\d)?\\]? `;
  const level = "\\b(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL):? {1,4}";
  const before = `(?:${time}|${CLOCK}[^\\n<]{0,80}${level}|\\bprocess:? {1,4})`;
  const leading = `(?=:?(?: |$))(?<=${before}\\[\\d{1,7}\\])`;
  const name = "[A-Za-z][\\w./-]{0,40}\\[\\d{3,7}\\]";
  const word = "(?:(?:[\\w.-]{1,64}|<host>) )?";
  const syslog = `(?<=(?:${MONTH} {1,2}\\d\\d? |-\\d\\dT)${time}${word}${name})`;
  // `logits[128]: 0.25` is an element with its value, `sshd[4711]: closed` a process with its message.
  const message = "(?=: (?!(?:nan|inf|[nN]one|null|[tT]rue|[fF]alse)\\b)[A-Za-z])";
  const named = `(?=: )(?:${syslog}|${message}(?<=(?:^|${time}${word})${name}))`;
  const glog = `(?<=${GLOG} ${CLOCK}) {1,8}\\d{1,15}(?= [^\\s\\]]{1,200}:\\d{1,6}\\])`;
  return [
    {
      pattern: new RegExp(`\\[\\d{1,7}\\](?:${leading}|${named})`, "gm"),
      to: "[<pid>]",
      needs: ["["],
    },
    { pattern: new RegExp(glog, "g"), to: " <pid>", needs: ["]", /[IWEF]\d{4} \d\d:/] },
  ];
}

/** Level, month and day. */
const GLOG = "(?<!\\w)[IWEF]\\d{4}";

function datesWithMonthNames(): readonly Rewrite[] {
  const weekday = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?";
  const date = `(?:${MONTH} {1,2}\\d\\d?|\\d\\d? ${MONTH} \\d{4})`;
  const year = "(?: \\d{4}| (?:UTC|[A-Z]{1,4}T) 20\\d\\d)(?!\\w)";
  return [
    { pattern: /\bRUN_\d{8}_\d{6}(?:_\d{1,4})?(?!\w)/g, to: "RUN_<time>", needs: ["RUN_"] },
    {
      pattern: new RegExp(
        `(?<!\\w)${weekday}${date},? ${CLOCK}(?: ?[AP]M)?(?:${year}|${ZONE})(?![\\w:])`,
        "g",
      ),
      to: "<time>",
      needs: [":", / \d{1,4},? \d\d:\d\d:\d\d/],
    },
    {
      pattern: new RegExp(`(?<![\\w./-])\\d\\d[-/]\\d\\d ${CLOCK}${ZONE}(?![\\w:])`, "g"),
      to: "<time>",
      needs: [":", /\d[-/]\d\d \d\d:/],
    },
    {
      pattern: new RegExp(`(?<!\\w)([IWEF])\\d{4} ${CLOCK}(?![\\w:])`, "g"),
      to: "$1<time>",
      needs: [":", /[IWEF]\d{4} \d\d:/],
    },
  ];
}
