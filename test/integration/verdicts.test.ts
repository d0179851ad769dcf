import { describe, expect, it } from "vitest";
import type { FakeTest } from "../rig/fake-suite.ts";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

/** A run that is no pass: refused at the commit, the repository as before, the session kept and counted. */
async function expectNotAccepted(rig: Rig, words: readonly string[]): Promise<void> {
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src/router.py");
  const before = await snapshot(rig);
  const { runs } = rig.suite;
  const ended = await rig.tryCommit("due");
  expect(ended.code).toBe(1);
  for (const word of ["not accepted", ...words]) expect(ended.stderr).toContain(word);
  expect(ended.stderr).toMatch(/session {3}\.gate\/sessions\/RUN_\d{8}_\d{6}/);
  expect(ended.stderr).toContain("No report was touched.");
  expect(rig.suite.runs).toBe(runs + 1);
  expect(await snapshot(rig)).toEqual(before);
}

const GOOD: FakeTest = { id: "tests/a.py::test_good" };
const BAD: FakeTest = { id: "tests/a.py::test_bad", outcome: "failed", message: "no" };
const SKIPPED: FakeTest = { id: "tests/a.py::test_skipped", outcome: "skipped", message: "no GPU" };
const FLAKY: FakeTest = { id: "tests/a.py::test_flaky", outcome: "flaky" };

/** What happens, what is said of it, the suite, and its further lines in gate.yaml. */
type Case = readonly [string, readonly string[], (rig: Rig) => void, suiteLines?: string];

const CASES: readonly Case[] = [
  [
    "a failing test",
    ["1 test failed", "tests/a.py::test_bad"],
    (rig) => rig.suite.answers([GOOD, BAD], { exit: 1 }),
  ],
  [
    "more failing tests than are named",
    ["30 tests failed", "tests/a.py::test_9\n      and 20 more\n"],
    (rig) =>
      rig.suite.answers(
        Array.from({ length: 30 }, (_, index) => ({ ...BAD, id: `tests/a.py::test_${index}` })),
        { exit: 1 },
      ),
  ],
  [
    "a failing test and exit 0",
    ["fake exited 0, but 1 test failed"],
    (rig) => rig.suite.answers([GOOD, BAD]),
  ],
  [
    "a test in error",
    ["1 test ended in an error"],
    (rig) => rig.suite.answers([{ ...BAD, outcome: "error" }], { exit: 1 }),
  ],
  [
    "all passing and exit 1",
    ["exited 1, but the only test passed"],
    (rig) => rig.suite.answers([GOOD], { exit: 1 }),
  ],
  ["no test", ["ran no test"], (rig) => rig.suite.answers([])],
  [
    "nothing but declared skips",
    ["The only test was skipped"],
    (rig) => rig.suite.answers([SKIPPED]),
    `    skips: [{ match: "*", reason: "slow" }]\n`,
  ],
  [
    "an undeclared skip",
    ["1 test was skipped without a declared reason"],
    (rig) => rig.suite.answers([GOOD, SKIPPED]),
  ],
  [
    "a flaky pass",
    ["1 test passed only when tried again", "counts where the suite has flaky: accept in gate.yaml"],
    (rig) => rig.suite.answers([GOOD, FLAKY]),
  ],
  [
    "a test that was planned and never ended",
    ["missing   tests/a.py::test_bad"],
    (rig) => {
      rig.suite.answers([GOOD, BAD], { complete: false });
      rig.suite.cutEvents((lines) =>
        lines.filter((line) => !(line.includes("test_bad") && line.includes("test-end"))),
      );
    },
  ],
  [
    "events without an end",
    ["stopped before it had told its end"],
    (rig) => rig.suite.answers([GOOD], { complete: false }),
  ],
  [
    "events that break off within a line",
    ["breaks off in the middle of an event"],
    (rig) => {
      rig.suite.answers([GOOD]);
      rig.suite.cutEvents((lines) => [...lines.slice(0, -1), lines.at(-1)?.slice(0, 20) ?? ""], "");
    },
  ],
  ["no events", ["It left no structured results"], (rig) => rig.suite.does("echo all tests passed")],
  [
    "events of an empty file",
    ["It left no structured results"],
    (rig) => rig.suite.does(': > "$GATE_EVENTS/1-a.ndjson"'),
  ],
  [
    "its time limit",
    ["stopped at its time limit"],
    (rig) => rig.suite.does("sleep 60"),
    "    timeout: 300ms\n",
  ],
  ["a signal", ["died of SIGSEGV"], (rig) => rig.suite.answers([GOOD], { after: "kill -SEGV $PPID" })],
];

