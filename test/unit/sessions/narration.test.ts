import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GateEvent } from "../../../src/protocol.ts";
import { DomainResults } from "../../../src/sessions/domain-results.ts";
import { type Groupings, Narrator } from "../../../src/sessions/narrator.ts";
import { ProgressionLog } from "../../../src/sessions/progression-log.ts";
import { StepLogs } from "../../../src/sessions/step-logs.ts";

const AT = new Date("2026-02-13T14:27:22.000Z");
const BASE = { v: 1, seq: 0, time: "2026-02-13T14:27:23.000Z" } as const;

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gate-narration-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (id: string): GateEvent => ({
  ...BASE,
  type: "test-start",
  id,
  name: id.split("::").at(-1) ?? id,
  file: id.split("::")[0] ?? null,
});
const end = (
  id: string,
  outcome: "passed" | "failed" = "passed",
  message: string | null = null,
): GateEvent => ({
  ...BASE,
  type: "test-end",
  id,
  outcome,
  duration: 1.25,
  message,
  properties: {},
});
const log = (id: string | null, name: string, text: string): GateEvent => ({
  ...BASE,
  type: "log",
  id,
  name,
  text,
});

function narratorOf(groupings: Partial<Groupings> = {}): Narrator {
  const observers = [new ProgressionLog(directory), new DomainResults(directory), new StepLogs(directory)];
  return new Narrator(observers, { domains: { by: "directory" }, steps: { by: "test" }, ...groupings });
}

function told(events: readonly GateEvent[], groupings: Partial<Groupings> = {}): readonly string[] {
  const narrator = narratorOf(groupings);
  const run = {
    session: "RUN_1",
    suite: "model-tests",
    command: "pytest",
    machine: { os: "Linux 6.1 x86_64", cpus: 2, memoryBytes: 2 ** 34, node: "v22.0.0", gpus: [] },
    expectedMs: null,
    expectedTests: null,
  };
  narrator.tell({ kind: "run-started", at: AT, run });
  for (const event of events) {
    narrator.event(event);
    narrator.flush();
  }
  narrator.tell({ kind: "run-ended", at: AT, verdict: "failed", reason: "1 test failed" });
  narrator.flush();
  return narrator.finish();
}

const read = (name: string) => readFileSync(join(directory, name), "utf8");
const lines = (name: string) => read(name).trimEnd().split("\n");

