import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { PlainLines } from "../../../../src/render/dashboard/plain-lines.ts";
import type { Happening } from "../../../../src/sessions/happening.ts";
import {
  began,
  ended,
  gpu,
  liveTest,
  planned,
  runStarted,
  secondsIn,
  service,
} from "../../../rig/live-happenings.ts";

function told(happenings: readonly Happening[], { report = false } = {}): readonly string[] {
  const said: string[] = [];
  const suiteOutput = new PassThrough();
  const lines = new PlainLines({ suiteOutput, say: (text) => said.push(text), now: () => secondsIn(90) });
  for (const happening of happenings) lines.take(happening);
  if (report) lines.report();
  lines.finish();
  return said;
}

const INTRODUCTION =
  "gate  model-tests: session RUN_20260213_142722 on Linux 6.1 x86_64, 16 CPUs, 64.0 GiB, RTX 4090 (24.0 GiB).";
const [a, b, c] = [liveTest("test_a"), liveTest("test_b"), liveTest("test_c", "stt")];

describe("a run in lines", () => {
  it("has nothing to say of a short one that goes well", () => {
    expect(told([runStarted(), planned(a), began(a), ended(a)])).toEqual([]);
  });

  it("cuts a message that nobody would read to its end", () => {
    const said = told([runStarted(), ended(a, "failed", "x".repeat(1_000_000))]).at(-1) ?? "";
    expect(said).toMatch(/FAILED \(Duration: 0\.5s\): x+…$/);
    expect(said.length).toBeLessThan(2100);
  });

  it("counts one test as one", () => {
    expect(told([runStarted(), ended(a)], { report: true }).at(-1)).toContain(" 1 test so far; ");
    expect(told([runStarted(), ended(a), ended(b)], { report: true }).at(-1)).toContain(" 2 tests so far; ");
  });

  it("tells of services and failures as they come", () => {
    expect(
      told([
        runStarted(),
        service("ollama", { port: 11434 }),
        planned(a),
        ended(a, "failed", "assert 1\nmore"),
      ]),
    ).toEqual([
      INTRODUCTION,
      "gate  model-tests: Service ollama on port 11434: ready",
      "gate  model-tests: Scenario tests/llm/test.py::test_a: FAILED (Duration: 0.5s): assert 1",
    ]);
  });

  it("says from time to time what a screen shows all the time", () => {
    const happenings = [
      runStarted(180_000),
      service("ollama", {}),
      gpu(),
      planned(a, b, c),
      ended(a, "failed"),
      began(c, secondsIn(88)),
    ];
    expect(told(happenings, { report: true }).at(-1)).toBe(
      "gate  model-tests: 1 of 3 tests (33 %); 1 failed; 1:30, about 2:00 left (last run 3:00); stt 0 of 1; " +
        "running test_c (0:02); ollama ready; GPU 0 78 %, 11.2/24.0 GiB VRAM",
    );
  });

  it("names fifty failures and counts the others", () => {
    const failures = Array.from({ length: 60 }, (_, index) => ended(liveTest(`test_${index}`), "failed"));
    const said = told([runStarted(), ...failures], { report: true });
    expect(said.filter((line) => line.includes("FAILED"))).toHaveLength(50);
    expect(said.at(-1)).toContain("60 failed");
  });
});
