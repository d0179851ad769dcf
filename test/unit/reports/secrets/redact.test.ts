import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSecrets, type Secret } from "../../../../src/reports/secrets/find.ts";
import { redactSecrets } from "../../../../src/reports/secrets/redact.ts";
import {
  awsKeyId,
  databaseUrl,
  type FakeSecret,
  fakeSecrets,
  githubToken,
  letters,
  privateKey,
} from "../../../rig/secrets.ts";

const nothingAllowed = () => false;
const redact = (text: string, isAllowed: (secret: Secret) => boolean = nothingAllowed) =>
  redactSecrets(text, isAllowed);

/** `\u0041` for every character. */
function escapedWhole(text: string): string {
  return text.replace(/./gs, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Ways in which a log comes to hold a text. */
const WRITINGS: readonly (readonly [string, (sample: FakeSecret) => string])[] = [
  ["as it is", ({ text }) => `before\n${text}\nafter`],
  ["behind a time", ({ text }) => `<time> INFO ${text}`],
  ["in JSON", ({ text }) => JSON.stringify({ a: text, b: "kept" })],
  ["in JSON in JSON", ({ text }) => JSON.stringify({ a: JSON.stringify({ c: text }), b: "kept" })],
  ["in JSON thrice", ({ text }) => JSON.stringify(JSON.stringify(JSON.stringify({ c: text })))],
  ["in indented JSON", ({ text }) => JSON.stringify([{ a: text }, { b: "kept" }], null, 2)],
  ["in escapes", ({ text }) => `{"a":"${escapedWhole(text)}","b":"kept"}`],
  ["right behind an escape", ({ text }) => `"line\\n${JSON.stringify(text).slice(1)}`],
];

const samples = fakeSecrets();

describe.each(WRITINGS)("a secret written %s", (_, write) => {
  it.each(samples.map((sample) => [`${sample.rule} ${sample.text.slice(0, 6)}`, sample] as const))(
    "is taken out: %s",
    (__, sample) => {
      const written = write(sample);
      const { text, found } = redact(written);
      expect(found.length).toBeGreaterThan(0);
      expect(text).toContain("[redacted: ");
      const rests = [sample.secret, sample.secret.slice(-12), sample.secret.slice(20, 34)];
      for (const rest of rests.flatMap((one) => [one, escapedWhole(one)])) {
        if (rest.length >= 10) expect(text).not.toContain(rest);
      }
      expect(text.split("\n").length).toBe(written.split("\n").length);
      expect(text.includes("kept")).toBe(written.includes("kept"));
      expect(text.includes("after")).toBe(written.includes("after"));
      if (isJson(written)) expect(isJson(text)).toBe(true);
    },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("what stands in a secret's place", () => {
  it("is a marker, and nothing else changes", () => {
    expect(redact(`one ${awsKeyId()} two\n${githubToken()}\n`).text).toBe(
      "one [redacted: aws] two\n[redacted: github]\n",
    );
  });

  it("leaves the name of what it was", () => {
    const secret = letters(40);
    expect(redact(`AWS_SECRET_ACCESS_KEY='${secret}' make`).text).toBe(
      "AWS_SECRET_ACCESS_KEY='[redacted: aws]' make",
    );
  });

  it("takes as many lines as a private key did", () => {
    const { text, found } = redact(`a\n${privateKey(3)}\nb`);
    expect(text).toBe("a\n[redacted: privatekey]\n\n\n\n\nb");
    expect(found).toEqual([
      { rule: "privatekey", excerpt: `-----BEGIN ${"PRIVATE KEY"}-----****************`, line: 2 },
    ]);
  });

  it("is told with its lines, in their order", () => {
    const { found } = redact(`\n${githubToken()}\n\n${awsKeyId()} ${awsKeyId(8)}`);
    expect(found).toEqual([
      { rule: "github", excerpt: "ghp_****************", line: 2 },
      { rule: "aws", excerpt: "AKIA****************", line: 4 },
      { rule: "aws", excerpt: "AKIA****************", line: 4 },
    ]);
  });

  it("ends with the string, in JSON without blanks", () => {
    const dsn = databaseUrl();
    const written = JSON.stringify({
      a: dsn,
      b: 1,
      c: "kept",
      d: databaseUrl(letters(9, undefined, 3), "db2"),
    });
    expect(JSON.parse(redact(written).text)).toEqual({
      a: "[redacted: database-connection-string]",
      b: 1,
      c: "kept",
      d: "[redacted: database-connection-string]",
    });
  });

  it("covers every one of several addresses", () => {
    const passwords = [3, 4, 5].map((seed) => letters(20, undefined, seed));
    const { text } = redact(passwords.map((one) => databaseUrl(one, "db.internal")).join(","));
    const marker = "[redacted: database-connection-string]";
    expect(text.replaceAll(marker, "")).toBe("");
    expect(text.split(marker).length).toBe(4);
  });

  it.each([
    '{"a":"postgres://localhost","n":12,"user":"ann@example.org"}',
    JSON.stringify({ m: '{"a":"postgres://localhost","user":"ann@example.org"}' }),
  ])("is not set where an address without a password only seems to go on: %s", (written) => {
    expect(redact(written)).toEqual({ text: written, found: [] });
  });

  it("hides a password with a quotation mark in it", () => {
    const { text } = redact(`${databaseUrl(`${letters(8)}"${letters(8, undefined, 3)}`)}\n`);
    expect(text).not.toContain(letters(8));
    expect(text).not.toContain(letters(8, undefined, 3));
  });

  it("is not taken for a secret itself", () => {
    const written = `https://${letters(20)}:x-oauth-basic@github.com/ ${awsKeyId()}`;
    const once = redact(written).text;
    expect(redact(once)).toEqual({ text: once, found: [] });
  });
});

describe("the excerpt", () => {
  it.each(samples.map((sample) => [`${sample.rule} ${sample.text.slice(0, 6)}`, sample] as const))(
    "shows what everybody knows, and no more: %s",
    (_, { rule, secret, text }) => {
      for (const { excerpt } of redact(text).found.filter((one) => one.rule === rule)) {
        const shown = excerpt.replace(/\*{16}$/, "");
        expect(excerpt).toMatch(/\*{16}$/);
        expect(shown === "" || secret.startsWith(shown)).toBe(true);
        expect(shown).toMatch(/^$|[-_.:/]$|^(?:AKIA|dapi)$/);
        expect(secret.length - shown.length).toBeGreaterThanOrEqual(16);
      }
    },
  );
});

describe("an allowed secret", () => {
  it("stays, and nothing else does", () => {
    const allowed = awsKeyId();
    const written = `${allowed} ${awsKeyId(8)} ${JSON.stringify(githubToken())}`;
    expect(redact(written, ({ text }) => text === allowed).text).toBe(
      `${allowed} [redacted: aws] "[redacted: github]"`,
    );
  });

  it("may hold what was redacted", () => {
    const written = `https://docs.internal/ https://${letters(20)}:x-oauth-basic@github.com/`;
    const { text } = redact(written, (one) => one.rule === "npm" && one.text.startsWith("docs"));
    expect(text).toMatch(/^https:\/\/docs\.internal\/ \S*\[redacted: (?:npm|basicauth)\]/);
    expect(text).not.toContain(letters(20));
  });

  it("is known by what its escapes stand for", () => {
    const allowed = awsKeyId();
    const written = `"${escapedWhole(allowed)}"`;
    expect(redact(written, ({ text }) => text === allowed)).toEqual({ text: written, found: [] });
  });

  it("does not cover for another one behind it", () => {
    const allowed = databaseUrl("fixture-1", "db");
    const { text } = redact(`${allowed},${databaseUrl(letters(20), "db")}`, ({ text: one }) =>
      one.startsWith(allowed),
    );
    expect(text).toBe(`${allowed},[redacted: database-connection-string]`);
  });
});

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(...samples.map(({ text }) => text)),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("\n", '"', "\\", '","', "://"),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(""));

describe("for all texts", () => {
  it("nothing is left to be found, and a second time changes nothing", () => {
    fc.assert(
      fc.property(texts, (written) => {
        const { text } = redact(written);
        expect(findSecrets(text)).toEqual([]);
        expect(redact(text).text).toBe(text);
        expect(text.split("\n").length).toBe(written.split("\n").length);
      }),
      { numRuns: 500 },
    );
  });

  it("JSON stays JSON", () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie("list"),
        tie("object"),
      ),
      list: fc.array(tie("value"), { maxLength: 4 }),
      object: fc.dictionary(texts, tie("value"), { maxKeys: 4 }),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), fc.boolean(), (value, indent, again) => {
        const once = JSON.stringify(value, null, indent);
        const written = again ? JSON.stringify({ once }) : once;
        expect(isJson(redact(written).text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
