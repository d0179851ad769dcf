import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

type Event = Readonly<Record<string, unknown>>;

const HELLO = { type: "hello", role: "main", runner: { name: "fake", version: "1" }, pid: 1, resumes: true };
const test = (name: string) => ({ id: `tests/llm/t.py::${name}`, name, file: "tests/llm/t.py" });
const plan = (...names: readonly string[]) => ({ type: "plan", tests: names.map(test) });
const begun = (name: string) => ({ type: "test-start", ...test(name) });
const ended = (name: string, outcome = "passed") => [
  begun(name),
  { type: "log", id: test(name).id, name: "session.log", text: `${name} answered\n` },
  { type: "test-end", id: test(name).id, outcome, duration: 0.1, message: null, properties: {} },
];

function lines(events: readonly Event[]): string {
  const time = "2026-02-13T14:27:22.000Z";
  return events.map((event, seq) => `${JSON.stringify({ v: 1, seq, time, ...event })}\n`).join("");
}

/** A suite that dies in the middle, and says the second list of events when it is resumed. */
async function died(
  first: readonly Event[],
  second: readonly Event[],
  suiteLines = "",
  prepare: (rig: Rig) => void = () => undefined,
): Promise<{ readonly rig: Rig; readonly session: string }> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject(suiteLines);
  prepare(rig);
  await rig.git("add", ".");
  writeFileSync(join(rig.base, "first"), lines(first));
  writeFileSync(join(rig.base, "second"), lines(second));
  rig.suite.does(
    `if grep -q '"ended"' "$GATE_SETTINGS"; then cp "${rig.base}/second" "$GATE_EVENTS/1-b.ndjson"; exit 0; fi
cp "${rig.base}/first" "$GATE_EVENTS/1-a.ndjson"
kill -9 $$`,
  );
  const run = await rig.gate("run");
  expect(run.code).toBe(1);
  const session = readdirSync(join(rig.directory, ".gate/sessions"))[0] ?? "";
  return { rig, session };
}

const FIRST = [HELLO, plan("one", "two", "three"), ...ended("one"), begun("two")];
const SECOND = [HELLO, plan("two", "three"), ...ended("two"), ...ended("three"), { type: "end", tests: 2 }];

async function expectRefused(rig: Rig, session: string, ...words: readonly string[]): Promise<void> {
  const before = await snapshot(rig);
  const { runs } = rig.suite;
  const refused = await rig.gate("run", "--from", session);
  expect(refused.code).toBe(1);
  for (const word of words) expect(refused.stderr).toContain(word);
  expect(rig.suite.runs).toBe(runs);
  expect(await snapshot(rig)).toEqual(before);
}

