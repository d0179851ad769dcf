import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { gateOf, start, until } from "../rig/started.ts";

const event = (seq: number, given: object) =>
  JSON.stringify({ v: 1, seq, time: "2026-02-13T14:27:22.000Z", ...given });

const test = (name: string) => ({ id: `tests/llm/t.py::${name}`, name, file: "tests/llm/t.py" });

/** One of two tests ends; the other one waits until the file is there, and for ever without it. */
function halfOf(rig: Rig, resumes = false): { readonly release: () => void } {
  const signal = join(rig.base, "go-on");
  const early = [
    event(0, { type: "hello", role: "main", runner: { name: "fake", version: "1" }, pid: 1, resumes }),
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
  const late = [
    event(5, {
      type: "test-end",
      ...test("two"),
      outcome: "passed",
      duration: 2,
      message: null,
      properties: {},
    }),
    event(6, { type: "end", tests: 2 }),
  ];
  const say = (lines: readonly string[]) =>
    lines.map((line) => `echo '${line}' >> "$GATE_EVENTS/1-main.ndjson"`).join("\n");
  rig.suite.does(`${say(early)}\nwhile [ ! -e "${signal}" ]; do sleep 0.05; done\n${say(late)}`);
  return { release: () => writeFileSync(signal, "") };
}

function sessionsIn(rig: Rig): readonly string[] {
  const directory = join(rig.directory, ".gate/sessions");
  return existsSync(directory) ? readdirSync(directory).toSorted() : [];
}

const newest = (rig: Rig) => sessionsIn(rig).at(-1) ?? "";

const fileOf = (rig: Rig, name: string, session = newest(rig)) =>
  join(rig.directory, ".gate/sessions", session, name);

async function staged(lines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(lines);
  await rig.git("add", ".");
  return rig;
}

describe("gate sessions", () => {
  it("say of a run whose inputs changed meanwhile that it is no evidence", async () => {
    const rig = await staged();
    rig.suite.answers([{ id: "t.py::one" }], { before: "echo 'route = 3' >> src/router.py" });
    expect((await rig.gate("run")).code).toBe(1);
    expect((await rig.gate("sessions")).stdout).toMatch(/ passed, disturbed /);
    const { sessions } = JSON.parse((await rig.gate("sessions", "--json")).stdout);
    expect(sessions).toMatchObject([{ verdict: "passed", disturbed: true }]);
    const shown = (await rig.gate("sessions", "show")).stdout;
    expect(shown).toContain("disturbed   src/router.py changed while it ran, so that it is no evidence");
  });

  it("lists the runs, newest first, and tells how each ended", async () => {
    const rig = await staged();
    expect((await rig.gate("sessions")).stdout).toBe("no session here yet.\n      next: gate run\n");
    await rig.gate("run");
    rig.suite.answers([
      { id: "tests/llm/a.py::good" },
      { id: "tests/llm/a.py::bad", outcome: "failed", message: "assert 1 == 2" },
    ]);
    await rig.gate("run", "--force");
    const listed = await rig.gate("sessions");
    expect(listed.code).toBe(0);
    const [head = "", second = "", first = ""] = listed.stdout.trimEnd().split("\n");
    expect(head).toMatch(/^session +suite +verdict +duration +tests +size$/);
    expect(second).toMatch(/^RUN_\S+ +model-tests +failed .* 1\/2 passed /);
    expect(first).toMatch(/^RUN_\S+ +model-tests +passed .* 1\/1 passed /);
    const other = await rig.gate("sessions", "--suite", "other");
    expect([other.code, other.stdout]).toEqual([2, ""]);
    expect(other.stderr).toContain("there is no suite other, and no session of one.");
    expect(other.stderr).toContain("model-tests");
  });

  it("leaves red phases out, and never takes one for the newest run", async () => {
    const rig = await staged();
    await rig.gate("run");
    const run = newest(rig);
    rig.suite.answers([{ id: "tests/llm/a.py::bad", outcome: "failed", message: "assert 1 == 2" }]);
    expect((await rig.gate("run", "--red", "tests/llm/a.py::bad")).code).toBe(0);
    expect(sessionsIn(rig)).toHaveLength(2);
    expect(await rig.gateJson("sessions")).toMatchObject({ sessions: [{ name: run, verdict: "passed" }] });
    expect((await rig.gate("sessions", "show")).stdout).toContain(`${run}  model-tests  passed`);
    expect((await rig.gate("sessions", "report")).stdout).toContain(`1 test of ${run}`);
    expect((await rig.gate("archive")).stdout).toContain(`${run}/run.tar.gz`);
  });

  it("reads no event for the list: a session of an older gate counts no tests", async () => {
    const rig = await staged();
    await rig.gate("run");
    const file = fileOf(rig, "session.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    delete record.ended.tests;
    writeFileSync(file, JSON.stringify(record));
    rmSync(fileOf(rig, "events"), { recursive: true });
    expect((await rig.gate("sessions")).stdout).toMatch(/passed .* \? /);
    writeFileSync(file, "{");
    expect((await rig.gate("sessions")).stdout).toMatch(/unreadable/);
    const shown = await rig.gate("sessions", "show");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("cannot be read.");
    const [name = ""] = readdirSync(join(rig.directory, ".gate/sessions"));
    for (const args of [
      ["run", "--from", name],
      ["sessions", "report", name],
    ]) {
      const { code, stderr } = await rig.gate(...args);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(`session.json of ${name} cannot be read.`),
      });
    }
  });

  it.each([
    ["when it began", { started: "soon" }],
    ["what its tests are kept together by", { groupings: { domains: 1, steps: null } }],
    ["how it ended", { ended: { verdict: "passed" } }],
    ["its parts", { parts: ["one"], ended: null }],
  ])("passes over one whose record somebody has damaged: %s", async (_what, damage) => {
    const rig = await staged();
    await rig.gate("run");
    const file = fileOf(rig, "session.json");
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ended: null, ...damage }),
    );
    const ended = await rig.gate("run", "--force");
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining("bug in gate")]);
    expect((await rig.gate("sessions")).stdout).toMatch(/unreadable/);
  });

  it("shows one: what failed and why, domains, logs and files", async () => {
    const rig = await staged();
    rig.suite.answers([
      {
        ...{ id: "tests/llm/a.py::good", file: "tests/llm/a.py", prompt: "Hello" },
        properties: { tokens: 12 },
      },
      {
        id: "tests/stt/b.py::bad",
        file: "tests/stt/b.py",
        outcome: "failed",
        message: "assert 1 == 2",
        logs: { "adapter.log": "ERROR no connection\n" },
      },
    ]);
    await rig.gate("run");
    const shown = await rig.gate("sessions", "show", `.gate/sessions/${newest(rig)}/`);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^RUN_\S+ {2}model-tests {2}failed in /);
    expect(shown.stdout).toContain("tests       2: 1 passed, 1 failed\n");
    expect(shown.stdout).toContain("domains     llm  1: 1 passed (0.1s)\n");
    expect(shown.stdout).toMatch(/ {2}model +1 request, 1 API call, 0 tool calls, 12 tokens\n/);
    expect(shown.stdout).toContain("failed      tests/stt/b.py::bad  assert 1 == 2\n");
    expect(shown.stdout).toContain("adapter, tests/stt/b.py::bad: ERROR no connection\n");
    expect(shown.stdout).toContain("progression.log ");
    const document = await rig.gateJson("sessions", "show");
    expect(document).toMatchObject({
      schema: "gate/session-account@1",
      path: `.gate/sessions/${newest(rig)}`,
      session: { state: "ended", domains: [{ domain: "llm" }, { domain: "stt" }], errors: 1 },
    });
  });

  it("writes the summary at the end of every run, also of one whose runner tells only by a file", async () => {
    const rig = await staged("    results: results.xml\n");
    rig.write(".gitignore", ".gate/\nresults.xml\n");
    await rig.git("add", ".");
    rig.suite.does(
      `echo '<testsuite name="s" tests="1"><testcase classname="tests.a" name="one" time="1.5"/></testsuite>' > results.xml`,
    );
    await rig.gate("run");
    expect(readFileSync(fileOf(rig, "logs_summary.txt"), "utf8")).toMatch(
      /Verdict: PASSED\nTests: 1: 1 passed\n.*Step 001: SUCCESS \(duration: 1\.5s, retries: 0\)/s,
    );
  });

  it("counts no tests of a run that left no results", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.suite.does("exit 1");
    await rig.gate("run");
    expect((await rig.gate("sessions")).stdout).toMatch(/ {2}\? {2}/);
    const [session] = JSON.parse((await rig.gate("sessions", "--json")).stdout).sessions;
    expect(session.tests).toBeNull();
  });

  it("knows no session of another name, and says which one may be meant", async () => {
    const rig = await staged();
    await rig.gate("run");
    const typo = `${newest(rig).slice(0, -1)}x`;
    const wrong = await rig.gate("sessions", "show", typo);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`Did you mean ${newest(rig)}?`);
    expect((await rig.gate("sessions", "show", "yesterday")).code).toBe(2);
  });
});

