import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Doubts } from "../../../src/suite/doubts.ts";
import { decodeEvent } from "../../../src/suite/event-decoding.ts";
import { ObservationCollection } from "../../../src/suite/observations.ts";

type Fields = Readonly<Record<string, unknown>>;

const line = (fields: Fields) =>
  JSON.stringify({ v: 1, seq: 1, time: "2026-02-13T14:27:00.000Z", id: null, ...fields });

const environment = (fields: Fields = {}) => ({
  type: "environment",
  language: "CPython 3.11.7",
  distributions: {},
  accelerators: {},
  ...fields,
});

/** As the events of a run come, one after the other. */
function collected(events: readonly Fields[], mostKept?: number) {
  const doubts = new Doubts();
  const collection = new ObservationCollection(doubts, mostKept);
  for (const fields of events) {
    const decoded = decodeEvent(line(fields));
    if (decoded.kind !== "event") throw new Error(`no event: ${JSON.stringify(fields)}`);
    const { event } = decoded;
    if (
      event.type === "reads" ||
      event.type === "uses" ||
      event.type === "environment" ||
      event.type === "modules"
    ) {
      collection.take(event);
    }
  }
  return { ...collection.finish(), doubts: doubts.list() };
}

describe("an event with what nothing can hold", () => {
  it.each<[string, Fields]>([
    ["a NUL in a file that was read", { type: "reads", paths: ["a\0b"] }],
    ["a NUL in a file that uses others", { type: "uses", file: "a\0b", paths: [] }],
    ["a NUL in a module's file", { type: "modules", modules: [{ name: "app", path: "/x\0.so" }] }],
    ["a distribution on two lines", environment({ distributions: { torch: "2\n5" } })],
    ["a distribution's name on two lines", environment({ distributions: { "to\u2028rch": "2" } })],
    ["a language that steers a terminal", environment({ language: "\u001b[31mCPython" })],
    [
      "a runner on two lines",
      { type: "hello", role: "main", pid: 1, runner: { name: "a\nb", version: "1" } },
    ],
  ])("is none: %s", (_, fields) => {
    expect(decodeEvent(line(fields))).toEqual({ kind: "malformed" });
  });
});

describe("the environment of a run", () => {
  it("is what all its runners say together", () => {
    const { environment: found, doubts } = collected([
      environment({ distributions: { pytest: "9.0" }, accelerators: { torch: "2.5" } }),
      environment({ distributions: { pytest: "9.0", app: "1.0" } }),
    ]);
    expect(found?.language).toBe("CPython 3.11.7");
    expect([...(found?.distributions ?? [])]).toEqual([
      ["pytest", "9.0"],
      ["app", "1.0"],
    ]);
    expect([...(found?.accelerators ?? [])]).toEqual([["torch", "2.5"]]);
    expect(doubts).toEqual([]);
  });

  it("is doubted where they disagree", () => {
    const { doubts } = collected([
      environment({ distributions: { torch: "2.5" } }),
      environment({ language: "CPython 3.12.1", distributions: { torch: "2.6" } }),
    ]);
    expect(doubts).toEqual([
      'Parts of the run had different versions of the language, "CPython 3.11.7" and "CPython 3.12.1": make a suite of each.',
      'Parts of the run had different versions of "torch", "2.5" and "2.6": make a suite of each.',
    ]);
  });

  it("has no more than 5000 versions", () => {
    const distributions = Object.fromEntries(
      Array.from({ length: 5001 }, (_, index) => [`package-${index}`, "1"]),
    );
    const { environment: found, doubts } = collected([environment({ distributions })]);
    expect(found?.distributions.size).toBe(5000);
    expect(doubts).toEqual(["The run reported more than 5000 versions; the rest is left out."]);
  });
});

describe("what a run reports to have read", () => {
  const TOO_MUCH = "The run reported more of what it read than gate keeps (512 MiB); the rest is left out.";
  const many = Array.from({ length: 100 }, (_, index) => `${index}`);

  it.each<[string, readonly Fields[]]>([
    ["files of the suite", [{ type: "reads", paths: many }]],
    ["tests", many.map((id) => ({ type: "reads", id, paths: [] }))],
    ["files that use nothing", many.map((file) => ({ type: "uses", file, paths: [] }))],
    ["files accompanied by nothing", many.map((file) => ({ type: "uses", file, paths: [], follow: false }))],
    ["modules", [{ type: "modules", modules: many.map((name) => ({ name, path: "/x" })) }]],
  ])("is bounded: %s", (_, events) => {
    expect(collected(events).doubts).toEqual([]);
    const { doubts, byTest, bySuite, uses, accompanied, modules } = collected(events, 2000);
    expect(doubts).toEqual([TOO_MUCH]);
    const kept = byTest.size + bySuite.size + uses.size + accompanied.size + modules.length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(40);
  });

  it("costs nothing when it is said again", () => {
    const times = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(times, (count) => {
        const events = Array.from({ length: count }, () => ({ type: "reads", paths: ["a", "b"] }));
        expect(collected(events, 200)).toMatchObject({ bySuite: new Set(["a", "b"]), doubts: [] });
      }),
    );
  });

  it("lies below the top level", () => {
    const { bySuite, doubts } = collected([{ type: "reads", paths: ["../x", "/etc/passwd", "a//b", "ok"] }]);
    expect([...bySuite]).toEqual(["ok"]);
    expect(doubts).toHaveLength(3);
  });
});
