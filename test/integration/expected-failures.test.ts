import { describe, expect, it } from "vitest";
import type { FakeTest } from "../rig/fake-suite.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const GOOD: FakeTest = { id: "tests/test_router.py::test_good" };
const RED: FakeTest = {
  id: "tests/test_store.py::test_round_trip",
  outcome: "failed",
  message: "NotImplementedError: load_bundle",
};
const REASON = "persistence is not built yet";
const LIST = `    expected-failures: [{ match: "tests/test_store.py::*", reason: "${REASON}" }]\n`;
const NOW = Date.now();

const day = (offset: number) => new Date(NOW + offset * 86_400_000).toISOString().slice(0, 10);

async function redRig(suiteLines = LIST): Promise<Rig> {
  const rig = await Rig.create();
  rig.suite.answers([GOOD, RED], { exit: 1 });
  rig.writeProject(suiteLines);
  await rig.git("add", ".");
  return rig;
}

async function expectRefused(rig: Rig, ...words: readonly string[]): Promise<void> {
  const ended = await rig.tryCommit("due");
  expect(ended.code).toBe(1);
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(rig.exists("test-reports")).toBe(false);
}

describe("a suite with a red list", () => {
  it("passes when exactly those tests fail, and verify says the same", async () => {
    const rig = await redRig();
    const ended = await rig.commit("red phase");
    expect(ended.stderr).toContain("1 passed, 1 failed as expected");
    const judged = await verified(rig, "--deep");
    expect(judged).toMatchObject({ code: 0, errors: [] });
    expect(judged.document.suites[0]?.tests).toMatchObject({ passed: 1, failed: 0, xfailed: 1 });
  });

  it("shows in its reports what has failed as expected, and why it may", async () => {
    const rig = await redRig();
    await rig.commit("red phase");
    const metadata: unknown = JSON.parse(rig.read("test-reports/logs/test_round_trip/metadata.json"));
    expect(metadata).toMatchObject({ outcome: "xfailed", passed: false, message: REASON });
    expect(rig.read("test-reports/model-tests-latest.txt")).toContain(`test_round_trip: ${REASON}`);
    expect(JSON.parse(rig.read("test-reports/model-tests.json"))).toMatchObject({
      tests: { [RED.id]: { outcome: "xfailed", message: REASON } },
    });
    const junit = await rig.gate("evidence", "export", "--format", "junit");
    expect(junit.stdout).toContain(`<skipped type="xfail" message="${REASON}"`);
  });

  it("is not accepted when one of them passes", async () => {
    const rig = await redRig();
    rig.suite.answers([GOOD, { ...RED, outcome: "passed" }]);
    await expectRefused(
      rig,
      "not accepted (failed)",
      "1 test passed although expected to fail",
      `passed    ${RED.id}`,
      "Unexpected pass: remove it from expected-failures",
    );
  });

  it("is not accepted when one of them is skipped, declared or not", async () => {
    const rig = await redRig(`${LIST}    skips: [{ match: "*", reason: "no torch" }]\n`);
    rig.suite.answers([GOOD, { ...RED, outcome: "skipped" }]);
    await expectRefused(rig, "1 test was skipped although expected to fail");
  });

  it("is not accepted when another test fails", async () => {
    const rig = await redRig();
    rig.suite.answers([{ ...GOOD, outcome: "failed" }, RED], { exit: 1 });
    await expectRefused(rig, "1 test failed", `failed    ${GOOD.id}`);
  });

  it("is not accepted when exit code 1 may be another command's", async () => {
    const rig = await redRig();
    rig.write("gate.yaml", rig.read("gate.yaml").replace(/( run: )(.*)/, "$1'$2; exit 1'"));
    await rig.git("add", ".");
    await expectRefused(rig, "not accepted (incomplete)", "let it be one command");
  });

  it("is not accepted when a file fails as a whole that only a wildcard matches", async () => {
    const rig = await redRig(LIST.replace("test_store.py::*", "test_st*"));
    rig.suite.answers([GOOD, { id: "tests/test_store.py", outcome: "error" }], { exit: 1 });
    await expectRefused(rig, "1 test was a file that failed as a whole", "name it itself, without a star");
  });

  it("is not accepted when an entry has ended", async () => {
    const rig = await redRig(LIST.replace(" }]", `, until: "${day(-1)}" }]`));
    await expectRefused(rig, "1 entry of expected-failures has ended", `ended on ${day(-1)} (${REASON})`);
  });

  it("is not accepted when an entry matches no test", async () => {
    const rig = await redRig();
    rig.suite.answers([GOOD]);
    await expectRefused(rig, '"tests/test_store.py::*" matches no test of the run', "correct its match:");
  });

  it("gives the same verdict when its session is read again", async () => {
    const rig = await redRig(`${LIST}    max-report-size: 10B\n`);
    const refused = await rig.gate("run");
    const [session = ""] = /RUN_\d{8}_\d{6}(_\d+)?/.exec(refused.stderr) ?? [];
    rig.write("gate.yaml", rig.read("gate.yaml").replace("10B", "10KiB"));
    await rig.git("add", "gate.yaml");
    expect((await rig.gate("run", "--from", session)).stdout).toContain("1 failed as expected");
    expect(rig.suite.runs).toBe(1);
  });
});

describe("gate verify", () => {
  const UNTIL = day(1);

  async function ending(): Promise<Rig> {
    const rig = await redRig(LIST.replace(" }]", `, until: "${UNTIL}" }]`));
    await rig.commit("red phase");
    return rig;
  }

  it("refuses what had ended at the commit's time, or at the time it is asked about", async () => {
    const rig = await ending();
    expect((await verified(rig)).errors).toEqual([]);
    expect((await verified(rig, "--at", `${UNTIL}T23:59:59Z`)).errors).toEqual([]);
    const later = await verified(rig, "--at", `${day(2)}T00:00:00Z`);
    expect(later).toMatchObject({ code: 1, errors: ["verdict-not-accepted"] });
    expect(later.problems.map(({ message }) => message)).toEqual([
      "test-reports/model-tests.json says passed, but its expected failures hold no more.",
      `expected-failures: "tests/test_store.py::*" ended on ${UNTIL} (${REASON}).`,
    ]);
  });

  it("names what relaxes the gate: a test more that may fail, a later end", async () => {
    const rig = await ending();
    rig.write("gate.yaml", rig.read("gate.yaml").replace(UNTIL, day(30)).replace("::*", "*"));
    await rig.commit("relaxed", "-a");
    const judged = await verified(rig, "--base", "HEAD~");
    expect(judged).toMatchObject({ errors: [], warnings: ["policy-weakened"] });
    expect(judged.problems[0]).toMatchObject({ path: "gate.yaml", line: 6 });
    expect(judged.problems[0]?.message).toContain(`"tests/test_store.py*" may fail now`);
  });
});