describe("a run that was cut short", () => {
  it("is said to be one whose rest can be run, also where its service died", async () => {
    const rig = await Rig.create();
    const death = join(rig.base, "death");
    const service = `while [ ! -e "${death}" ]; do sleep 0.05; done; exit 9`;
    rig.writeProject(`    services:\n      llm:\n        run: '${service}'\n`);
    await rig.git("add", ".");
    halfOf(rig, true);
    const run = start(rig, process.execPath, [join(import.meta.dirname, "../../bin/gate.js"), "run"]);
    await until(() => existsSync(fileOf(rig, "llm.json")), "the first result");
    writeFileSync(death, "");
    expect((await run.ended).stderr).toContain(`To run the rest:  gate run --from ${newest(rig)}`);
    expect((await rig.gate("sessions", "show")).stdout).toContain(`next: gate run --from ${newest(rig)}`);
  });

  it("is to be run anew where its runner cannot leave tests out", async () => {
    const rig = await staged();
    halfOf(rig);
    const run = start(rig, process.execPath, [join(import.meta.dirname, "../../bin/gate.js"), "run"]);
    await until(() => existsSync(fileOf(rig, "llm.json")), "the first result");
    run.signal("SIGINT");
    await run.ended;
    expect((await rig.gate("sessions", "show")).stdout).not.toContain("--from");
  });
});

