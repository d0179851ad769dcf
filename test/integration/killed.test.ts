import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { FakeTest } from "../rig/fake-suite.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { gateOf, livingProcesses, type Started, start, until } from "../rig/started.ts";
import { INSTANTS, type Instant, watcher } from "../rig/watch.ts";

const MANY: readonly FakeTest[] = Array.from({ length: 80 }, (_, index) => ({
  id: `a::test_new_${index}`,
  prompt: `prompt ${index}`,
  logs: { "session.log": "ready\n", "session_model.log": `answer ${index}\n` },
}));

async function dueRig(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.suite.answers(MANY);
  rig.write("src/router.py", "route = 2\n");
  return rig;
}

function killGate(rig: Rig): void {
  const gate = gateOf(rig);
  if (gate === null) return;
  try {
    process.kill(gate, "SIGKILL");
  } catch {
    // it has just ended
  }
}

/** Kills gate when the instant is seen; gives the exit of the program that was started. */
async function killAt(rig: Rig, instant: Instant, started: Started): Promise<void> {
  const hasCome = watcher(rig, instant);
  let ended = false;
  void started.ended.then(() => {
    ended = true;
  });
  while (!hasCome() && !ended) await turn();
  killGate(rig);
  await started.ended;
}

/** Whatever was cut off: nothing is lost, nothing is left behind, and the next commit goes its way. */
async function expectUnharmed(rig: Rig, commit: readonly string[]): Promise<void> {
  await until(() => livingProcesses(rig).length === 0, "every process of the run to end", 5_000);
  const leftBehind = readdirSync(join(rig.directory, ".git")).filter((name) => /\.lock$|crash/.test(name));
  expect(leftBehind).toEqual([]);
  for (const file of jsonFiles(rig)) expect(() => JSON.parse(readFileSync(file, "utf8")), file).not.toThrow();
  expect(await rig.decision("HEAD")).toBe("fresh");
  const ended = await rig.tryGit("commit", ...commit);
  expect(ended.stderr).not.toContain("bug in gate");
  expect(ended.code).toBe(0);
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
  expect(await rig.git("fsck", "--strict", "--no-dangling")).toBe("");
}

function jsonFiles(rig: Rig): string[] {
  return [".git/gate", ".gate/sessions"].flatMap((place) =>
    readdirSync(join(rig.directory, place), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(rig.directory, place, name)),
  );
}

describe("kill -9 of gate", () => {
  it.each(INSTANTS)("in git commit, once this is seen: %s", async (instant) => {
    const rig = await dueRig();
    await rig.git("add", ".");
    await killAt(rig, instant, start(rig, "git", ["commit", "-m", "due"]));
    await expectUnharmed(rig, ["--allow-empty", "-m", "again"]);
  });

  it.each(["stored", "journal", "files"] as const)(
    "in git commit -a, once this is seen: %s",
    async (instant) => {
      const rig = await dueRig();
      await killAt(rig, instant, start(rig, "git", ["commit", "-a", "-m", "due"]));
      await expectUnharmed(rig, ["--allow-empty", "-a", "-m", "again"]);
    },
  );

  it.each(["journal", "files"] as const)("in git commit -- path, once this is seen: %s", async (instant) => {
    const rig = await dueRig();
    await killAt(rig, instant, start(rig, "git", ["commit", "-m", "due", "--", "src/router.py"]));
    await expectUnharmed(rig, ["--allow-empty", "-a", "-m", "again"]);
  });

  it("at instants all over gate run", async () => {
    const rig = await dueRig();
    await rig.git("add", ".");
    const begun = performance.now();
    expect((await rig.gate("run")).code).toBe(0);
    const whole = performance.now() - begun;
    for (let part = 1; part <= 8; part += 1) {
      rig.write("src/router.py", `route = ${part + 2}\n`);
      await rig.git("add", "src");
      const run = start(rig, process.execPath, [GATE, "run"]);
      const timer = setTimeout(() => run.signal("SIGKILL"), (whole * part) / 9);
      await run.ended;
      clearTimeout(timer);
      await expectUnharmed(rig, ["-m", `part ${part}`]);
    }
  });

  it("a switch to other sources after it brings the reports of these back", async () => {
    const rig = await dueRig();
    await rig.git("add", ".");
    await killAt(rig, "files", start(rig, "git", ["commit", "-m", "due"]));
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    await expectUnharmed(rig, ["--allow-empty", "-m", "back"]);
    expect(await rig.git("ls-files", "test-reports/test_hello.puml")).not.toBe("");
  });
});
