import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { type Snapshot, snapshot } from "../rig/snapshot.ts";
import { gateOf, isRunning, livingProcesses, type Started, start, until } from "../rig/started.ts";

interface Busy {
  readonly rig: Rig;
  readonly before: Snapshot;
  /** An argument of a process that left the suite's session and cleared its environment. */
  readonly stray: string;
  readonly running: () => boolean;
}

let strays = 0;

/** A repository where a run is due and the suite, once started, never ends: with children of children. */
async function busyRig(due = true): Promise<Busy> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("src/router.py", "route = 2\n");
  if (due) await rig.git("add", "src/router.py");
  strays += 1;
  const stray = `31${process.pid}.${strays}`;
  const ready = join(rig.suite.directory, "ready");
  rig.suite.does(
    `setsid sh -c 'sleep 300 & wait' & sh -c 'sleep 300 & wait' & env -i setsid /bin/sleep ${stray} & echo partial > src/junk.md; sleep 0.1; : > "${ready}"; sleep 300`,
  );
  rig.write("src/junk.md", "junk\n");
  return { rig, before: await snapshot(rig), stray, running: () => existsSync(ready) };
}

async function expectAsBefore({ rig, before, stray }: Busy): Promise<void> {
  await until(() => livingProcesses(rig).length === 0, "every process to end");
  expect(isRunning(stray)).toBe(false);
  expect(await snapshot(rig)).toEqual(before);
  expect(rig.exists(".git/gate/lock")).toBe(false);
  rig.suite.answers([{ id: "a::b" }]);
  await rig.commit("due", "-a");
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual(["?? src/junk.md"]);
}

/** Sends a signal, and says whether somebody was there. */
function stillTakes(run: Started, signal: NodeJS.Signals): boolean {
  try {
    run.signal(signal);
    return true;
  } catch {
    return false;
  }
}

const COMMITS = [
  { args: ["-m", "due"], staged: true },
  { args: ["-a", "-m", "due"], staged: false },
  { args: ["-m", "due", "--", "src/router.py"], staged: false },
] as const;

describe("Ctrl-C at a terminal", () => {
  it.each(COMMITS)("git commit $args", async ({ args, staged }) => {
    const busy = await busyRig(staged);
    const commit = start(busy.rig, "git", ["commit", ...args]);
    await until(busy.running, "the suite to run");
    commit.signalGroup("SIGINT");
    const ended = await commit.ended;
    expect(ended.code === 0).toBe(false);
    await expectAsBefore(busy);
  });

  it("gate run says so and exits 130", async () => {
    const busy = await busyRig();
    const run = start(busy.rig, process.execPath, [GATE, "run"]);
    await until(busy.running, "the suite to run");
    run.signalGroup("SIGINT");
    const ended = await run.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain("The run was interrupted");
    await expectAsBefore(busy);
  });

  it("a second one ends gate at once, and its suite soon after", async () => {
    const busy = await busyRig();
    busy.rig.suite.does(
      `trap '' INT TERM; sleep 300 & : > "${join(busy.rig.suite.directory, "ready")}"; wait; wait; sleep 300`,
    );
    const run = start(busy.rig, process.execPath, [GATE, "run"]);
    await until(busy.running, "the suite to run");
    // Linux joins signals that wait together, so two at once may be one.
    await until(() => !stillTakes(run, "SIGINT"), "gate to end");
    expect((await run.ended).code).toBe(130);
    expect(busy.rig.exists(".git/gate/lock")).toBe(false);
    await expectAsBefore(busy);
  });

  it("only one suite is interrupted, and the next is not started", async () => {
    const busy = await busyRig();
    const { rig } = busy;
    const second = `  second:\n    run: sh "$RIG_SUITE"\n    inputs: [src/*.py]\n    reports: second-reports\n`;
    rig.write("gate.yaml", rig.read("gate.yaml") + second);
    await rig.git("add", "gate.yaml");
    const { runs } = rig.suite;
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(busy.running, "the suite to run");
    run.signal("SIGINT");
    const ended = await run.ended;
    expect(ended.code).toBe(130);
    expect(rig.suite.runs).toBe(runs + 1);
    expect(ended.stderr).not.toContain("second:");
  });
});

describe("a signal to gate alone", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s within git commit", async (signal) => {
    const busy = await busyRig();
    const commit = start(busy.rig, "git", ["commit", "-m", "due"]);
    await until(busy.running, "the suite to run");
    const gate = gateOf(busy.rig);
    expect(gate).not.toBeNull();
    process.kill(gate ?? 0, signal);
    const ended = await commit.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("The run was interrupted");
    await expectAsBefore(busy);
  });
});

describe("a commit that dies under gate", () => {
  it.each(COMMITS)("git commit $args: the suite ends with it", async ({ args, staged }) => {
    const busy = await busyRig(staged);
    const commit = start(busy.rig, "git", ["commit", ...args]);
    await until(busy.running, "the suite to run");
    commit.signal("SIGTERM");
    await expectAsBefore(busy);
  });

  it.each(COMMITS)("git commit $args: no lock of git's is brought back", async ({ args, staged }) => {
    const busy = await busyRig(staged);
    const { rig } = busy;
    const go = join(rig.suite.directory, "go");
    const ready = join(rig.suite.directory, "ready");
    rig.suite.answers([{ id: "a::b" }], {
      before: `: > "${ready}"; while [ ! -e "${go}" ]; do sleep 0.02; done`,
    });
    const commit = start(rig, "git", ["commit", ...args]);
    await until(busy.running, "the suite to run");
    commit.signal("SIGTERM");
    await until(
      () => !livingProcesses(rig).some(({ command }) => command.startsWith("git commit")),
      "git to die",
    );
    await rig.run("touch", [go]);
    await until(() => livingProcesses(rig).length === 0, "gate to end");
    expect((await snapshot(rig)).locks).toEqual([]);
    await rig.commit("due", "-a");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual(["?? src/junk.md"]);
  });
});