describe("a session that is resumed", () => {
  it("has what the first part told of tests that ended, and nothing of those that did not", async () => {
    const told = [
      { type: "turn", id: test("two").id, turn: { kind: "prompt", text: "cut short" } },
      { type: "log", id: test("two").id, name: "session.log", text: "cut short\n" },
    ];
    const { rig, session } = await died([...FIRST, ...told], SECOND, "    flaky: accept\n");
    const resumed = await rig.gate("run", "--from", session);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining("1 of 3 tests have ended")]);
    expect((await rig.gate("sessions", "show")).stdout).toContain("UTC, resumed once\n");
    expect(rig.read("test-reports/logs/one/session.log")).toBe("one answered\n");
    expect(rig.read("test-reports/logs/two/session.log")).toBe("two answered\n");
    expect(rig.read("test-reports/two.puml")).not.toContain("cut short");
    const document: unknown = JSON.parse(
      (await rig.gate("verify", "--json", "--rev", await tree(rig))).stdout,
    );
    expect(document).toMatchObject({
      suites: [
        { evidence: { resumed: { again: 1, parts: [{ cutShort: "died", tests: 1 }, { tests: 2 }] } } },
      ],
    });
    const log = readFileSync(join(rig.directory, ".gate/sessions", session, "progression.log"), "utf8");
    expect(log.match(/::one: PASSED/g)).toHaveLength(1);
    expect(log).toMatch(/Resuming Test Run[\s\S]*::two: PASSED[\s\S]*::three: PASSED/);
    const results = readFileSync(join(rig.directory, ".gate/sessions", session, "llm.json"), "utf8");
    expect(JSON.parse(results).results.map(({ name }: { name: string }) => name)).toEqual([
      "one",
      "two",
      "three",
    ]);
  });

  it("has no part that ended before it began, also where gate was killed at its very start", async () => {
    const { rig, session } = await died(FIRST, SECOND, "    flaky: accept\n");
    const directory = join(rig.directory, ".gate/sessions", session);
    const file = join(directory, "session.json");
    const { ended: end, ...record } = JSON.parse(readFileSync(file, "utf8"));
    const { mark, started } = record;
    const parts = [
      { mark, started, ended: end },
      { mark: "killed", started: end.time, ended: null },
    ];
    writeFileSync(file, JSON.stringify({ ...record, ended: null, parts }));
    mkdirSync(join(directory, "resume_1/events"), { recursive: true });
    const resumed = await rig.gate("run", "--from", session);
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining("resumed twice")]);
    const manifest = JSON.parse(rig.read("test-reports/model-tests.json"));
    const second = `${end.time.slice(0, 19)}Z`;
    expect(manifest.parts[1]).toMatchObject({ started: second, ended: second, tests: 0 });
  });

  it("is no pass where a test that had ended is run again", async () => {
    const again = [
      HELLO,
      plan("one", "three"),
      ...ended("one"),
      ...ended("three"),
      { type: "end", tests: 2 },
    ];
    const { rig, session } = await died(FIRST, again);
    const resumed = await rig.gate("run", "--from", session);
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('Test "tests/llm/t.py::one" ended twice: passed, then passed.');
    expect(resumed.stderr).toContain("tests/llm/t.py::two");
  });

  it("is refused where the runner cannot leave tests out", async () => {
    const { rig, session } = await died([{ ...HELLO, resumes: false }, ...FIRST.slice(1)], SECOND);
    await expectRefused(rig, session, "fake cannot be told to leave out the tests that have ended");
  });

  it("is refused where events were lost", async () => {
    const { rig, session } = await died([...FIRST.slice(0, 2), { ...begun("one"), seq: 7 }], SECOND);
    await expectRefused(rig, session, "has number 7, 2 was due: events were lost");
  });

  it("is refused where no test had ended", async () => {
    const { rig, session } = await died(FIRST.slice(0, 2), SECOND);
    await expectRefused(rig, session, "no test of it had ended");
  });

  it("is refused where all of its tests had ended: what came after them would not be met again", async () => {
    const all = [HELLO, plan("one", "two"), ...ended("one"), ...ended("two")];
    const { rig, session } = await died(all, [HELLO, plan(), { type: "end", tests: 0 }]);
    await expectRefused(rig, session, "all of its tests had ended", "gate run model-tests");
    expect((await rig.gate("sessions", "show")).stdout).not.toContain("--from");
  });

  it("is refused where the suite ended by itself while no test ran", async () => {
    const between = [HELLO, plan("one", "two", "three"), ...ended("one"), ...ended("two")];
    const { rig, session } = await died(between, [
      HELLO,
      plan("three"),
      ...ended("three"),
      { type: "end", tests: 1 },
    ]);
    await expectRefused(rig, session, "ended by itself while no test ran");
  });

  it("is refused where an input was written since, even if it is the same now", async () => {
    const { rig, session } = await died(FIRST, SECOND);
    const file = join(rig.directory, "src/router.py");
    utimesSync(file, new Date(0), new Date(0));
    await expectRefused(rig, session, "src/router.py was written after it had begun");
  });

  it("is refused where a link among the inputs led elsewhere in between", async () => {
    const link = (rig: Rig) => join(rig.directory, "src/model.py");
    const { rig, session } = await died(FIRST, SECOND, "", (made) => symlinkSync("router.py", link(made)));
    rmSync(link(rig));
    symlinkSync("router.py", link(rig));
    await expectRefused(rig, session, "src/model.py was written after it had begun");
  });

  it("has passed only when tried again what ran while a service died", async () => {
    const rig = await Rig.create({ hooks: false });
    const die = join(rig.base, "die");
    const service = `while ! rm "${die}" 2>/dev/null; do sleep 0.05; done; exit 9`;
    rig.writeProject(`    services:\n      llm:\n        run: ${JSON.stringify(service)}\n`);
    await rig.git("add", ".");
    writeFileSync(join(rig.base, "first"), lines(FIRST));
    writeFileSync(join(rig.base, "second"), lines(SECOND));
    rig.suite.does(
      `if grep -q '"ended"' "$GATE_SETTINGS"; then cp "${rig.base}/second" "$GATE_EVENTS/1-b.ndjson"; exit 0; fi
cp "${rig.base}/first" "$GATE_EVENTS/1-a.ndjson"
touch "${die}"
sleep 300`,
    );
    expect((await rig.gate("run")).stderr).toContain("The service llm exited with 9 while the suite ran.");
    const session = readdirSync(join(rig.directory, ".gate/sessions"))[0] ?? "";
    const resumed = await rig.gate("run", "--from", session);
    expect([resumed.code, resumed.stderr]).toEqual([
      1,
      expect.stringContaining("passed only when tried again"),
    ]);
  });

  it("is refused on another machine", async () => {
    const { rig, session } = await died(FIRST, SECOND);
    const file = join(rig.directory, ".gate/sessions", session, "session.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...record, machine: { ...record.machine, cpus: 4096 } }));
    await expectRefused(rig, session, "it began on", "with 4096 CPUs");
  });

  it("is refused where the working tree is not what was judged", async () => {
    const { rig, session } = await died(FIRST, SECOND);
    rig.write("src/more.py", "more = 1\n");
    await expectRefused(rig, session, "src/more.py is untracked");
  });

  it("is refused where the results come as one document at the end", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject("    results: .gate/junit.xml\n");
    await rig.git("add", ".");
    rig.suite.does("sleep 300");
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(() => rig.suite.runs > 0, "the suite to run");
    run.signal("SIGKILL");
    await run.ended;
    await until(() => livingProcesses(rig).length === 0, "the suite to end");
    const session = readdirSync(join(rig.directory, ".gate/sessions"))[0] ?? "";
    await expectRefused(rig, session, "writes .gate/junit.xml only when all tests have ended");
  });

  it("goes on after Ctrl-C", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    await rig.git("add", ".");
    writeFileSync(join(rig.base, "first"), lines(FIRST));
    writeFileSync(join(rig.base, "second"), lines(SECOND));
    rig.suite.does(
      `if grep -q '"ended"' "$GATE_SETTINGS"; then cp "${rig.base}/second" "$GATE_EVENTS/1-b.ndjson"; exit 0; fi
cp "${rig.base}/first" "$GATE_EVENTS/1-a.ndjson"
touch "${rig.base}/told"
sleep 300`,
    );
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(() => existsSync(join(rig.base, "told")), "the suite to be in the middle");
    run.signalGroup("SIGINT");
    const { code, stderr, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stderr + stdout).toContain("1 of 3 tests have ended, and need not run again.");
    const session = /gate run --from (RUN_\w+)/.exec(stderr + stdout)?.[1] ?? "";
    const resumed = await rig.gate("run", "--from", session);
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringContaining("3 passed")]);
  });
});

/** The index as a commit that verify can be asked of. */
async function tree(rig: Rig): Promise<string> {
  await rig.git("commit", "-qm", "resumed");
  expect(existsSync(join(rig.directory, "test-reports"))).toBe(true);
  return "HEAD";
}
