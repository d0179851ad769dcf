import type { NormaliseSettings } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import type { Places } from "./normalise-places.ts";
import { builtInRewrites, NORMALISE_RULES } from "./normalise-rules.ts";
import { ReadableText, readableText } from "./readable-text.ts";
import { LONG_LINE, type Rewrite, RewritingStage, rewriteAll, type TextStage } from "./rewriting.ts";

/** Takes what differs from run to run out of text: docs/normalising.md. */
export interface Normaliser {
  /** Of a text that is held whole. */
  text(text: string): string;
  /** Of a file that is never held whole; one stream for one file. `between` is what `Between` is for a text. */
  stream(between?: TextStage | null): NormalisingStream;
}

/** What is done to a text after the suite's own rules, and before the built-in ones take host names out of URLs. */
export type Between = (text: string) => string;

export interface NormalisingStream {
  push(bytes: Buffer): string;
  end(): string;
}

/** Makes the normaliser of a suite, or says which of its settings cannot be used. */
export function compileNormaliser(
  settings: NormaliseSettings,
  places: Places,
  between: Between = (text) => text,
): Result<Normaliser, readonly Problem[]> {
  const problems = [
    ...settings.off.filter((name) => !NORMALISE_RULES.includes(name)).map(unknownRule),
    ...settings.rules.flatMap(({ match }) => whyUnusable(match) ?? []),
  ];
  if (problems.length > 0) return err(problems);
  const own = settings.rules.map(({ match, replace }) => ({ pattern: new RegExp(match, "gu"), to: replace }));
  const builtIn = builtInRewrites(settings.off, places);
  return ok({
    text: (text) => rewriteAll(between(rewriteOwn(readableText(text), own)), builtIn),
    stream: (stage = null) => new LogStream(own, stage, builtIn),
  });
}

function unknownRule(name: string): Problem {
  return problem("config-invalid", `normalise.off: there is no rule "${name}"`, {
    hint: `the rules are ${NORMALISE_RULES.join(", ")}`,
    path: "gate.yaml",
  });
}

function whyUnusable(match: string): Problem | null {
  const place = `normalise.rules: ${JSON.stringify(match)}`;
  const details = { hint: "docs/normalising.md shows how rules are written", path: "gate.yaml" };
  let pattern: RegExp;
  try {
    pattern = new RegExp(match, "u");
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/u?: /, "") : String(error);
    return problem("config-invalid", `${place} is not a regular expression: ${reason}`, details);
  }
  const matchesNothing = ["", "a", "0 a", "-", " "].some((sample) => pattern.exec(sample)?.[0] === "");
  return matchesNothing ? problem("config-invalid", `${place} matches the empty string`, details) : null;
}

class LogStream implements NormalisingStream {
  readonly #readable = new ReadableText();
  readonly #stages: readonly TextStage[];

  constructor(own: readonly Rewrite[], between: TextStage | null, builtIn: readonly Rewrite[]) {
    const ownStages = own.length === 0 ? [] : [new OwnRules(own)];
    const betweenStages = between === null ? [] : [between];
    this.#stages = [...ownStages, ...betweenStages, new RewritingStage(builtIn)];
  }

  push(bytes: Buffer): string {
    return this.#stages.reduce((text, stage) => stage.push(text), this.#readable.push(bytes));
  }

  end(): string {
    return this.#stages.reduce((text, stage) => stage.push(text) + stage.end(), this.#readable.end());
  }
}

/** A suite's own rules see one line at a time, and of a long one a window: they may match any length. */
class OwnRules implements TextStage {
  readonly #rules: readonly Rewrite[];
  #line = "";

  constructor(rules: readonly Rewrite[]) {
    this.#rules = rules;
  }

  push(text: string): string {
    const pending = this.#line + text;
    const lines = pending.lastIndexOf("\n") + 1;
    let written = rewriteOwn(pending.slice(0, lines), this.#rules);
    let rest = pending.slice(lines);
    while (rest.length > LONG_LINE) {
      written += rewriteAll(rest.slice(0, LONG_LINE), this.#rules);
      rest = rest.slice(LONG_LINE);
    }
    this.#line = rest;
    return written;
  }

  end(): string {
    return rewriteAll(this.#line, this.#rules);
  }
}

function rewriteOwn(text: string, rules: readonly Rewrite[]): string {
  if (rules.length === 0) return text;
  return text
    .split("\n")
    .map((line) => rewriteWindows(line, rules))
    .join("\n");
}

function rewriteWindows(line: string, rules: readonly Rewrite[]): string {
  if (line.length <= LONG_LINE) return rewriteAll(line, rules);
  let written = "";
  for (let from = 0; from < line.length; from += LONG_LINE) {
    written += rewriteAll(line.slice(from, from + LONG_LINE), rules);
  }
  return written;
}
