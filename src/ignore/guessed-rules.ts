import { type FirstRules, type MatchedRule, matched, type Subject } from "./matched-rules.ts";
import { asNegation } from "./patterns.ts";
import { directoriesAbove, type SourceLine } from "./rule-sources.ts";
import type { NamedLine } from "./scratch-rules.ts";

interface Guess extends NamedLine {
  readonly source: SourceLine;
}

/**
 * What git will most likely say first, so that it can be asked the next question along with the first one: rules
 * that are names, with stars or without, the last one that matches. Nothing is said by it: git answers the first
 * question as well. A line is held against each part of each path, and read once.
 */
export function ruleGuesser(ignoreCase: boolean): (subject: Subject) => FirstRules {
  const read = new Map<SourceLine, Named | null>();
  const namedBy = (line: SourceLine) => {
    const known = read.get(line);
    if (known !== undefined) return known;
    const named = namedIn(line.text, ignoreCase);
    read.set(line, named);
    return named;
  };
  return (subject) => guess(subject, namedBy);
}

type ReadLine = (line: SourceLine) => Named | null;

function guess(subject: Subject, read: ReadLine): FirstRules {
  const { parts, isDirectory } = subject;
  const winners = parts.map((part, index) =>
    lastMatching(subject, part, { read, isDirectory: isDirectory || index < parts.length - 1 }),
  );
  const excluding = winners.slice(0, -1).find((rule) => rule !== null && !rule.source.text.startsWith("!"));
  const decider = excluding ?? winners.at(-1) ?? null;
  const strongest = new Map<SourceLine, MatchedRule>();
  for (const [part, winner] of winners.entries()) {
    if (winner === null) continue;
    const { source, ...named } = winner;
    const before = strongest.get(source)?.parts ?? [];
    const rule = matched(source, { ...named, pattern: asNegation(source.text) });
    strongest.set(source, { ...rule, parts: [...before, part] });
  }
  return {
    decider: decider && { directory: decider.directory, index: decider.index, pattern: decider.pattern },
    strongest: [...strongest.values()],
  };
}

interface Asked {
  readonly read: ReadLine;
  readonly isDirectory: boolean;
}

function lastMatching({ files }: Subject, path: string, { read, isDirectory }: Asked): Guess | null {
  for (const directory of directoriesAbove(path).toReversed()) {
    const lines = files.get(directory) ?? [];
    const below = path.slice(directory.length);
    const index = lines.findLastIndex((line) => {
      const named = read(line);
      return named !== null && (isDirectory || !named.onlyDirectories) && named.path.test(below);
    });
    const source = lines[index];
    if (source !== undefined) return { directory, index, pattern: source.text, source };
  }
  return null;
}

interface Named {
  readonly onlyDirectories: boolean;
  readonly path: RegExp;
}

/** With each more an expression may take as many times longer as a name has letters. */
const MOST_STARS = 3;

function namedIn(text: string, ignoreCase: boolean): Named | null {
  const [, body, slash] = /^!?([\w.*+@/-]*[\w.*+@-])(\/?)$/.exec(text) ?? [];
  if (body === undefined || body.split("*").length > MOST_STARS + 1) return null;
  const written = body.replace(/[.+]/g, "\\$&").replaceAll("*", "[^/]*");
  const start = body.includes("/") ? "^/?" : "(?:^|/)";
  const path = new RegExp(`${start}${written.replace(/^\//, "")}$`, ignoreCase ? "i" : "");
  return { onlyDirectories: slash === "/", path };
}
