import type { TextStage } from "../rewriting.ts";
import type { Secret } from "./find.ts";
import type { Found } from "./guard.ts";
import { redactSecrets, refusedSecrets } from "./redact.ts";

/** Longer than any secret, a private key in a JSON string with every character escaped among them. */
const LONGEST_SECRET = 64 * 1024;
const TOGETHER = 256 * 1024;

/** Redacts a log that is never held whole: what comes out does not depend on how it was cut. */
export class RedactingStage implements TextStage {
  readonly #isAllowed: (secret: Secret) => boolean;
  readonly #tell: (found: Found) => void;
  #held = "";
  #lines = 0;

  constructor(isAllowed: (secret: Secret) => boolean, tell: (found: Found) => void) {
    this.#isAllowed = isAllowed;
    this.#tell = tell;
  }

  push(text: string): string {
    this.#held += text;
    let written = "";
    while (this.#held.length > TOGETHER + LONGEST_SECRET) {
      const window = this.#held.slice(0, TOGETHER + LONGEST_SECRET);
      const secrets = refusedSecrets(window, this.#isAllowed);
      const settled = settledPart(window, secrets);
      written += this.#redact(window.slice(0, settled), secrets.length > 0);
      this.#held = this.#held.slice(settled);
    }
    return written;
  }

  end(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#redact(rest, true);
  }

  #redact(text: string, maySecretsBeIn: boolean): string {
    const redacted = maySecretsBeIn ? redactSecrets(text, this.#isAllowed) : { text, found: [] };
    for (const found of redacted.found) this.#tell({ ...found, line: found.line + this.#lines });
    this.#lines += linesIn(text);
    return redacted.text;
  }
}

/** Up to where nothing can change with what is still to come: after a line, or else after a blank in a long one. */
function settledPart(window: string, secrets: readonly Secret[]): number {
  const limit = outsideSecrets(TOGETHER, secrets);
  for (const separators of [["\n"], [" ", ",", ";"]]) {
    const last = Math.max(...separators.map((one) => window.lastIndexOf(one, limit - 1)));
    const after = outsideSecrets(last + 1, secrets);
    if (after > 0 && after <= limit) return after;
  }
  return limit;
}

/** Where a secret lies across the place: before it, or behind it where nothing is before it. */
function outsideSecrets(place: number, secrets: readonly Secret[]): number {
  const across = secrets.find(({ from, end }) => from < place && end > place);
  if (across === undefined) return place;
  return across.from > 0 ? outsideSecrets(across.from, secrets) : across.end;
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
