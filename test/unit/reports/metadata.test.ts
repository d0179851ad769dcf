import { describe, expect, it } from "vitest";
import {
  recordingOfSame,
  renderMetadata,
  roundedSeconds,
  testMetadata,
  utcSecond,
} from "../../../src/reports/metadata.ts";
import type { TestResult } from "../../../src/suite/results.ts";
import { testResult, usualNormaliser } from "../../rig/sample-test.ts";

const RECORDING = { timestamp: "2026-02-13T14:27:22Z", duration: 3.2 };

function rendered(parts: Partial<TestResult> = {}, recording = RECORDING): string {
  return renderMetadata(testMetadata(testResult(parts), usualNormaliser()), recording);
}

describe("metadata.json", () => {
  it("has its members in one order", () => {
    const text = rendered({
      outcome: "failed",
      message: "expected 1 after 2.5s",
      properties: { score: 0.5, prompt: "Hello", tier: "simple", a: { z: 1, b: null } },
    });
    expect(text).toBe(
      [
        "{",
        '  "test_name": "test_hello",',
        '  "nodeid": "tests/model/test_hello.py::test_hello",',
        '  "passed": false,',
        '  "outcome": "failed",',
        '  "tier": "simple",',
        '  "duration_s": 3.2,',
        '  "prompt": "Hello",',
        '  "timestamp": "2026-02-13T14:27:22Z",',
        '  "message": "expected 1 after <duration>",',
        '  "properties": {',
        '    "a": {',
        '      "b": null,',
        '      "z": 1',
        "    },",
        '    "score": 0.5',
        "  }",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("takes tier and prompt from the first prompt where no property says them", () => {
    const turns = [
      { kind: "thinking", text: "hm" },
      { kind: "prompt", text: "Wait 10s", tier: "code" },
      { kind: "prompt", text: "Second" },
    ] as const;
    expect(JSON.parse(rendered({ turns }))).toMatchObject({ tier: "code", prompt: "Wait 10s" });
    expect(JSON.parse(rendered({ turns, properties: { tier: "simple" } }))).toMatchObject({ tier: "simple" });
    expect(JSON.parse(rendered())).toMatchObject({ tier: null, prompt: null });
  });

  it("keeps a tier that is no text among the properties", () => {
    expect(JSON.parse(rendered({ properties: { tier: 3 } }))).toMatchObject({
      tier: null,
      properties: { tier: 3 },
    });
  });

  it.each([
    ["passed", true],
    ["flaky", true],
    ["xpassed", true],
    ["failed", false],
    ["error", false],
    ["skipped", false],
    ["xfailed", false],
  ] as const)("says of %s that it passed: %s", (outcome, passed) => {
    expect(JSON.parse(rendered({ outcome }))).toMatchObject({ outcome, passed });
  });

  it("survives hostile properties", () => {
    const properties = JSON.parse('{"__proto__": {"x": 1}, "10": "\\u0000\\ud800", "constructor": []}');
    const { properties: kept } = JSON.parse(rendered({ properties }));
    expect(Object.entries(kept)).toEqual(Object.entries(properties));
  });
});

describe("the same behaviour as before", () => {
  const metadata = testMetadata(testResult({ properties: { score: 1 } }), usualNormaliser());
  const before = { timestamp: "2025-12-24T18:00:00Z", duration: 1.25 };

  it("is known by everything but the recording's time and duration", () => {
    expect(recordingOfSame(metadata, renderMetadata(metadata, before))).toEqual(before);
    const never = { ...before, duration: null };
    expect(recordingOfSame(metadata, renderMetadata(metadata, never))).toEqual(never);
  });

  it.each([
    ["another score", (text: string) => text.replace('"score": 1', '"score": 2')],
    ["another outcome", (text: string) => text.replace('"passed": true', '"passed": false')],
    ["bytes that gate does not write", (text: string) => text.replaceAll("\n", "\r\n")],
    ["a time that gate does not write", (text: string) => text.replace("T18:00:00Z", " 18:00")],
    ["nothing", () => ""],
  ])("is not %s", (_, change) => {
    expect(recordingOfSame(metadata, change(renderMetadata(metadata, before)))).toBe(null);
  });
});

describe("times", () => {
  it("are in UTC, to the second", () => {
    expect(utcSecond("2026-02-13T15:27:22.999+01:00")).toBe("2026-02-13T14:27:22Z");
    expect(utcSecond("yesterday")).toBe(null);
    expect(utcSecond(null)).toBe(null);
  });

  it("are seconds with milliseconds", () => {
    expect(roundedSeconds(3.20049)).toBe(3.2);
    expect(roundedSeconds(Number.NaN)).toBe(null);
    expect(roundedSeconds(-1)).toBe(null);
  });
});
