import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GateEvent } from "../../../src/protocol.ts";
import { DomainResults } from "../../../src/sessions/domain-results.ts";
import { Narrator } from "../../../src/sessions/narrator.ts";
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

function told(events: readonly GateEvent[]): readonly string[] {
  const observers = [new ProgressionLog(directory), new DomainResults(directory), new StepLogs(directory)];
  const narrator = new Narrator(observers);
  const run = {
    session: "RUN_1",
    suite: "model-tests",
    command: "pytest",
    machine: "Linux",
    expectedMs: null,
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
    expect(read("logs/run.log")).toContain("Starting Test Run");
  });

  it("takes a domain's name for a file's whatever it is", () => {
    told([
      end("../../etc/passwd/a.py::x"),
      end("tests/session/a.py::x"),
      end("x/../a.py::x"),
      end("x/a b/c.py::x"),
    ]);
    const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
    expect(files).toHaveLength(4);
    expect(files).not.toContain("session.json");
    expect(files.flatMap((name) => JSON.parse(read(name)).results)).toHaveLength(4);
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
});
