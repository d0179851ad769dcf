import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ASCII, BLOCKS } from "../../../../src/render/dashboard/bars.ts";
import { widthOf } from "../../../../src/render/dashboard/display-width.ts";
import { layout } from "../../../../src/render/dashboard/layout.ts";
import { DashboardState } from "../../../../src/render/dashboard/state.ts";
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

function stateOf(...happenings: readonly Happening[]): DashboardState {
  const state = new DashboardState();
  for (const happening of happenings) state.take(happening);
  return state;
}

function drawn(
  state: DashboardState,
  { columns = 80, rows = 24, output = [] as readonly string[], glyphs = BLOCKS } = {},
): readonly string[] {
  const lines = layout({ state, now: secondsIn(60), output }, { columns, rows }, glyphs);
  return lines.map((line) => line.map(({ text }) => text).join(""));
}

const [a, b, c] = [liveTest("test_a"), liveTest("test_b"), liveTest("test_c", "stt")];

describe("the layout of a screen", () => {
  it("estimates what remains by the last run, and by this one the more the further it is", () => {
    const begun = stateOf(runStarted(240_000), planned(a, b));
    expect(drawn(begun)).toContain("time         1:00, about 3:00 left (last run 4:00)");
    const half = stateOf(runStarted(240_000), planned(a, b), began(a), ended(a));
    expect(drawn(half)).toContain("time         1:00, about 2:00 left (last run 4:00)");
    expect(drawn(stateOf(runStarted(), planned(a, b)))).toContain("time         1:00");
  });

  it("estimates what remains of a resumed run by what it has done since", () => {
    const d = liveTest("test_d");
    const before = ended(a);
    const resumed = stateOf(
      runStarted(240_000),
      planned(a, b, c, d),
      { ...before, at: secondsIn(-600) },
      began(b),
      ended(b),
    );
    // three quarters of the last run's four minutes, and a third of them done in one
    expect(drawn(resumed)).toContain("time         1:00, about 2:00 left (last run 4:00)");
    const atOnce = stateOf(runStarted(), planned(a, b), { ...before, at: secondsIn(-600) });
    expect(drawn(atOnce)).toContain("now          starting: pytest");
  });

  it("tells a domain from the rows that are always there", () => {
    const d = liveTest("test_d", "tests");
    const lines = drawn(stateOf(runStarted(), planned(a, d), began(a), ended(a), began(d), ended(d)));
    expect(lines.find((line) => line.endsWith(" 1/1 100 %"))).toMatch(/^in tests /);
    expect(lines.filter((line) => line.startsWith("tests "))).toEqual(["tests        2 passed"]);
  });

  it("says what is being done: a test, a model that loads, what is waited for", () => {
    const now = (...happenings: readonly Happening[]) =>
      drawn(stateOf(runStarted(), ...happenings)).find((line) => line.startsWith("now"));
    expect(now()).toBe("now          starting: pytest");
    expect(now(service("ollama", { state: "starting", model: "qwen2.5" }))).toBe(
      "now          loading model qwen2.5",
    );
    expect(
      now({ kind: "note", at: secondsIn(0), level: "INFO", text: "waiting for GPU 0, held by Ann" }),
    ).toBe("now          waiting for GPU 0, held by Ann");
    expect(now(planned(a, b), began(a, secondsIn(10)), began(b, secondsIn(20)))).toBe(
      "now          running test_a and 1 more (0:50)",
    );
  });

  it("draws a bar for the domain where there are several", () => {
    const one = drawn(stateOf(runStarted(), planned(a, b), began(a)), { glyphs: ASCII });
    expect(one.filter((line) => /[#-]{10}/.test(line))).toHaveLength(1);
    const two = drawn(stateOf(runStarted(), planned(a, b, c), began(c), ended(c)), { glyphs: ASCII });
    expect(two).toContainEqual(expect.stringMatching(/^all +#{18}-{38} 1\/3 {2}33 %$/));
    expect(two).toContainEqual(expect.stringMatching(/^stt +#{56} 1\/1 100 %$/));
  });

  it("goes by the last run where the runner announces nothing, and says so", () => {
    const drawnAt = (...happenings: readonly Happening[]) => drawn(stateOf(...happenings), { glyphs: ASCII });
    const all = (lines: readonly string[]) => lines.find((line) => line.startsWith("all"));
    expect(all(drawnAt(runStarted(60_000, 4), began(a), ended(a)))).toMatch(
      /^all +#{13}-{42} 1\/~4 {2}25 %$/,
    );
    expect(all(drawnAt(runStarted(), began(a), ended(a)))).toBe("all          1 so far");
    const more = drawnAt(runStarted(60_000, 1), ended(a), ended(b), began(c), ended(c));
    expect(all(more)).toBe("all          3 so far");
    expect(more).toContain("now          between two tests");
    const end = { kind: "run-ended", at: secondsIn(60), reason: null } as const;
    expect(all(drawnAt(runStarted(), ended(a), { ...end, verdict: "passed" }))).toMatch(/ 1\/1 100 %$/);
    expect(all(drawnAt(runStarted(), ended(a), { ...end, verdict: "interrupted" }))).toBe("all          1");
  });

  it("shows what died before what is well, and counts what has no room", () => {
    const services = ["one", "two", "three", "four"].map((name) => service(name, {}));
    const state = stateOf(runStarted(), ...services, service("two", { state: "died", port: 8000 }));
    expect(drawn(state, { columns: 60, rows: 10 })).toContain("service      died     two on port 8000");
    expect(drawn(state, { columns: 60, rows: 7 }).filter((line) => line.startsWith("service"))).toEqual([
      "service      +3 died     two on port 8000",
    ]);
  });

  it("says of a failure what went wrong, below the source that pytest shows first", () => {
    const message =
      "def test_a():\n>       assert 1 == 2\nE       assert 1 == 2\n\ntest.py:2: AssertionError";
    expect(drawn(stateOf(runStarted(), planned(a), ended(a, "failed", message)))).toContain(
      "failed       tests/llm/test.py::test_a: assert 1 == 2",
    );
  });

  it("shows the suite's output where it tells nothing of its tests", () => {
    expect(drawn(stateOf(runStarted()), { rows: 10, output: ["collecting ..."] })).toContain(
      "output       collecting ...",
    );
  });

  it("fits every window, whatever it shows", () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 100 }), fc.string({ unit: "grapheme" }));
    const happening = fc.oneof(
      text.map((name) => ended(liveTest(name, name), "failed", name)),
      text.map((name) => began(liveTest(name))),
      text.map((name) => service(name, { model: name })),
      fc
        .nat(20)
        .map((index) => gpu({ index, temperature: null, memoryTotalMiB: index === 0 ? null : 24564 })),
    );
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 250 }),
      rows: fc.integer({ min: 2, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 15 }), text, size, (happenings, said, window) => {
        const lines = drawn(stateOf(runStarted(1000), ...happenings), { ...window, output: [said] });
        expect(lines.length).toBeLessThan(window.rows);
        for (const line of lines) {
          expect(widthOf(line)).toBeLessThan(Math.max(2, window.columns));
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});
