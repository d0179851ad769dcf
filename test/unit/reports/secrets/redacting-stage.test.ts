import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Found } from "../../../../src/reports/secrets/guard.ts";
import { redactSecrets } from "../../../../src/reports/secrets/redact.ts";
import { RedactingStage } from "../../../../src/reports/secrets/redacting-stage.ts";
import { fakeSecrets, githubToken, letters, privateKey } from "../../../rig/secrets.ts";

const nothingAllowed = () => false;

function streamed(pieces: readonly string[]): { readonly text: string; readonly found: readonly Found[] } {
  const found: Found[] = [];
  const stage = new RedactingStage(nothingAllowed, (one) => found.push(one));
  const written = pieces.map((piece) => stage.push(piece)).join("");
  return { text: written + stage.end(), found };
}

/** In pieces of such a size. */
function cut(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

const LINE = `2026-02-13 INFO ${letters(40)} answered\n`;
const WINDOW = 256 * 1024;

describe("a log that comes in pieces", () => {
  it.each([1, 7, 1000, 100_000])("is what it would be as a whole, in pieces of %i", (size) => {
    const whole = fakeSecrets()
      .map(({ text }) => `${LINE}${text}\n`)
      .join("");
    expect(streamed(cut(whole, size))).toEqual(redactSecrets(whole, nothingAllowed));
  });

  it("hides a secret wherever the windows part it, with the line it is in", () => {
    const secrets = [privateKey(40), githubToken(), `"aws_secret_access_key":\n  "${letters(40)}"`];
    const place = fc.integer({ min: WINDOW - 3000, max: WINDOW + 3000 });
    fc.assert(
      fc.property(place, fc.constantFrom(...secrets), fc.boolean(), (before, secret, inLines) => {
        const filler = inLines
          ? LINE.repeat(before / LINE.length + 1)
          : `${letters(97)} `.repeat(before / 98 + 1);
        const rest = inLines ? LINE.repeat(3000) : `${letters(97)} `.repeat(1500);
        const whole = `${filler.slice(0, before)}\n${secret}\n${rest}`;
        const { text, found } = streamed(cut(whole, 50_000));
        expect(text).toBe(redactSecrets(whole, nothingAllowed).text);
        expect(found).toEqual(redactSecrets(whole, nothingAllowed).found);
        expect(found.length).toBe(1);
      }),
      { numRuns: 25 },
    );
  });

  it("hides one in a line that never ends", () => {
    const whole = `${letters(98)},`.repeat(9000).replace(/^(.{400000})/s, `$1 ${githubToken()} `);
    const { text, found } = streamed(cut(whole, 30_000));
    expect(text).toBe(whole.replace(githubToken(), "[redacted: github]"));
    expect(found).toEqual([{ rule: "github", excerpt: "ghp_****************", line: 1 }]);
  });

  it("gives out what is settled long before its end", () => {
    const stage = new RedactingStage(nothingAllowed, () => undefined);
    let longest = 0;
    let given = 0;
    for (let taken = 0; taken < 40 * WINDOW; taken += LINE.length * 1000) {
      given += stage.push(LINE.repeat(1000)).length;
      longest = Math.max(longest, taken + LINE.length * 1000 - given);
    }
    expect(longest).toBeLessThan(2 * WINDOW);
  });
});
