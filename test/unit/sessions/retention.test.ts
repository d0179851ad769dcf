import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dispensable, type KeptSession } from "../../../src/sessions/retention.ts";

const sessions = fc
  .array(
    fc.record({
      bytes: fc.nat(1000),
      ending: fc.constantFrom<KeptSession["ending"]>("good", "unrecorded", "unfinished", "bad", "running"),
    }),
  )
  .map((list) => list.map((one, index) => ({ ...one, name: `RUN_${index}` })));
const limits = fc.record({ count: fc.nat(10), bytes: fc.nat(3000) });

describe("which sessions are taken away", () => {
  it("are the oldest, until the rest is few and small enough", () => {
    const kept = ["a", "b", "c", "d"].map((name) => ({ name, bytes: 10, ending: "good" as const }));
    expect(dispensable(kept, { count: 4, bytes: 40 })).toEqual([]);
    expect(dispensable(kept, { count: 2, bytes: 40 })).toEqual(["a", "b"]);
    expect(dispensable(kept, { count: 4, bytes: 25 })).toEqual(["a", "b"]);
  });

  it("are never the one that was just made, wherever a clock has put it", () => {
    const kept = ["a", "b", "c"].map((name) => ({ name, bytes: 10, ending: "good" as const }));
    expect(dispensable(kept, { count: 1, bytes: 40 }, "a")).toEqual(["b"]);
  });

  it("are never the last good one, the last failed one, the last without its evidence, or one that runs", () => {
    fc.assert(
      fc.property(sessions, limits, (list, most) => {
        const taken = new Set(dispensable(list, most));
        const last = (ending: string) => list.findLast((one) => one.ending === ending)?.name ?? "";
        expect(taken.has(last("good"))).toBe(false);
        expect(taken.has(last("bad"))).toBe(false);
        expect(taken.has(last("unrecorded"))).toBe(false);
        expect(taken.has(last("unfinished"))).toBe(false);
        expect(list.filter((one) => one.ending === "running" && taken.has(one.name))).toEqual([]);
      }),
    );
  });

  it("are no more than it takes, and as many where any may go", () => {
    fc.assert(
      fc.property(sessions, limits, (list, most) => {
        const taken = dispensable(list, most);
        const fits = (names: readonly string[]) => {
          const left = list.filter((one) => !names.includes(one.name));
          return left.length <= most.count && left.reduce((sum, one) => sum + one.bytes, 0) <= most.bytes;
        };
        if (taken.length > 0) expect(fits(taken.slice(0, -1))).toBe(false);
        const endings = new Set(list.map(({ ending }) => ending).filter((ending) => ending !== "running"));
        const may = list.filter((one) => one.ending !== "running").length - endings.size;
        expect(fits(taken) || taken.length === may).toBe(true);
      }),
    );
  });
});
