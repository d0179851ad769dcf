import type { AllowedSecret, SecretSettings, Suite } from "../../config/configuration.ts";
import { expressionBetweenSlashes } from "../../config/pattern.ts";
import type { Problem } from "../../problem.ts";
import { matchesWildcard } from "../../suite/wildcard.ts";
import type { TextStage } from "../rewriting.ts";
import type { Secret } from "./find.ts";
import type { Found, Gathered, SecretGuard } from "./guard.ts";
import { markerCore } from "./marker.ts";
import { foundProblems, type PlacedSecret, redactedWarnings, unusedAllowances } from "./problems.ts";
import { redactSecrets } from "./redact.ts";
import { RedactingStage } from "./redacting-stage.ts";

/** Nobody reads more; the rest is counted. */
const MOST_TOLD = 1000;

/** Looks for secrets with the rules of secretlint. */
export class SearchingGuard implements SecretGuard {
  readonly #suite: Suite;
  readonly #settings: SecretSettings;
  readonly #session: string;
  readonly #allowances: readonly Allowance[];
  readonly #used = new Set<AllowedSecret>();
  readonly #told = new Map<string, PlacedSecret>();
  #untold = 0;
  #gathered: Found[] = [];

  constructor(suite: Suite, settings: SecretSettings, session: string) {
    this.#suite = suite;
    this.#settings = settings;
    this.#session = session;
    this.#allowances = settings.allow.map(allowanceOf);
  }

  readonly text = (text: string): string => {
    const redacted = redactSecrets(text, this.#isAllowed);
    this.#gathered.push(...redacted.found);
    return redacted.text;
  };

  gather<T>(make: () => T): Gathered<T> {
    const before = this.#gathered;
    this.#gathered = [];
    const made = make();
    const found = this.#gathered;
    this.#gathered = before;
    return { made, found };
  }

  stage(path: string): TextStage {
    return new RedactingStage(this.#isAllowed, (found) => this.#tell({ ...found, path }));
  }

  sealed(path: string, text: string, before: readonly Found[] = []): string {
    const redacted = redactSecrets(text, this.#isAllowed);
    for (const one of [...seenIn(text, before), ...redacted.found]) this.#tell({ ...one, path });
    return redacted.text;
  }

  readonly unseen = (text: string): string => {
    return redactSecrets(text, this.#isAllowed).text;
  };

  tellOfName(found: readonly Found[]): void {
    for (const one of found) this.#tell({ ...one, path: "logs", line: null });
  }

  refusals(): readonly Problem[] {
    if (this.#settings.mode !== "refuse") return [];
    return foundProblems(this.#suite, this.#session, [...this.#told.values()], this.#untold);
  }

  warnings(): readonly Problem[] {
    const unused = this.#settings.allow.filter((one) => !this.#used.has(one));
    return [
      ...redactedWarnings(this.#suite, this.#session, [...this.#told.values()], this.#untold),
      ...unusedAllowances(this.#suite, unused),
    ];
  }

  #tell(one: PlacedSecret): void {
    const key = [one.path, one.line, one.rule, one.excerpt].join("\0");
    if (this.#told.has(key)) return;
    if (this.#told.size < MOST_TOLD) this.#told.set(key, one);
    else this.#untold += 1;
  }

  readonly #isAllowed = (secret: Secret): boolean => {
    const allowing = this.#allowances.filter((one) => one.allows(secret));
    for (const { written } of allowing) this.#used.add(written);
    return allowing.length > 0;
  };
}

interface Allowance {
  readonly written: AllowedSecret;
  readonly allows: (secret: Secret) => boolean;
}

function allowanceOf(written: AllowedSecret): Allowance {
  const { match, rule } = written;
  const source = expressionBetweenSlashes(match);
  const expression = source === null ? null : new RegExp(source, "u");
  const isMeant = (text: string) => expression?.test(text) ?? matchesWildcard(text, match);
  return { written, allows: (secret) => (rule === null || rule === secret.rule) && isMeant(secret.text) };
}

/** A marker may have been cut away since it was set: then the secret is not in this report. */
function seenIn(text: string, before: readonly Found[]): readonly Found[] {
  const ends = new Map<string, number>();
  return before.flatMap((found) => {
    const marker = markerCore(found.rule);
    const next = text.indexOf(marker, ends.get(marker) ?? 0);
    const at = next === -1 ? text.indexOf(marker) : next;
    if (at === -1) return [];
    ends.set(marker, at + marker.length);
    return [{ ...found, line: text.slice(0, at).split("\n").length }];
  });
}
