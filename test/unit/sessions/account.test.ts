import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENDED, hello, planned, ran, SESSION, SessionDirectory } from "../../rig/session-directory.ts";

const prompt = { type: "turn", turn: { kind: "prompt", text: "hello" } };
const tokens = (name: string, value: number) => ({ type: "property", name, value, add: true });

describe("the account of a session", () => {
  it("tells of every test: its domain, step, outcome, and what it asked of its model", async () => {
    const session = new SessionDirectory();
    session.events([
      hello,
      { type: "plan", tests: [planned("tests/llm/a.py::one"), planned("tests/stt/b.py::two")] },
      ...ran("tests/llm/a.py::one", [
        prompt,
        tokens("prompt_tokens", 40),
        { type: "turn", turn: { kind: "tool-call", tool: "search", arguments: {} } },
        prompt,
        tokens("prompt_tokens", 2),
        tokens("completion_tokens", 8),
      ]),
      ...ran("tests/stt/b.py::two", [], { outcome: "failed", message: "assert 1 == 2\nmore" }),
      { type: "end", tests: 2 },
    ]);
    const { tests, domains, steps, runner } = await session.account();
    expect(runner).toEqual({ name: "pytest", version: "9.0.1" });
    expect(tests).toMatchObject([
      {
        id: "tests/llm/a.py::one",
        domain: "llm",
        step: 1,
        state: "ended",
        outcome: "passed",
        duration: 1.5,
        use: {
          apiCalls: 2,
          llmRequests: 2,
          toolCalls: 1,
          tokens: { prompt: 42, completion: 8, total: 50 },
        },
      },
      { id: "tests/stt/b.py::two", domain: "stt", step: 2, outcome: "failed", use: null },
    ]);
    expect(domains).toMatchObject([
      { domain: "llm", tests: 1, ended: 1, outcomes: { passed: 1 }, duration: 1.5 },
      { domain: "stt", tests: 1, ended: 1, outcomes: { failed: 1 } },
    ]);
    expect(steps).toMatchObject([
      { number: 1, result: "success", name: "tests/llm/a.py::one" },
      { number: 2, result: "failed" },
    ]);
  });

  it("tells of a killed run what had ended, what was running, and what had not begun", async () => {
    const session = new SessionDirectory();
    session.events([
      hello,
      { type: "plan", tests: ["one", "two", "three"].map((name) => planned(`tests/llm/a.py::${name}`)) },
      ...ran("tests/llm/a.py::one"),
      { type: "test-start", ...planned("tests/llm/a.py::two"), time: "2026-02-13T14:27:25.000Z" },
    ]);
    const { tests, domains, steps } = await session.account({ ended: null }, "crashed");
    expect(tests.map(({ state, step }) => [state, step])).toEqual([
      ["ended", 1],
      ["begun", 2],
      ["planned", null],
    ]);
    expect(tests[1]).toMatchObject({ startedAt: "2026-02-13T14:27:25.000Z", outcome: null });
    expect(domains).toMatchObject([{ domain: "llm", tests: 3, begun: 1, ended: 1 }]);
    expect(steps.map(({ result }) => result)).toEqual(["success", "unfinished"]);
  });

  it("believes the results by domain where they know the step, and where the events are gone", async () => {
    const session = new SessionDirectory();
    const result = (id: string, step: number) => ({
      ...planned(id),
      step,
      outcome: "passed",
      duration_s: 2,
      ended: "2026-02-13T14:27:30.000Z",
      message: null,
      properties: { tokens: 12 },
    });
    const results = [result("tests/llm/a.py::one", 7), result("tests/llm/a.py::gone", 8)];
    session.write("voice.json", JSON.stringify({ session: SESSION, domain: "voice", results }));
    session.events([hello, ...ran("tests/llm/a.py::one")]);
    const { tests } = await session.account();
    expect(tests).toMatchObject([
      { id: "tests/llm/a.py::one", domain: "voice", step: 7, duration: 1.5 },
      { id: "tests/llm/a.py::gone", domain: "voice", step: 8, duration: 2, use: { tokens: { total: 12 } } },
    ]);
  });

  it("puts together what several writers say, whichever of them is read first", async () => {
    const session = new SessionDirectory();
    session.events(
      [
        { ...hello, role: "helper" },
        { id: "tests/llm/a.py::one", ...prompt },
      ],
      "0-worker.ndjson",
    );
    session.events([
      hello,
      {
        type: "plan",
        tests: [{ ...planned("tests/llm/a.py::one"), name: "the first", markers: { tier: "smoke" } }],
      },
      ...ran("tests/llm/a.py::one"),
    ]);
    const { tests } = await session.account({
      groupings: { domains: { by: "marker", marker: "tier" }, steps: { by: "file" } },
    });
    expect(tests).toMatchObject([
      { name: "one", domain: "smoke", stepName: "tests/llm/a.py", use: { llmRequests: 1 } },
    ]);
    expect(tests).toHaveLength(1);
  });

  it("counts of a resumed run the attempt that counts", async () => {
    const session = new SessionDirectory();
    session.events([hello, { type: "test-start", ...planned("a.py::one") }, { id: "a.py::one", ...prompt }]);
    session.events([hello, ...ran("a.py::one", [prompt])], "2-main.ndjson", "resume_1/events");
    const { tests } = await session.account();
    expect(tests).toMatchObject([{ id: "a.py::one", outcome: "passed", use: { llmRequests: 1 } }]);
  });

  it("calls a failure that gate.yaml expects expected, as the verdict does", async () => {
    const session = new SessionDirectory();
    session.events([hello, ...ran("a.py::one", [], { outcome: "failed" })]);
    const { tests, steps } = await session.account({
      ended: { ...ENDED, judged: { "a.py::one": "xfailed" } },
    });
    expect(tests).toMatchObject([{ outcome: "xfailed" }]);
    expect(steps).toMatchObject([{ result: "success" }]);
  });

  it("says of retries what is known", async () => {
    const session = new SessionDirectory();
    session.events([
      hello,
      ...ran("a.py::counted", [], { outcome: "flaky", properties: { retries: 3 } }),
      ...ran("a.py::flaky", [], { outcome: "flaky" }),
      ...ran("a.py::plain"),
    ]);
    expect((await session.account()).steps.map(({ retries }) => retries)).toEqual([
      { count: 3, atLeast: false },
      { count: 1, atLeast: true },
      { count: 0, atLeast: false },
    ]);
  });

  it("finds the errors and warnings in the logs, and whose they are", async () => {
    const session = new SessionDirectory();
    const text = "INFO fine\nERROR no connection\nWARNING slow\n";
    session.events([
      hello,
      ...ran("a.py::one", [{ type: "log", name: "adapter.log", text }]),
      { type: "log", id: null, name: "server.log", text: "FATAL gone" },
    ]);
    const { complaints, errors, warnings, tests } = await session.account();
    expect([errors, warnings]).toEqual([2, 1]);
    expect(complaints).toEqual([
      { level: "ERROR", test: "a.py::one", source: "adapter", text: "ERROR no connection" },
      { level: "WARNING", test: "a.py::one", source: "adapter", text: "WARNING slow" },
      { level: "ERROR", test: null, source: "server", text: "FATAL gone" },
    ]);
    expect(tests).toMatchObject([{ errors: 1, warnings: 1 }]);
  });

  it("knows the services' last states, the archive and the files", async () => {
    const session = new SessionDirectory();
    const service = { name: "llama", model: "tiny", domain: "llm", port: 8080, log: "svc_llm_tiny_1.log" };
    const states = [
      { ...service, state: "starting", since: "2026-02-13T14:27:22.000Z" },
      { ...service, state: "died", since: "2026-02-13T14:27:40.000Z" },
    ];
    session.write("services.json", JSON.stringify({ states }));
    session.write("svc_llm_tiny_1.log", "out of memory\n");
    session.write("run.tar.gz", "archive");
    session.write("run.tar.gz.sha256", `${"a1".repeat(32)}  run.tar.gz\n`);
    const { services, archive, files, directories } = await session.account();
    expect(services).toEqual([{ ...service, state: "died", since: "2026-02-13T14:27:40.000Z" }]);
    expect(archive).toEqual({ name: "run.tar.gz", bytes: 7, sha256: "a1".repeat(32) });
    expect(files).toContainEqual({ name: "svc_llm_tiny_1.log", bytes: 14 });
    expect(directories).toEqual(["events"]);
  });

  it("reads whatever lies there, and leaves out what is nothing", async () => {
    const event = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          v: fc.constant(1),
          type: fc.constantFrom("hello", "plan", "test-start", "test-end", "property", "turn", "log"),
          id: fc.oneof(fc.constant("a.py::one"), fc.jsonValue()),
          time: fc.oneof(fc.constant("2026-02-13T14:27:23.000Z"), fc.jsonValue()),
          tests: fc.jsonValue(),
          turn: fc.jsonValue(),
          markers: fc.jsonValue(),
          name: fc.jsonValue(),
          text: fc.jsonValue(),
          outcome: fc.jsonValue(),
        })
        .map((value) => JSON.stringify(value)),
    );
    const session = new SessionDirectory();
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.json(), fc.string(), async (lines, domain, services) => {
        session.write("events/1-main.ndjson", lines.join("\n"));
        session.write("llm.json", domain);
        session.write("services.json", services);
        const { tests } = await session.account();
        expect(tests.every(({ id }) => typeof id === "string")).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
