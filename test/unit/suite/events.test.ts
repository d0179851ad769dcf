import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvents } from "../../../src/suite/events.ts";
import type { SuiteResults } from "../../../src/suite/results.ts";

let directory: string;
let eventsDirectory: string;
let artifactsDirectory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gate-events-"));
  eventsDirectory = join(directory, "events");
  artifactsDirectory = join(directory, "artifacts");
  await mkdir(eventsDirectory);
  await mkdir(artifactsDirectory);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

type Fields = Readonly<Record<string, unknown>>;

const hello = (role: "main" | "helper" = "main"): Fields => ({
  type: "hello",
  role,
  runner: { name: "pytest", version: "9.0" },
  pid: 1,
});
const start = (id: string): Fields => ({ type: "test-start", id, name: id, file: null });
const end = (id: string, outcome = "passed", more: Fields = {}): Fields => ({
  type: "test-end",
  id,
  outcome,
  duration: 0.5,
  message: null,
  properties: {},
  ...more,
});
const finish = (tests: number): Fields => ({ type: "end", tests });

/** Events as a well-behaved writer numbers them. */
function lines(events: readonly Fields[]): string {
  return events
    .map(
      (event, seq) =>
        `${JSON.stringify({ v: 1, seq, time: `2026-02-13T14:27:0${seq % 10}.000Z`, ...event })}\n`,
    )
    .join("");
}

async function write(name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(eventsDirectory, `${name}.ndjson`), content);
}

function read() {
  return readEvents({ eventsDirectory, artifactsDirectory, logsDirectory: join(directory, "logs") });
}

async function results(): Promise<SuiteResults> {
  const { results: found } = await read();
  if (found === null) throw new Error("there are no results");
  return found;
}

/** What is found in one main file with these events. */
async function resultsOf(...events: readonly Fields[]): Promise<SuiteResults> {
  await write("1-a", lines(events));
  return results();
}

describe("a whole run", () => {
  it("joins plan, start, end, and what helpers recorded in other processes", async () => {
    await write(
      "1-a",
      lines([
        hello(),
        { type: "plan", tests: [{ id: "t.py::b", name: "b", file: "t.py" }] },
        start("t.py::a"),
        end("t.py::a", "failed", { message: "boom", properties: { tier: "simple" } }),
        start("t.py::b"),
        end("t.py::b"),
        finish(2),
      ]),
    );
    await write(
      "2-b",
      lines([
        hello("helper"),
        { type: "property", id: "t.py::a", name: "model", value: { name: "m" } },
        { type: "turn", id: "t.py::a", turn: { kind: "prompt", text: "hello", tier: "simple" } },
        { type: "turn", id: "t.py::a", turn: { kind: "tool-call", tool: "f", arguments: [1] } },
        { type: "log", id: "t.py::a", name: "session.log", text: "one\n" },
        { type: "log", id: null, name: "server.log", text: "up\n" },
        { type: "log", id: "t.py::a", name: "session.log", text: "two" },
      ]),
    );
    const { tests, logs, ...rest } = await results();
    expect(rest).toEqual({
      runner: { name: "pytest", version: "9.0" },
      deselected: 0,
      complete: true,
      doubts: [],
    });
    expect(tests.map(({ id, file, outcome }) => ({ id, file, outcome }))).toEqual([
      { id: "t.py::a", file: null, outcome: "failed" },
      { id: "t.py::b", file: "t.py", outcome: "passed" },
    ]);
    expect(tests[0]).toMatchObject({
      startedAt: "2026-02-13T14:27:02.000Z",
      duration: 0.5,
      message: "boom",
      properties: { tier: "simple", model: { name: "m" } },
      turns: [
        { kind: "prompt", text: "hello", tier: "simple" },
        { kind: "tool-call", tool: "f", arguments: [1] },
      ],
      logs: [{ name: "session.log" }],
    });
    expect(await readFile(tests[0]?.logs[0]?.path ?? "", "utf8")).toBe("one\ntwo");
    expect(await readFile(logs[0]?.path ?? "", "utf8")).toBe("up\n");
  });

  it("orders turns by their time where two processes recorded them", async () => {
    await write("1-a", lines([hello(), start("t"), end("t"), finish(1)]));
    const turn = (text: string, time: string): Fields => ({
      type: "turn",
      id: "t",
      turn: { kind: "response", text },
      time,
    });
    await write("2-b", lines([hello("helper"), turn("third", "2026-02-13T15:00:03Z")]));
    await write(
      "3-c",
      lines([
        hello("helper"),
        turn("first", "2026-02-13T15:00:01Z"),
        turn("second", "2026-02-13T16:00:02+01:00"),
      ]),
    );
    expect((await results()).tests[0]?.turns.map((one) => "text" in one && one.text)).toEqual([
      "first",
      "second",
      "third",
    ]);
  });

  it("takes several main writers as one suite", async () => {
    await write("1-a", lines([hello(), start("a"), end("a"), finish(1)]));
    await write("2-b", lines([hello(), start("b"), end("b"), finish(1)]));
    const { tests, complete } = await results();
    expect([tests.map((test) => test.id), complete]).toEqual([["a", "b"], true]);
  });

  it("reports a planned or started test that never ended, last", async () => {
    const { tests, doubts } = await resultsOf(
      hello(),
      { type: "plan", tests: [{ id: "never", name: "never", file: null }] },
      start("hangs"),
      start("a"),
      end("a"),
      finish(1),
    );
    expect(tests.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["a", "passed"],
      ["never", null],
      ["hangs", null],
    ]);
    expect(doubts).toEqual([]);
  });
});