describe("a run that is no pass leaves everything as it was", () => {
  it.each(CASES.map((one) => ({ one, name: one[0] })))("$name", async ({ one }) => {
    const [, words, arrange, suiteLines = ""] = one;
    const rig = await Rig.create();
    rig.suite.answers([GOOD]);
    await rig.withEvidence(suiteLines);
    arrange(rig);
    await expectNotAccepted(rig, words);
  });

  it("and the next one, which passes, says how many there were", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.suite.answers([BAD], { exit: 1 });
    await expectNotAccepted(rig, []);
    rig.suite.answers([GOOD]);
    await rig.commit("due");
    const manifest: unknown = JSON.parse(rig.read("test-reports/model-tests.json"));
    expect(manifest).toMatchObject({ sessions: { earlier: 1, verdicts: { failed: 1 } } });
  });

  it("nor does it where there never was a good one", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.suite.answers([BAD], { exit: 1 });
    const ended = await rig.tryCommit("first");
    expect(ended.code).toBe(1);
    expect(await rig.git("ls-files", "test-reports")).toBe("");
    expect(rig.exists("test-reports")).toBe(false);
    expect(await rig.git("for-each-ref")).toBe("");
  });
});

describe("a run that is a pass by what is declared", () => {
  it("a skip with its reason", async () => {
    const rig = await Rig.create();
    rig.suite.answers([GOOD, SKIPPED]);
    rig.writeProject(`    skips: [{ match: "*::test_skip*", reason: "needs two GPUs" }]\n`);
    await rig.git("add", ".");
    const ended = await rig.commit("first");
    expect(ended.stderr).toContain("1 passed, 1 skipped as declared");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("a pass on retry", async () => {
    const rig = await Rig.create();
    rig.suite.answers([GOOD, FLAKY]);
    rig.writeProject("    flaky: accept\n");
    await rig.git("add", ".");
    const ended = await rig.commit("first");
    expect(ended.stderr).toContain("1 passed, 1 passed on retry");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});

describe("two suites", () => {
  const TWO = `version: 1
suites:
  first:
    run: sh "$RIG_SUITE"
    inputs: [src]
    reports: reports/first
  second:
    run: sh "$RIG_SUITE" second
    inputs: [src]
    reports: reports/second
`;

  it("what passed is attached where the other one failed, and is not run again", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", TWO);
    await rig.git("add", ".");
    rig.suite.answers([GOOD], { before: '[ -z "$1" ] || exit 7' });
    const ended = await rig.tryCommit("first");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("first: 1 passed");
    expect(ended.stderr).toContain("second: not accepted");
    expect(await rig.git("ls-files", "reports")).toMatch(/^reports\/first\/(?!.*second)/s);
    expect(rig.suite.runs).toBe(2);
    rig.suite.answers([GOOD]);
    await rig.commit("first");
    expect(rig.suite.runs).toBe(3);
    expect(await rig.changes()).toEqual([]);
  });

  it("the failure of the first does not keep the second from running", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", TWO);
    await rig.git("add", ".");
    rig.suite.answers([GOOD], { before: '[ -n "$1" ] || exit 7' });
    const ended = await rig.tryCommit("first");
    expect(ended.code).toBe(1);
    expect(await rig.git("ls-files", "reports")).toMatch(/^reports\/second\/(?!.*first)/s);
  });

  it("one that is added later runs alone", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const added = `  later:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: later-reports\n`;
    rig.write("gate.yaml", rig.read("gate.yaml") + added);
    const ended = await rig.commit("later", "-a");
    expect(ended.stderr).not.toContain("model-tests:");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.changes()).toEqual([]);
  });

  it("one that gets another name leaves nothing of the old one behind", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("model-tests:", "renamed:"));
    await rig.commit("rename", "-a");
    const files = await rig.git("ls-tree", "-r", "--name-only", "HEAD", "test-reports");
    expect(files).toContain("test-reports/renamed.hash");
    expect(files).not.toContain("model-tests");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });
});
