import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Recorded } from "../../../src/evidence/recorded.ts";
import { EntriesDigest } from "../../../src/fingerprint/fingerprint.ts";
import { stalenessOf } from "../../../src/judgement/judge.ts";
import { problem } from "../../../src/problem.ts";
import type { Manifest } from "../../../src/reports/manifest.ts";
import type { Verdict } from "../../../src/suite/results.ts";

const INPUTS = new EntriesDigest("sha1", { run: "npm test" }, createHash("sha256")).end();
const OTHER = new EntriesDigest("sha1", { run: "npm run other" }, createHash("sha256")).end();

function manifest(verdict: Verdict): Manifest {
  return {
    suite: "model-tests",
    fingerprint: INPUTS.fingerprint,
    inputs: { files: 1, ignored: [] },
    verdict,
    tests: new Map(),
    deselected: 0,
    run: {
      started: "2026-02-13T14:27:22Z",
      ended: "2026-02-13T14:29:35Z",
      duration: 133,
      command: "npm test",
    },
    machine: { os: "Linux", cpus: 2, memoryBytes: 1024, node: "v20.20.2", gpus: [] },
    environment: null,
    reads: null,
    runner: { name: "node:test", version: "20.20.2" },
    recordedBy: { name: "Ann" },
    sessions: { earlier: 0, verdicts: new Map() },
    reports: new Map(),
  };
}

const WHOLE: Recorded = {
  hash: INPUTS.fingerprint,
  manifest: manifest("passed"),
  signed: false,
  problems: [],
};
const DISAGREES = problem("tampered-report", "a report is not what the run recorded.");

describe("evidence in a tree", () => {
  it.each<readonly [string, Partial<Recorded>, ReturnType<typeof stalenessOf>]>([
    ["is fresh where everything agrees", {}, null],
    ["is missing where there is nothing", { hash: null, manifest: null }, "missing"],
    ["is outdated where the hash is another", { hash: OTHER.fingerprint }, "outdated"],
    [
      "is outdated, whatever else is wrong with it",
      { hash: OTHER.fingerprint, manifest: null, problems: [DISAGREES] },
      "outdated",
    ],
    ["is broken where only the hash is right", { manifest: null }, "broken"],
    ["is broken without a hash", { hash: null, problems: [DISAGREES] }, "broken"],
    [
      "is broken where the hash is no hash and there is no manifest",
      { hash: null, manifest: null, problems: [DISAGREES] },
      "broken",
    ],
    ["is broken where anything disagrees", { problems: [DISAGREES] }, "broken"],
  ])("%s", (_what, changes, staleness) => {
    expect(stalenessOf(INPUTS, { ...WHOLE, ...changes })).toBe(staleness);
  });

  it.each<Verdict>(["failed", "incomplete", "timed-out", "out-of-memory", "interrupted", "no-tests"])(
    "is not accepted where the verdict is %s",
    (verdict) => {
      expect(stalenessOf(INPUTS, { ...WHOLE, manifest: manifest(verdict) })).toBe("not-accepted");
    },
  );
});
