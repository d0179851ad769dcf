import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Device } from "../../../src/suite/gpu-devices.ts";
import { type Claim, type Share, sharesFor, turnOf, type Wanted } from "../../../src/suite/gpu-turns.ts";

const MEMORY = [24_576, 81_920, null];

function device(index: number): Device {
  const memoryMiB = MEMORY[index] ?? null;
  const uuid = `GPU-${index}`;
  const gpu = { index, name: "GPU", driver: "550", memoryMiB, uuid };
  return { key: uuid, label: `GPU ${index}`, gpu, variable: String(index) };
}

function wanting(indexes: readonly number[], memoryMiB: number | null): Wanted {
  return { devices: indexes.map(device), which: memoryMiB === null ? "each" : "one", memoryMiB };
}

function claim(id: string, ticket: number | null, shares: readonly Share[] | null, keys = ["GPU-0"]): Claim {
  return { id, keys, ticket, shares };
}

const ME = { id: "me", ticket: 5 };

describe("whose turn it is", () => {
  it("is anybody's where nobody else is", () => {
    expect(turnOf(ME, wanting([0], null), [claim("me", 5, null)])).toEqual({
      kind: "go",
      shares: [{ key: "GPU-0", memoryMiB: null }],
    });
  });

  it.each([
    ["an earlier one waits", claim("a", 4, null), false],
    ["one with the same number and an earlier name waits", claim("a", 5, null), false],
    ["one is drawing a number", claim("z", null, null), false],
    ["a later one waits", claim("a", 6, null), true],
    ["one with the same number and a later name waits", claim("z", 5, null), true],
    ["an earlier one waits for another GPU", claim("a", 4, null, ["GPU-1"]), true],
    ["there is room beside the holder", claim("a", 4, [{ key: "GPU-0", memoryMiB: 12_288 }]), true],
    ["there is no room", claim("a", 4, [{ key: "GPU-0", memoryMiB: 12_289 }]), false],
    ["a holder has all of it", claim("a", 4, [{ key: "GPU-0", memoryMiB: null }]), false],
  ])("where %s", (_, other, goes) => {
    const turn = turnOf(ME, wanting([0], 12_288), [claim("me", 5, null), other]);
    expect(turn.kind === "go").toBe(goes);
  });

  it("says who is in the way", () => {
    const holder = claim("h", 1, [{ key: "GPU-0", memoryMiB: null }]);
    const before = claim("b", 2, null);
    expect(turnOf(ME, wanting([0], null), [holder, before, claim("z", 9, null)])).toEqual({
      kind: "wait",
      holders: [holder],
      before: [before],
    });
  });
});

describe("what a run gets", () => {
  it("is every GPU that it sees, where it does not say how much it needs", () => {
    expect(sharesFor(wanting([0, 1], null), [])).toEqual([
      { key: "GPU-0", memoryMiB: null },
      { key: "GPU-1", memoryMiB: null },
    ]);
    expect(sharesFor(wanting([0, 1], null), [{ key: "GPU-1", memoryMiB: 1 }])).toBeNull();
  });

  it("is a part of the first that has room", () => {
    const taken = [{ key: "GPU-0", memoryMiB: 20_000 }];
    expect(sharesFor(wanting([0, 1], 10_000), taken)).toEqual([{ key: "GPU-1", memoryMiB: 10_000 }]);
  });

  it("is all of one that does not say how large it is", () => {
    expect(sharesFor(wanting([2], 10_000), [])).toEqual([{ key: "GPU-2", memoryMiB: null }]);
    expect(sharesFor(wanting([2], 10_000), [{ key: "GPU-2", memoryMiB: null }])).toBeNull();
  });

  it("is a part of each, where it cannot be led to one", () => {
    const each: Wanted = { ...wanting([0, 1], 10_000), which: "each" };
    expect(sharesFor(each, [])).toHaveLength(2);
    expect(sharesFor(each, [{ key: "GPU-0", memoryMiB: 20_000 }])).toBeNull();
  });

  it("is nothing of one that is smaller", () => {
    expect(sharesFor(wanting([0], 24_577), [])).toBeNull();
  });
});

interface Run {
  readonly wanted: Wanted;
  readonly claim: Claim;
}

const runs = fc.array(
  fc
    .record({
      indexes: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }),
      memoryMiB: fc.option(fc.integer({ min: 1, max: 24_576 })),
    })
    .map(({ indexes, memoryMiB }) => wanting(indexes, memoryMiB)),
  { maxLength: 12 },
);

describe("runs that come and go in any order", () => {
  it("never have more than there is, and all have their turn", () => {
    fc.assert(
      fc.property(runs, fc.infiniteStream(fc.nat()), (wanted, choices) => {
        let there: readonly Run[] = wanted.map((one, index) => ({
          wanted: one,
          claim: claim(
            String(index),
            index + 1,
            null,
            one.devices.map(({ key }) => key),
          ),
        }));
        for (let idle = 0; there.length > 0; ) {
          const at = (choices.next().value ?? 0) % there.length;
          const after = step(there, at);
          expect(isWithinMemory(after)).toBe(true);
          idle = after === there ? idle + 1 : 0;
          there = idle > there.length * 20 ? lookAll(there) : after;
        }
      }),
    );
  });
});

/** One of them looks, or leaves with what it has. */
function step(there: readonly Run[], at: number): readonly Run[] {
  const run = there[at];
  if (run === undefined) return there;
  if (run.claim.shares !== null) return there.filter((one) => one !== run);
  const mine = { id: run.claim.id, ticket: run.claim.ticket ?? 0 };
  const turn = turnOf(
    mine,
    run.wanted,
    there.map((one) => one.claim),
  );
  if (turn.kind === "wait") return there;
  const holding = { ...run, claim: { ...run.claim, shares: turn.shares } };
  return there.map((one) => (one === run ? holding : one));
}

/** Somebody has to be able to go on. */
function lookAll(there: readonly Run[]): readonly Run[] {
  const moved = there.map((_, at) => step(there, at)).find((after) => after !== there);
  if (moved === undefined) throw new Error("everybody waits for somebody");
  return moved;
}

function isWithinMemory(there: readonly Run[]): boolean {
  return [0, 1, 2].map(device).every(({ key, gpu }) => {
    const parts = there.flatMap(({ claim: { shares } }) => shares ?? []).filter((one) => one.key === key);
    if (parts.some(({ memoryMiB }) => memoryMiB === null)) return parts.length === 1;
    return parts.reduce((sum, { memoryMiB }) => sum + (memoryMiB ?? 0), 0) <= (gpu?.memoryMiB ?? 0);
  });
}
