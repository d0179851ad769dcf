import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationSchema } from "../../../src/config/schema.ts";
import { oneSuite, parse, suiteOf } from "./sample.ts";

const TEXT = readFileSync(resolve(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
const KEYS = Object.entries(configurationSchema.shape.suites.valueType.shape);
const INDENT = "    ";

/** The first cells of the table row about a key. */
function rowOf(key: string): readonly string[] {
  const row = TEXT.split("\n").find((line) => line.startsWith(`| [\`${key}\`](#${key})`));
  return (row ?? "").split("|").map((cell) => cell.trim());
}

const examples = [...TEXT.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

describe("docs/configuration.md", () => {
  it.each(KEYS)("has a section and a row about %s", (key, schema) => {
    expect(TEXT).toContain(`\n### \`${key}\`\n`);
    const inFingerprint = /^(?!.*Not in the fingerprint)/.test(schema.description ?? "");
    expect(rowOf(key)[3]?.split(":")[0]).toBe(inFingerprint ? "yes" : "no");
  });

  it.each([
    "reports",
    "gpu",
    "flaky",
    "on-stale",
    "commit-budget",
    "timeout",
    "leaks",
    "max-report-size",
    "secrets",
  ])("names the default of %s as it is", (key) => {
    const written = rowOf(key)[2]?.replaceAll("`", "");
    expect(suiteOf(oneSuite(`${INDENT}${key}: ${written}\n`))).toEqual(suiteOf(oneSuite()));
  });

  it("has examples that are right", () => {
    const wrong = examples.flatMap((text) => {
      const lines = text.split("\n").map((line) => (line === "" ? line : `${INDENT}${line}`));
      const parts = oneSuite()
        .split("\n")
        .filter((line) => !text.split("\n").some((own) => line.startsWith(`${INDENT}${own.split(":")[0]}:`)));
      const whole = text.includes("version: 1") ? text : `${parts.join("\n")}${lines.join("\n")}`;
      const parsed = parse(whole);
      return parsed.ok ? [] : parsed.error.map(({ message }) => `${message}\n${whole}`);
    });
    expect(wrong).toEqual([]);
    expect(examples.length).toBeGreaterThan(6);
  });
});
