import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SECRET_RULES, type SecretRule } from "../../../../src/config/secret-rules.ts";
import { NEEDLES } from "../../../../src/reports/secrets/needles.ts";
import { scanAll, scanWith } from "../../../../src/reports/secrets/rules.ts";
import { fakeSecrets } from "../../../rig/secrets.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const samples = fakeSecrets();

/** The expressions with which a rule goes over a text, as they are and not as we believe. */
function expressionsOf(rule: SecretRule): readonly RegExp[] {
  const asked: RegExp[] = [];
  vi.spyOn(String.prototype, "matchAll").mockImplementation((expression) => {
    if (expression instanceof RegExp) asked.push(expression);
    return [][Symbol.iterator]();
  });
  scanWith(rule, "");
  vi.restoreAllMocks();
  return asked;
}

/** What stands around a match narrows it down: every text that matches, matches without. */
function withoutSurroundings({ source, flags }: RegExp): RegExp {
  const bare = source.replace(/\(\?<?!(?:\\p\{L\}|\[[^\]]*\]|\\w)\)/g, "").replaceAll("\\b", "");
  // The generator takes a name for a group to be a part of the text.
  return new RegExp(bare.replace(/\(\?<[a-z]+>/gi, "("), flags.replace(/[gi]/g, ""));
}

/** For an expression to which case means nothing. */
function inEveryCase({ flags }: RegExp, text: string): readonly string[] {
  const mixed = [...text].map((one, index) => (index % 2 === 0 ? one.toUpperCase() : one)).join("");
  return flags.includes("i") ? [text, text.toUpperCase(), text.toLowerCase(), mixed] : [text];
}

describe("the rules", () => {
  it("are secretlint's recommended ones, but for what judges names of files and what lets texts hide", () => {
    const names = rules.map(({ meta }) => meta.id.replace("@secretlint/secretlint-rule-", ""));
    expect(names.filter((name) => !["gcp", "filter-comments"].includes(name)).toSorted()).toEqual(
      SECRET_RULES,
    );
    expect(new Set(samples.map(({ rule }) => rule))).toEqual(new Set(SECRET_RULES));
  });

  it.each(samples.map((sample) => [`${sample.rule} ${sample.text.slice(0, 8)}`, sample] as const))(
    "say exactly where the secret is: %s",
    (_, { rule, secret, text }) => {
      const around = `key: ${text}\nnext line`;
      const found = scanAll(around).filter((one) => one.rule === rule);
      expect(found.map(({ start, end }) => around.slice(start, end))).toContain(secret);
    },
  );

  it("do not take the number of an account for a secret", () => {
    expect(scanAll("aws_account_id: 1234-5678-9012")).toEqual([]);
  });

  it("are not told to look away", () => {
    for (const { rule, text } of samples) {
      expect(scanAll(`secretlint-disable\n${text}\n`).map((one) => one.rule)).toContain(rule);
    }
  });
});

describe("a needle", () => {
  it.each(SECRET_RULES)("of %s is in whatever its rule can match", (rule) => {
    const expressions = expressionsOf(rule);
    expect(expressions.length).toBeGreaterThan(0);
    // Twelve digits of AWS are no secret.
    const secret = expressions.filter(({ source }) => !source.includes("ACCOUNT"));
    for (const expression of secret) {
      fc.assert(
        fc.property(fc.stringMatching(withoutSurroundings(expression), { size: "medium" }), (text) => {
          for (const one of inEveryCase(expression, text)) expect(NEEDLES[rule].test(one)).toBe(true);
        }),
        { numRuns: 200 },
      );
    }
  });

  it("changes nothing in any text", () => {
    const pieces = fc.oneof(
      fc.constantFrom(...samples.map(({ text }) => text)),
      fc.constantFrom(...samples.map(({ text }) => text.slice(1, -3))),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 4 }),
        fc.constantFrom("", " ", "\n", '"'),
        (parts, between) => {
          const text = parts.join(between);
          expect(scanAll(text)).toEqual(SECRET_RULES.flatMap((rule) => scanWith(rule, text)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