describe("a run that another gate does", () => {
  it("is shown as running, and followed until its end", async () => {
    const rig = await staged();
    const { release } = halfOf(rig);
    const run = start(rig, process.execPath, [join(import.meta.dirname, "../../bin/gate.js"), "run"]);
    await until(() => existsSync(fileOf(rig, "llm.json")), "the first result");
    expect((await rig.gate("sessions")).stdout).toMatch(/model-tests +running /);
    expect(await rig.gateJson("sessions", "show")).toMatchObject({
      session: { state: "running", domains: [{ tests: 2, begun: 1, ended: 1 }] },
    });
    expect(existsSync(fileOf(rig, "logs_summary.txt"))).toBe(false);
    const follow = start(rig, process.execPath, [
      join(import.meta.dirname, "../../bin/gate.js"),
      "sessions",
      "--follow",
    ]);
    await until(() => follow.said().includes("::one: PASSED"), "what has happened already");
    expect(follow.said()).not.toContain("Test Run ended");
    release();
    const [followed, ended] = await Promise.all([follow.ended, run.ended]);
    expect(ended.code).toBe(0);
    expect(followed.code).toBe(0);
    expect(followed.stdout).toMatch(/::two: PASSED.*Test Run ended: PASSED\n.*model-tests {2}passed in /s);
  });

  it("is followed no longer than somebody reads it", async () => {
    const rig = await staged();
    const { release } = halfOf(rig);
    const gate = join(import.meta.dirname, "../../bin/gate.js");
    const run = start(rig, process.execPath, [gate, "run"]);
    await until(() => existsSync(fileOf(rig, "llm.json")), "the first result");
    const piped =
      '{ "$0" "$1" sessions --follow; echo "ended with $?" >&2; } | { read -r first; echo "$first"; }';
    const follow = start(rig, "sh", ["-c", piped, process.execPath, gate]);
    await until(() => follow.said() !== "", "the first line");
    release();
    const [followed] = await Promise.all([follow.ended, run.ended]);
    expect(followed.stderr).toBe("ended with 0\n");
  });

  it("is a crashed one once it was killed, and has its summary as soon as somebody looks", async () => {
    const rig = await staged();
    halfOf(rig);
    const run = start(rig, process.execPath, [join(import.meta.dirname, "../../bin/gate.js"), "run"]);
    await until(() => existsSync(fileOf(rig, "llm.json")), "the first result");
    const follow = start(rig, process.execPath, [
      join(import.meta.dirname, "../../bin/gate.js"),
      "sessions",
      "show",
      newest(rig),
      "--follow",
      "--json",
    ]);
    const gate = gateOf(rig);
    run.signal("SIGKILL");
    expect(gate).not.toBeNull();
    const followed = await follow.ended;
    expect(JSON.parse(followed.stdout)).toMatchObject({ session: { state: "crashed" } });
    const shown = await rig.gate("sessions", "show");
    expect(shown.stdout).toMatch(/crashed: it was killed before its suite had ended\n/);
    expect(shown.stdout).toContain("tests       2: 1 passed, 1 not finished\n");
    expect(shown.stdout).toMatch(/unfinished {2}tests\/llm\/t\.py::two {2}\(step 2, since 14:27:22\)\n/);
    expect(shown.stdout).toMatch(/next: gate run model-tests$/m);
    rmSync(fileOf(rig, "logs_summary.txt"));
    expect((await rig.gate("sessions")).stdout).toMatch(/model-tests +crashed /);
    expect(readFileSync(fileOf(rig, "logs_summary.txt"), "utf8")).toContain(
      "Verdict: none, it was killed before its suite had ended\n",
    );
  });
});

describe("summary: committed", () => {
  it("is judged like every other report", async () => {
    const rig = await Rig.create();
    await rig.withEvidence("    summary: committed\n");
    const path = "test-reports/logs_summary.txt";
    expect(await rig.git("ls-files", path)).toBe(path);
    expect((await rig.gate("verify", "--deep")).code).toBe(0);
    rig.write(path, rig.read(path).replace("1 passed", "2 passed"));
    await rig.git("commit", "-qam", "forged", "--no-verify");
    const verified = await rig.gate("verify");
    expect(verified.code).toBe(1);
    expect(verified.stdout + verified.stderr).toContain(path);
  });
});
