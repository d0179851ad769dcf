import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { readEvents } from "../../../src/suite/events.ts";
import type { SuiteResults } from "../../../src/suite/results.ts";
import type { Interruption } from "../../../src/suite/test-record.ts";

type Fields = Readonly<Record<string, unknown>>;

const hello = (version = "9.0"): Fields => ({
  type: "hello",
  role: "main",
  runner: { name: "pytest", version },
  pid: 1,
});
const plan = (...ids: readonly string[]): Fields => ({
  type: "plan",
  tests: ids.map((id) => ({ id, name: id, file: null })),
});
const start = (id: string): Fields => ({ type: "test-start", id, name: id, file: null });
const end = (id: string, outcome = "passed"): Fields => ({
  type: "test-end",
  id,
  outcome,
  duration: 0.5,
  message: null,
  properties: {},
});
const log = (id: string | null, text: string): Fields => ({ type: "log", id, name: "session.log", text });
const over = (tests: number): Fields => ({ type: "end", tests });

function lines(events: readonly Fields[]): string {
  return events
    .map((event, seq) => `${JSON.stringify({ v: 1, seq, time: "2026-02-13T14:27:00.000Z", ...event })}\n`)
    .join("");
}

/** Reads parts, each cut off after so many characters; the last one is whole. */
async function readParts(
  parts: readonly { readonly events: readonly Fields[]; readonly length?: number }[],
  how: Interruption = "stopped",
): Promise<SuiteResults | null> {
  const directory = mkdtempSync(join(tmpdir(), "gate-resumed-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const places = parts.map(({ events, length }, index) => {
    const place = join(directory, String(index));
    for (const name of ["events", "artifacts"]) mkdirSync(join(place, name), { recursive: true });
    writeFileSync(join(place, "artifacts/answer.log"), `part ${index + 1}\n`);
    writeFileSync(join(place, "events/1-a.ndjson"), lines(events).slice(0, length));
    return { eventsDirectory: join(place, "events"), artifactsDirectory: join(place, "artifacts") };
  });
  const last = places.at(-1);
  if (last === undefined) throw new Error("there is no part");
  const earlier = places.slice(0, -1).map((place) => ({ ...place, how }));
  return (await readEvents({ ...last, logsDirectory: join(directory, "logs"), earlier })).results;
}

const texts = (results: SuiteResults | null, id: string) =>
  results?.tests.find((test) => test.id === id)?.logs.map(({ path }) => readFileSync(path, "utf8"));

const FIRST = [
  hello(),
  plan("a", "b", "c"),
  start("a"),
  log("a", "first\n"),
  end("a"),
  start("b"),
  log("b", "cut\n"),
];
const SECOND = [
  hello(),
  plan("b", "c"),
  start("b"),
  log("b", "again\n"),
  end("b"),
  start("c"),
  end("c"),
  over(2),
];

describe("the events of a run that was resumed", () => {
  it("are one run: what had ended, and the rest anew", async () => {
    const results = await readParts([{ events: FIRST }, { events: SECOND }]);
    expect(results).toMatchObject({ complete: true, doubts: [] });
    expect(results?.tests).toMatchObject([
      { id: "a", outcome: "passed" },
      { id: "b", outcome: "passed", resumed: { part: 2, again: true } },
      { id: "c", outcome: "passed", resumed: { part: 2, again: false } },
    ]);
    expect(results?.tests[0]).not.toHaveProperty("resumed");
    expect([texts(results, "a"), texts(results, "b")]).toEqual([["first\n"], ["again\n"]]);
  });

  it("have a test fail on retry under which the suite died, and keep one that failed", async () => {
    const failed = [...FIRST.slice(0, 4), end("a", "failed"), ...FIRST.slice(5)];
    const results = await readParts([{ events: failed }, { events: SECOND }], "crashed");
    expect(results?.tests.map(({ outcome }) => outcome)).toEqual(["failed", "flaky", "passed"]);
  });

  it("find the artifacts of each part where that put them", async () => {
    const artifact = (id: string) => ({ type: "artifact", id, path: "answer.log", name: "answer.log" });
    const results = await readParts([
      { events: [hello(), plan("a", "b"), start("a"), artifact("a"), end("a")] },
      { events: [hello(), start("b"), artifact("b"), end("b"), over(1)] },
    ]);
    expect([texts(results, "a"), texts(results, "b")]).toEqual([["part 1\n"], ["part 2\n"]]);
  });

  it("miss what ended in no part, and break off where the last part does", async () => {
    const results = await readParts([{ events: FIRST }, { events: SECOND.slice(0, 5) }]);
    expect(results).toMatchObject({
      complete: false,
      doubts: ["pytest stopped before it had told its end."],
    });
    expect(results?.tests.at(-1)).toMatchObject({ id: "c", outcome: null });
  });

  it("break off where nobody told anything in the last part", async () => {
    expect(await readParts([{ events: FIRST }, { events: [] }])).toMatchObject({ complete: false });
  });

  it("are doubted where one was lost, or the runner was replaced", async () => {
    const lost = FIRST.map((event, index) => (index === 3 ? { ...event, seq: 9 } : event));
    expect((await readParts([{ events: lost }, { events: SECOND }]))?.doubts[0]).toContain(
      "events were lost",
    );
    const newer = [hello("9.1"), ...SECOND.slice(1)];
    expect((await readParts([{ events: FIRST }, { events: newer }]))?.doubts).toEqual([
      "Parts of the run had different versions of pytest, 9.0 and 9.1.",
    ]);
  });

  it("are whole wherever the first part breaks off", async () => {
    const whole = lines(FIRST).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole }), async (length) => {
        const results = await readParts([
          { events: FIRST, length },
          // what had ended is left out, as a reporter does
          { events: lines(FIRST).slice(0, length).includes('"test-end"') ? SECOND : ALL },
        ]);
        const ended = lines(FIRST).slice(0, length);
        // an end that was cut off in its middle is none
        const isClear = !ended.includes('"test-end"') || ended.includes('"properties":{}}');
        if (!isClear) return;
        expect(results?.doubts).toEqual([]);
        expect(results?.tests.map(({ id, outcome }) => [id, outcome])).toEqual([
          ["a", "passed"],
          ["b", "passed"],
          ["c", "passed"],
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

const ALL = [hello(), plan("a", "b", "c"), ...["a", "b", "c"].flatMap((id) => [start(id), end(id)]), over(3)];
