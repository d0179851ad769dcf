import { describe, expect, it } from "vitest";
import { DashboardState } from "../../../../src/render/dashboard/state.ts";
import { began, ended, gpu, liveTest, planned, runStarted, secondsIn } from "../../../rig/live-happenings.ts";

describe("what a screen keeps of a run", () => {
  it("does not grow with the tests", () => {
    const state = new DashboardState();
    state.take(runStarted());
    for (let index = 0; index < 100_000; index += 1) {
      const test = liveTest(`test_${index}`, `domain_${index % 7}`);
      state.take(planned(test));
      state.take(began(test));
      if (index % 2 === 0) state.take(ended(test, "failed", "assert 1 == 2"));
      if (index % 100 === 0) state.take(gpu({ memoryUsedMiB: index % 20_000 }));
    }
    expect(state.whole).toEqual({ planned: 100_000, ended: 50_000 });
    expect(state.failed).toBe(50_000);
    expect(state.gpus.get(0)?.peakMemoryMiB).toBe(19_900);
    const kept = [state.running, state.domains, state.gpus, state.outcomes].map(({ size }) => size);
    const history = state.gpus.get(0)?.utilisation.length ?? 0;
    expect(Math.max(...kept, history, state.log.length, state.failures.length)).toBeLessThanOrEqual(1000);
  });

  it("knows the domain of what happened last", () => {
    const state = new DashboardState();
    state.take(planned(liveTest("a"), liveTest("b", "stt")));
    state.take(began(liveTest("b", "stt")));
    expect(state.domain).toBe("stt");
    expect(state.domains.get("stt")).toEqual({ planned: 1, ended: 0 });
  });

  it("shows no test as running that was cut short with an earlier part of the session", () => {
    const state = new DashboardState();
    state.take(runStarted());
    state.take(planned(liveTest("a")));
    state.take(began(liveTest("a"), secondsIn(-20)));
    expect([...state.running.keys()]).toEqual([]);
    state.take(began(liveTest("a"), secondsIn(2)));
    expect(state.running.get(liveTest("a").id)?.since).toEqual(secondsIn(2));
  });
});
