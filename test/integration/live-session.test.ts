import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Rig } from "../rig/repository.ts";
import { gateOf, start, until } from "../rig/started.ts";

function session(rig: Rig): string {
  const sessions = join(rig.directory, ".gate/sessions");
  const [name = ""] = existsSync(sessions) ? readdirSync(sessions).toSorted().toReversed() : [];
  return join(sessions, name);
}

async function due(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src/router.py");
  return rig;
}

const event = (seq: number, given: object) =>
  JSON.stringify({ v: 1, seq, time: "2026-02-13T14:27:22.000Z", ...given });

describe("a session's directory", () => {
  it("tells of the run: the system, its course, the results by domain, the steps", async () => {
    const rig = await due();
    rig.suite.answers([
      { id: "tests/llm/test_a.py::test_a", file: "tests/llm/test_a.py", logs: { "adapter.log": "called\n" } },
      {
        id: "tests/stt/test_b.py::test_b",
        file: "tests/stt/test_b.py",
        outcome: "failed",
        message: "assert 1 == 2",
      },
    ]);
    await rig.gate("run");
    const directory = session(rig);
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect(parse(read("system_info.yaml"))).toMatchObject({
      session: directory.split("/").at(-1),
      git: { commit: await rig.git("rev-parse", "HEAD"), branch: "main" },
      suite: { name: "model-tests", definition: { run: expect.any(String) } },
    });
    const course = read("progression.log");
    expect(course).toMatch(
      /^\[\d\d:\d\d:\d\d\] \[INFO\] Starting Test Run: model-tests \(RUN_\d{8}_\d{6}(?:_\d+)?\)\n/,
    );
    expect(course).toContain("[ERROR] Scenario tests/stt/test_b.py::test_b: FAILED");
    expect(course).toMatch(/\[ERROR\] Test Run ended: FAILED: .+\n$/);
    expect(JSON.parse(read("llm.json")).results).toMatchObject([{ outcome: "passed" }]);
    expect(JSON.parse(read("stt.json")).results).toMatchObject([
      { outcome: "failed", message: "assert 1 == 2" },
    ]);
    expect(readdirSync(join(directory, "logs"))).toContain("run.log");
  });

  it("has what had ended when gate is killed in the middle", async () => {
    const rig = await due();
    const test = (name: string) => ({ id: `tests/llm/t.py::${name}`, name, file: "tests/llm/t.py" });
    const lines = [
      event(0, { type: "hello", role: "main", runner: { name: "fake", version: "1" }, pid: 1 }),
      event(1, { type: "plan", tests: [test("one"), test("two")] }),
      event(2, { type: "test-start", ...test("one") }),
      event(3, {
        type: "test-end",
        ...test("one"),
        outcome: "passed",
        duration: 1,
        message: null,
        properties: {},
      }),
      event(4, { type: "test-start", ...test("two") }),
    ];
    const said = lines.map((line) => `echo '${line}' >> "$GATE_EVENTS/1-main.ndjson"`).join("\n");
    rig.suite.does(`${said}\nsleep 300`);
    const run = start(rig, "git", ["commit", "-m", "due"]);
    await until(() => existsSync(join(session(rig), "llm.json")), "the first result to be written", 20_000);
    const gate = gateOf(rig);
    expect(gate).not.toBeNull();
    if (gate !== null) process.kill(gate, "SIGKILL");
    await run.ended;
    const results = JSON.parse(readFileSync(join(session(rig), "llm.json"), "utf8")).results;
    expect(results).toMatchObject([{ id: "tests/llm/t.py::one", outcome: "passed" }]);
    expect(readFileSync(join(session(rig), "progression.log"), "utf8")).toContain("::one: PASSED");
  });
});
