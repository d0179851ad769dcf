import { parseConfiguration } from "../../../src/config/parse.ts";
import type { Problem } from "../../../src/problem.ts";

/** gate.yaml with one suite, `model`, and further lines in it. The lines added start at line 6. */
export function oneSuite(lines = "", inputs = "[src]"): string {
  return `version: 1\nsuites:\n  model:\n    run: npm test\n    inputs: ${inputs}\n${lines}`;
}

export function parse(text: string | Uint8Array) {
  return parseConfiguration(typeof text === "string" ? Buffer.from(text) : text);
}

/** The only suite of a text that is valid. */
export function suiteOf(text: string) {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("\n"));
  const [suite] = parsed.value.suites;
  if (suite === undefined) throw new Error("no suite");
  return suite;
}

/** What is said about a text that is not valid: `line:column message`. */
export function complaints(text: string | Uint8Array): string[] {
  return refusals(text).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

export function refusals(text: string | Uint8Array): readonly Problem[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.error;
}
