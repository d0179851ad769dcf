import type { AllowedSecret, SecretMode, SecretSettings } from "../config/configuration.ts";
import { expressionBetweenSlashes } from "../config/pattern.ts";
import { matchesWildcard } from "../suite/wildcard.ts";

interface SecretWeakening {
  readonly message: string;
  readonly keys: readonly PropertyKey[];
}

const STRICTNESS: Readonly<Record<SecretMode, number>> = { off: 0, redact: 1, refuse: 2 };

/** How a suite comes to publish what it held back before. */
export function secretWeakenings(before: SecretSettings, after: SecretSettings): readonly SecretWeakening[] {
  const looser =
    STRICTNESS[after.mode] < STRICTNESS[before.mode]
      ? [
          {
            message: `secrets: ${after.mode} ${MEANING[after.mode]}, ${before.mode} until now.`,
            keys: ["secrets"],
          },
        ]
      : [];
  if (after.mode === "off") return looser;
  const allowed = after.allow.flatMap((one, index) =>
    before.mode === "off" || before.allow.some((known) => isCovered(one, known))
      ? []
      : [
          {
            message: `${what(one)} may be published now (${one.reason}).`,
            keys: ["secrets", "allow", index],
          },
        ],
  );
  return [...looser, ...allowed];
}

const MEANING: Readonly<Record<SecretMode, string>> = {
  refuse: "refuses a run whose reports hold secrets",
  redact: "records a run whose reports held secrets, without asking",
  off: "publishes reports in which nobody has looked for secrets",
};

function what({ match, rule }: AllowedSecret): string {
  const kind = rule === null ? "secrets" : `secrets of ${rule}`;
  return `${kind} that match ${expressionBetweenSlashes(match) === null ? JSON.stringify(match) : match}`;
}

/** A narrower glob under an allowed one lets pass nothing more; of expressions only the same one is known to. */
function isCovered(one: AllowedSecret, known: AllowedSecret): boolean {
  if (known.rule !== null && known.rule !== one.rule) return false;
  if (one.match === known.match) return true;
  const areGlobs = [one, known].every(({ match }) => expressionBetweenSlashes(match) === null);
  return areGlobs && matchesWildcard(one.match, known.match);
}
