import { describe, expect, it } from "vitest";
import { resumedText } from "../../../src/render/resumed.ts";
import {
  type Manifest,
  type ManifestTest,
  parseManifest,
  serialiseManifest,
} from "../../../src/reports/manifest.ts";
import type { ManifestPart } from "../../../src/reports/manifest-parts.ts";
import { recordedFacts } from "../../../src/reports/recorded-facts.ts";

const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const part = (started: string, tests: number, cutShort: ManifestPart["cutShort"] = null): ManifestPart => ({
  started,
  ended: started,
  duration: 1.5,
  cutShort,
  tests,
});

const PARTS = [part("2026-02-13T14:22:10Z", 1, "killed"), part("2026-02-13T15:03:00Z", 2)];
const TEST = { outcome: "passed", duration: 1, message: null, reads: null } as const;

const MANIFEST: Manifest = {
  suite: "model-tests",
  fingerprint: SHA256,
  inputs: { files: 1, ignored: [] },
  verdict: "passed",
  tests: new Map<string, ManifestTest>([
    ["a", TEST],
    ["b", { ...TEST, resumed: { part: 2, again: true } }],
    ["c", { ...TEST, resumed: { part: 2, again: false } }],
  ]),
  deselected: 0,
  run: { started: "2026-02-13T14:22:10Z", ended: "2026-02-13T15:03:00Z", duration: 3, command: "pytest" },
  parts: PARTS,
  machine: { os: "Linux 6.1 x86_64", cpus: 2, memoryBytes: 1, node: "v20.20.2", gpus: [] },
  environment: null,
  reads: null,
  runner: { name: "pytest", version: "9.0.0" },
  recordedBy: { name: "Ann" },
  sessions: { earlier: 0, verdicts: new Map() },
  reports: new Map(),
};

const TEXT = serialiseManifest(MANIFEST);

/** Why a changed manifest is refused; the bytes stay in their form. */
function why(change: (document: Record<string, unknown>) => void): string {
  const document: Record<string, unknown> = JSON.parse(TEXT);
  change(document);
  const result = parseManifest(Buffer.from(`${JSON.stringify(document, null, 2)}\n`));
  return result.ok ? "" : result.error;
}

describe("the manifest of a run that was resumed", () => {
  it("is read as it was written", () => {
    expect(parseManifest(Buffer.from(TEXT))).toEqual({ ok: true, value: MANIFEST });
  });

  it("is refused where its parts do not agree with its tests", () => {
    expect(why((one) => delete one.parts)).toBe("parts is missing");
    expect(why((one) => Object.assign(one, { parts: [] }))).toBe("parts is not valid");
    const counted = "parts do not count as many tests as there are";
    expect(why((one) => Object.assign(one, { tests: { a: { outcome: "passed", duration_s: 1 } } }))).toBe(
      counted,
    );
    const third = { outcome: "passed", duration_s: 1, part: 3 };
    expect(
      why((one) => Object.assign(one, { tests: { a: { outcome: "passed", duration_s: 1 }, b: third } })),
    ).toBe(counted);
    expect(
      why((one) => Object.assign(one, { tests: { a: { outcome: "passed", duration_s: 1, again: true } } })),
    ).toBe("tests.a.part is not valid");
  });

  it("is refused where a part was cut short in no known way, or none was the last", () => {
    const [first, second] = JSON.parse(TEXT).parts;
    for (const parts of [
      [{ ...first, cut_short: "bored" }, second],
      [{ ...first, cut_short: undefined }, second],
      [first, { ...second, cut_short: "killed" }],
    ])
      expect(why((one) => Object.assign(one, { parts }))).toMatch(/^parts\[[01]\]\.cut_short is not valid$/);
  });

  it("is refused where its parts are of another time than the run", () => {
    const [first, second] = JSON.parse(TEXT).parts;
    const elsewhere = { started: "2026-02-12T00:00:00Z", ended: "2026-02-12T00:00:00Z" };
    for (const parts of [
      [{ ...first, ...elsewhere }, second],
      [first, { ...second, ...elsewhere }],
    ])
      expect(why((one) => Object.assign(one, { parts }))).toBe("parts do not begin and end with the run");
  });

  it.each(["died", "service-failed"])("is refused where a test passed at once whose part %s", (cut_short) => {
    const [first, second] = JSON.parse(TEXT).parts;
    const change = (one: Record<string, unknown>) =>
      Object.assign(one, { parts: [{ ...first, cut_short }, second] });
    expect(why(change)).toBe("tests.b has passed, and a part of the run had died under it");
  });

  it("is told in one line", () => {
    const { resumed } = recordedFacts(MANIFEST);
    expect(resumed === undefined ? "" : resumedText(resumed)).toBe(
      "resumed once: 1 of 3 tests from 14:22, 2 from 15:03 UTC; 1 had been running and was run again",
    );
    const parts = [
      ...PARTS.slice(0, 1),
      part("2026-02-13T23:59:00Z", 0, "timed-out"),
      part("2026-02-14T00:10:00Z", 2),
    ];
    expect(resumedText({ parts, again: 0 })).toBe(
      "resumed twice: 1 of 3 tests from 14:22, 0 from 23:59, 2 from 2026-02-14 00:10 UTC",
    );
  });
});