describe("a runner that was seen without its reporter", () => {
  const unreported = { type: "unreported", runner: "pytest", reason: "PYTEST_ADDOPTS was replaced" };

  it("says why there are no results", async () => {
    await write("1-a", lines([hello("helper"), unreported]));
    expect(await read()).toMatchObject({ results: null, unreported: { runner: "pytest" } });
  });

  it("is a doubt about the results of another one", async () => {
    await write("1-a", lines([hello(), start("a"), end("a"), finish(1)]));
    await write("2-b", lines([hello("helper"), unreported]));
    expect((await results()).doubts).toEqual([
      "Another pytest ran without its reporter: PYTEST_ADDOPTS was replaced.",
    ]);
  });
});

describe("no events", () => {
  it("is its own answer: an empty directory, none at all, or only helpers", async () => {
    expect(await read()).toMatchObject({ results: null, unreported: null });
    await write("1-a", lines([hello("helper")]));
    expect(await read()).toMatchObject({ results: null, unreported: null });
    await rm(eventsDirectory, { recursive: true });
    expect(await read()).toMatchObject({ results: null, unreported: null });
  });
});

/** A line may break off right after the brace of an inner object. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

describe("a crash", () => {
  it("leaves everything before a cut-off line valid", async () => {
    const whole = lines([hello(), start("a"), end("a"), start("b"), end("b"), finish(2)]);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: lines([hello()]).length, max: whole.length - 2 }),
        async (length) => {
          await write("1-a", whole.slice(0, length));
          const { tests, complete, doubts } = await results();
          const ended = whole
            .slice(0, length)
            .split("\n")
            .filter((line) => line.includes("test-end") && isWhole(line));
          expect(tests.filter((test) => test.outcome === "passed")).toHaveLength(ended.length);
          expect([complete, doubts.length > 0]).toEqual([false, true]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not need the very last newline", async () => {
    await write("1-a", lines([hello(), finish(0)]).trimEnd());
    expect(await results()).toMatchObject({ complete: true, doubts: [] });
  });
});

describe("what only the live view needs", () => {
  const planned = { id: "a", name: "a", file: null };
  const said = { type: "log", id: "a", name: "session.log", text: "hello" };

  it("is accepted; markers are kept for the groups of a summary, components are not", async () => {
    const markers = { tier: "smoke", __proto__: "x" };
    const log = { ...said, component: "adapter" };
    await write(
      "1",
      lines([
        hello(),
        { type: "plan", tests: [{ ...planned, markers }] },
        { ...start("a"), markers },
        log,
        end("a"),
        finish(1),
      ]),
    );
    const { results } = await read();
    expect(results).toMatchObject({
      complete: true,
      doubts: [],
      tests: [{ id: "a", logs: [{ name: "session.log" }], markers: { tier: "smoke" } }],
    });
    expect(Object.keys(results?.tests[0] ?? {})).not.toContain("component");
  });

  it.each<[string, Fields]>([
    ["markers that are no texts", { ...start("a"), markers: { tier: 1 } }],
    ["markers that are a list", { type: "plan", tests: [{ ...planned, markers: ["slow"] }] }],
    ["a marker without an end", { ...start("a"), markers: { tier: "x".repeat(1001) } }],
    [
      "too many markers",
      { ...start("a"), markers: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index, ""])) },
    ],
    ["a component that leads elsewhere", { ...said, component: "../adapter" }],
    ["a component without a name", { ...said, component: "" }],
  ])("is refused where it is wrong: %s", async (_, event) => {
    await write("1", lines([hello(), start("a"), event, end("a"), finish(1)]));
    const { results } = await read();
    expect(results?.doubts).toEqual([expect.stringMatching(/line 3/)]);
  });
});

describe("what is wrong becomes a doubt", () => {
  const sound = [hello(), start("a"), end("a")];

  it.each<[string, readonly Fields[], RegExp]>([
    ["no end", sound, /stopped before it had told its end/],
    ["an end that counts differently", [...sound, finish(2)], /announces 2 results and holds 1/],
    ["an event after the end", [...sound, finish(1), start("b")], /line 5 comes after the end/],
    ["a gap", [...sound, { ...finish(1), seq: 7 }], /number 7, 3 was due/],
    ["a repeated number", [...sound, { ...finish(1), seq: 2 }], /number 2, 3 was due/],
    ["a second greeting", [...sound, hello(), finish(1)], /greets again/],
    ["no greeting first", [start("a"), hello(), end("a"), finish(1)], /does not begin with a greeting/],
    ["an end without a start", [hello(), end("a"), finish(1)], /"a" ended without having started/],
    ["an unknown outcome", [...sound, end("b", "splendid"), finish(1)], /line 4 is not an event/],
    ["a number for an id", [...sound, { ...start("b"), id: 5 }, finish(1)], /line 4 is not an event/],
    ["an array", [...sound, { type: "plan", tests: {} }, finish(1)], /line 4 is not an event/],
    ["a bad time", [...sound, { ...finish(1), time: "yesterday" }], /line 4 is not an event/],
    [
      "something about an unknown test",
      [...sound, { type: "turn", id: "x", turn: { kind: "response", text: "" } }, finish(1)],
      /"x", which is no test of this run/,
    ],
    [
      "a log name that leaves its directory",
      [...sound, { type: "log", id: "a", name: "../../x", text: "x" }, finish(1)],
      /no relative path: "..\/..\/x"/,
    ],
  ])("%s", async (_what, events, doubt) => {
    const { tests, doubts } = await resultsOf(...events);
    expect(doubts).toEqual(expect.arrayContaining([expect.stringMatching(doubt)]));
    expect(tests).toEqual(expect.arrayContaining([expect.objectContaining({ id: "a", outcome: "passed" })]));
  });

  it("keeps the worse of two ends for one test", async () => {
    const { tests, doubts } = await resultsOf(hello(), start("a"), end("a"), end("a", "failed"), finish(2));
    expect(tests).toMatchObject([{ outcome: "failed" }]);
    expect(doubts).toEqual(['Test "a" ended twice: passed, then failed.']);
  });

  it("does not let a helper end a test, or tell the environment", async () => {
    const environment = { type: "environment", language: "Python", distributions: {}, accelerators: {} };
    await write("1-a", lines([hello(), start("a"), finish(0)]));
    await write("2-b", lines([hello("helper"), end("a"), environment]));
    const { tests, doubts } = await results();
    expect(tests[0]?.outcome).toBe(null);
    expect((await read()).observed.environment).toBe(null);
    expect(doubts).toEqual([
      expect.stringContaining("a helper may not send test-end"),
      expect.stringContaining("a helper may not send environment"),
    ]);
  });

  it("stops at another version of the protocol", async () => {
    const { complete, doubts } = await resultsOf(hello(), { ...start("a"), v: 2 }, end("a"), finish(1));
    expect(complete).toBe(false);
    expect(doubts[0]).toContain("speaks protocol version 2, this gate speaks 1");
  });

  it("ignores a type that a later reporter may know", async () => {
    const { complete, doubts } = await resultsOf(...sound, { type: "weather", sky: "blue" }, finish(1));
    expect({ complete, doubts }).toEqual({ complete: true, doubts: [] });
  });

  it("names a line that is too long and reads on", async () => {
    const text = "x".repeat(9 * 1024 * 1024);
    const { tests, complete, doubts } = await resultsOf(
      hello(),
      { type: "log", id: null, name: "big.log", text },
      start("a"),
      end("a"),
      finish(1),
    );
    expect(complete).toBe(false);
    expect(doubts[0]).toMatch(/line 2 is longer than 8 MiB/);
    expect(tests).toMatchObject([{ id: "a", outcome: "passed" }]);
  });

  it.each(["x", "🤖"])(
    "shortens ids and names that are very long, and knows them by what follows: %s",
    async (one) => {
      const long = (end: string) => `${one.repeat(6000)}${end}`;
      const { tests, complete, doubts } = await resultsOf(
        hello(),
        { type: "plan", tests: [long("1"), long("2")].map((id) => ({ id, name: id, file: null })) },
        start(long("1")),
        { type: "property", id: long("1"), name: "n", value: 1 },
        end(long("1")),
        start(long("2")),
        end(long("2"), "failed"),
        finish(2),
      );
      expect({ complete, doubts }).toEqual({ complete: true, doubts: [] });
      expect(tests).toMatchObject([{ outcome: "passed", properties: { n: 1 } }, { outcome: "failed" }]);
      expect(new Set(tests.map(({ id }) => id)).size).toBe(2);
      for (const { id, name } of tests) {
        expect([id.length <= 4096, name]).toEqual([true, id]);
        expect(id).toMatch(/^(x|🤖){1998,3996}… \(\d+ more, [\da-f]{8}\)$/u);
      }
    },
  );

  it("says only the first doubts of many", async () => {
    await write("1-a", `${lines([hello()])}${"garbage\n".repeat(1000)}`);
    const { doubts } = await results();
    expect(doubts).toHaveLength(21);
    expect(doubts.at(-1)).toMatch(/^\d+ more doubts/);
  });

  it("survives bytes that are no text, deep nesting, and a symbolic link for a file", async () => {
    const deep = `{"v":1,"type":"plan","tests":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const bytes = Buffer.concat([
      Buffer.from(lines([hello()])),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(deep),
    ]);
    await write("1-a", bytes);
    await symlink("/dev/zero", join(eventsDirectory, "2-b.ndjson"));
    expect((await results()).doubts).toEqual([
      expect.stringContaining("line 2 is not UTF-8"),
      expect.stringContaining("breaks off in the middle"),
      expect.stringContaining("stopped before it had told its end"),
      expect.stringContaining('"2-b.ndjson" is not a regular file'),
    ]);
  });

  it("never throws, whatever the lines are", async () => {
    const event = fc.oneof(
      fc.json(),
      fc
        .record({
          v: fc.constant(1),
          seq: fc.nat(5),
          type: fc.constantFrom("plan", "turn", "end"),
          id: fc.anything(),
        })
        .map((value) => JSON.stringify(value, (_key, one) => (typeof one === "bigint" ? String(one) : one))),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1 }), async (bad) => {
        await write("1-a", `${lines([hello()])}${bad.join("\n")}\n`);
        expect((await results()).complete).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe("hostile names", () => {
  it("are kept as they are and reach no prototype", async () => {
    const id = "t::\u001b[31m__proto__\u202e";
    await write(
      "1-a",
      `${lines([hello(), start(id)])}{"v":1,"seq":2,"time":"2026-02-13T14:27:00Z","type":"test-end","id":${JSON.stringify(id)},` +
        `"outcome":"passed","duration":1,"message":null,"properties":{"__proto__":{"polluted":true},"constructor":1}}\n`,
    );
    const { tests } = await results();
    expect(tests[0]?.id).toBe(id);
    expect(Object.keys(tests[0]?.properties ?? {})).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(tests[0]?.properties)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });
});

describe("artifacts", () => {
  const artifact = (path: string, name = "session.log"): Fields => ({
    type: "artifact",
    id: "a",
    path,
    name,
  });
  const logsOf = async (...artifacts: readonly Fields[]) => {
    const { tests, doubts } = await resultsOf(hello(), start("a"), ...artifacts, end("a"), finish(1));
    return { logs: tests[0]?.logs, doubts };
  };

  it("are found relative to the artifacts directory or absolute, and keep apart when their names are equal", async () => {
    await writeFile(join(artifactsDirectory, "1.log"), "one");
    await writeFile(join(directory, "2.log"), "two");
    const { logs, doubts } = await logsOf(artifact("1.log"), artifact(join(directory, "2.log")));
    expect(doubts).toEqual([]);
    expect(logs?.map((log) => log.name)).toEqual(["session.log", "session-2.log"]);
    expect(await readFile(logs?.[1]?.path ?? "", "utf8")).toBe("two");
  });

  it("that leave the artifacts directory, are missing or no files are doubts", async () => {
    await writeFile(join(directory, "secret"), "x");
    await symlink(join(directory, "secret"), join(artifactsDirectory, "link"));
    await mkdir(join(artifactsDirectory, "directory"));
    const { logs, doubts } = await logsOf(
      artifact("../secret"),
      artifact("link"),
      artifact("missing"),
      artifact("directory"),
      artifact("/dev/zero"),
      artifact("nul\0byte"),
    );
    expect(logs).toEqual([]);
    expect(doubts.map((doubt) => doubt.replace(/^.* of test "a" /, ""))).toEqual([
      "is outside the artifacts directory.",
      "is outside the artifacts directory.",
      "is not there.",
      "is not a regular file.",
      "is not a regular file.",
      "is not there.",
    ]);
  });
});
