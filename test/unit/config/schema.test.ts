import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { configurationSchema } from "../../../src/config/schema.ts";
import { oneSuite, parse } from "./sample.ts";

const jsonSchema = z.toJSONSchema(configurationSchema, { io: "input" });

describe("the JSON Schema that editors read", () => {
  it("is the one in the package", async () => {
    const text = `${JSON.stringify(jsonSchema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../../schema/gate.schema.json");
  });

  const validator = z.fromJSONSchema(jsonSchema);
  const accepts = (text: string) => validator.safeParse(parseYaml(text)).success;

  it.each([
    oneSuite(),
    oneSuite("    gpu: required\n    timeout: 45m\n    env: { A: 1, B: true, C: text }\n"),
    oneSuite("    skips: [{ match: a, reason: b }]\n", '[src, "!**/*.md", "**"]'),
    oneSuite("    secrets: redact\n"),
    oneSuite("    secrets: { allow: [{ match: /a/, rule: aws, reason: b }] }\n"),
  ])("accepts what gate accepts: %j", (text) => {
    expect([accepts(text), parse(text).ok]).toEqual([true, true]);
  });

  it.each([
    "version: 1\n",
    "version: 1\nsuites: {}\n",
    oneSuite().replace("version: 1", "version: 2"),
    oneSuite().replace("model", "Model"),
    oneSuite("    input: [src]\n"),
    oneSuite("", "[]"),
    oneSuite("", "['/src']"),
    oneSuite("", "[':(attr:x)src']"),
    oneSuite("    gpu: maybe\n"),
    oneSuite("    timeout: 45\n"),
    oneSuite("    timeout: 45 min\n"),
    oneSuite("    env: { A: null }\n"),
    oneSuite("    skips: [{ match: a }]\n"),
    oneSuite("    expected-failures: [{ match: a, reason: b, until: soon }]\n"),
    oneSuite("    expected-failures: [{ match: a, reason: b, until: '2026-02-30' }]\n"),
    oneSuite("    secrets: maybe\n"),
    oneSuite("    secrets: { allow: [{ match: a }] }\n"),
    oneSuite("    secrets: { allow: [{ match: a, rule: b, reason: c }] }\n"),
  ])("refuses what gate refuses: %j", (text) => {
    expect([accepts(text), parse(text).ok]).toEqual([false, false]);
  });

  it("says of every key whether it is in the fingerprint", () => {
    for (const key of Object.values(configurationSchema.shape.suites.valueType.shape)) {
      expect(key.description).toMatch(/(?:in|are) the fingerprint\.$/i);
    }
  });
});