describe("a run as it is told while it runs", () => {
  it("is a progression for people, domain by domain", () => {
    const problems = told([
      start("tests/llm/test_a.py::test_a"),
      end("tests/llm/test_a.py::test_a"),
      start("tests/stt/test_b.py::test_b"),
      end("tests/stt/test_b.py::test_b", "failed", "assert 1 == 2\nmore"),
    ]);
    expect(problems).toEqual([]);
    expect(lines("progression.log")).toEqual([
      "[14:27:22] [INFO] Starting Test Run: model-tests (RUN_1)",
      "[14:27:23] [INFO] Switching to Domain: llm",
      "[14:27:23] [INFO] Scenario tests/llm/test_a.py::test_a: PASSED (Duration: 1.3s)",
      "[14:27:23] [INFO] Switching to Domain: stt",
      "[14:27:23] [ERROR] Scenario tests/stt/test_b.py::test_b: FAILED (Duration: 1.3s): assert 1 == 2",
      "[14:27:22] [ERROR] Test Run ended: FAILED: 1 test failed",
    ]);
  });

  it("has the results of each domain in a file of its own", () => {
    told([
      end("tests/llm/test_a.py::test_a"),
      end("tests/stt/test_b.py::test_b"),
      end("tests/llm/test_c.py::test_c"),
    ]);
    expect(JSON.parse(read("llm.json"))).toMatchObject({
      session: "RUN_1",
      suite: "model-tests",
      domain: "llm",
      results: [
        { id: "tests/llm/test_a.py::test_a", outcome: "passed", duration_s: 1.25 },
        { id: "tests/llm/test_c.py::test_c", outcome: "passed" },
      ],
    });
    expect(JSON.parse(read("stt.json")).results).toHaveLength(1);
  });

  it("keeps what the parts of the suite say where it belongs", () => {
    told([
      log(null, "adapter.log", "before the first step\n"),
      start("tests/a.py::test_a"),
      log("tests/a.py::test_a", "adapter.log", "called the API\nERROR it was down\n"),
      end("tests/a.py::test_a"),
      start("tests/a.py::test_b"),
      log("tests/a.py::test_b", "metrics.log", "12 tokens\n"),
      end("tests/a.py::test_b"),
    ]);
    expect(readdirSync(join(directory, "logs")).toSorted()).toEqual([
      "adapter.log",
      "run.log",
      "step_001",
      "step_002",
    ]);
    expect(lines("logs/step_001/adapter.log")).toEqual([
      "2026-02-13T14:27:23.000Z [INFO] called the API",
      "2026-02-13T14:27:23.000Z [ERROR] ERROR it was down",
    ]);
    expect(lines("logs/step_002/metrics.log")).toEqual(["2026-02-13T14:27:23.000Z [INFO] 12 tokens"]);
    expect(lines("logs/step_001/orchestrator.log").at(-1)).toContain("PASSED");
    expect(read("logs/run.log")).toContain("Starting Test Run");
  });

  it("gives the tests of one group one step", () => {
    told([start("a.py::one"), end("a.py::one"), start("a.py::two"), end("a.py::two"), start("b.py::three")], {
      steps: { by: "file" },
    });
    expect(readdirSync(join(directory, "logs")).filter((name) => name.startsWith("step_"))).toEqual([
      "step_001",
      "step_002",
    ]);
  });

  it("keeps a late line with the test that said it, and knows a test by its plan whoever tells of it first", () => {
    const planned = { id: "a.py::x", name: "x", file: "a.py", markers: { area: "chat" } };
    told(
      [
        { ...BASE, type: "plan", tests: [planned] },
        log("a.py::x", "adapter.log", "a worker's, before the start\n"),
        start("a.py::x"),
        end("a.py::x"),
        log("a.py::x", "adapter.log", "a worker's, after the end\n"),
        start("a.py::y"),
      ],
      { domains: { by: "marker", marker: "area" } },
    );
    expect(lines("logs/step_001/adapter.log")).toHaveLength(2);
    expect(JSON.parse(read("chat.json")).results).toMatchObject([{ id: "a.py::x", step: 1 }]);
    expect(readdirSync(join(directory, "logs")).toSorted()).toEqual(["run.log", "step_001", "step_002"]);
  });

  it("knows the markers of a test from its plan where its start has none", () => {
    const { markers, ...started } = { id: "a.py::x", name: "x", file: "a.py", markers: { area: "chat" } };
    told(
      [
        { ...BASE, type: "plan", tests: [{ ...started, markers }] },
        { ...BASE, type: "test-start", ...started },
        end("a.py::x"),
      ],
      { domains: { by: "marker", marker: "area" }, steps: { by: "marker", marker: "area" } },
    );
    expect(JSON.parse(read("chat.json")).results).toMatchObject([{ id: "a.py::x", step: 1 }]);
  });

  it("takes lines with a tag to the component that they name", () => {
    told([
      start("a.py::x"),
      log("a.py::x", "stdout.log", "plain\n::gate adapter::called\n::gate a/b::no name\n"),
      log("a.py::x", "logging.log", "ERROR  app:core.py:12 ::gate validator::it is down\n"),
      { ...BASE, type: "log", id: "a.py::x", name: "session.log", text: "12 tokens\n", component: "metrics" },
      end("a.py::x"),
    ]);
    const texts = (name: string) => lines(`logs/step_001/${name}.log`).map((line) => line.slice(25));
    expect(texts("adapter")).toEqual(["[INFO] called"]);
    expect(texts("validator")).toEqual(["[ERROR] ERROR  app:core.py:12 it is down"]);
    expect(texts("metrics")).toEqual(["[INFO] 12 tokens"]);
    expect(texts("stdout")).toEqual(["[INFO] plain", "[INFO] ::gate a/b::no name"]);
    expect(read("progression.log")).toContain("[ERROR] Error: ERROR  app:core.py:12 it is down");
  });

  it("takes the suite's own output where it has a tag: to the test that runs alone, and nothing twice", () => {
    const narrator = narratorOf();
    const say = (line: string) => narrator.output(line, AT);
    say("::gate adapter::before the first");
    say("no tag");
    say('>       print("::gate adapter::source in a traceback")');
    narrator.event(start("a.py::x"));
    say("..F.::gate adapter::during one");
    narrator.event(start("a.py::y"));
    say("::gate adapter::during two");
    narrator.event(log("a.py::y", "stdout.log", "::gate adapter::told\n"));
    for (const id of ["a.py::x", "a.py::y"]) narrator.event(end(id));
    say("::gate adapter::told");
    narrator.finish();
    const texts = (name: string) => lines(name).map((line) => line.slice(32));
    expect(texts("logs/adapter.log")).toEqual(["before the first", "during two"]);
    expect(texts("logs/step_001/adapter.log")).toEqual(["..F.during one"]);
    expect(texts("logs/step_002/adapter.log")).toEqual(["told"]);
  });

  it("stays readable, and quick, whatever a line holds", () => {
    told([start("a.py::x"), log("a.py::x", "adapter.log", `ERROR${" ".repeat(1 << 20)}x\n`), end("a.py::x")]);
    expect(lines("progression.log").every((line) => line.length < 2100)).toBe(true);
    expect(read("logs/step_001/adapter.log").length).toBeGreaterThan(1 << 20);
  });

  it("switches to a domain when the one before is left, not to and fro between tests side by side", () => {
    told([
      start("t/a/x.py::1"),
      start("t/b/x.py::2"),
      end("t/a/x.py::1"),
      start("t/a/x.py::3"),
      end("t/b/x.py::2"),
      end("t/a/x.py::3"),
      start("t/a/x.py::4"),
    ]);
    expect(lines("progression.log").filter((line) => line.includes("Switching"))).toEqual([
      "[14:27:23] [INFO] Switching to Domain: a",
      "[14:27:23] [INFO] Switching to Domain: b",
      "[14:27:23] [INFO] Switching to Domain: a",
    ]);
  });

  it("takes a domain's name for a file's whatever it is", () => {
    const groups = [
      { name: "../../etc/passwd", match: "a*" },
      { name: "session", match: "b*" },
      { name: "..", match: "c*" },
    ];
    told([end("a::x"), end("b::x"), end("c::x")], { domains: { by: "name", groups } });
    const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
    expect(files).toHaveLength(3);
    expect(files).not.toContain("session.json");
    expect(files.flatMap((name) => JSON.parse(read(name)).results)).toHaveLength(3);
  });

  it("says what could not be written, and goes on", () => {
    mkdirSync(join(directory, "progression.log"));
    mkdirSync(join(directory, "a.json"));
    const problems = told([end("tests/a/x.py::t"), end("tests/b/x.py::t")]);
    expect(problems).toEqual([
      expect.stringContaining("progression.log is not whole: EISDIR"),
      expect.stringContaining("the results by domain are not whole"),
    ]);
    expect(JSON.parse(read("b.json")).results).toHaveLength(1);
  });

  it("have results by domain that no disk could take at once, when there is room again", () => {
    const results = new DomainResults(directory);
    const narrator = new Narrator([results], { domains: { by: "directory" }, steps: { by: "test" } });
    const inTheWay = join(directory, "llm.json");
    mkdirSync(inTheWay);
    narrator.event(end("tests/llm/a.py::one"));
    narrator.flush();
    expect(results.finish()).toEqual([expect.stringContaining("are not whole")]);
    rmSync(inTheWay, { recursive: true });
    narrator.event(end("tests/llm/a.py::two"));
    expect(results.finish()).toEqual([]);
    const { results: kept } = JSON.parse(read("llm.json"));
    expect(kept.map(({ name }: { readonly name: string }) => name)).toEqual(["one", "two"]);
  });
});
