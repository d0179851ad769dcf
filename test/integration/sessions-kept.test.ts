import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSession } from "../../src/suite/session.ts";
import { Rig } from "../rig/repository.ts";
import { start } from "../rig/started.ts";

async function keeping(limits: string): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject();
  rig.write("gate.yaml", `${rig.read("gate.yaml")}sessions: { ${limits} }\n`);
  await rig.git("add", ".");
  await rig.commit("first");
  return rig;
}

const sessions = (rig: Rig) => readdirSync(join(rig.directory, ".gate/sessions")).toSorted();
const inSession = (rig: Rig, name: string, file: string) => join(rig.directory, ".gate/sessions", name, file);

const failing = [{ id: "t.py::t", outcome: "failed" as const, message: "assert 1 == 2" }];

describe("old sessions", () => {
  it("have names before those of the same second that come after them, even where one is gone", async () => {
    const rig = await Rig.create();
    const now = new Date("2026-02-13T14:27:22.000Z");
    const first = await createSession(rig.directory, now);
    const second = await createSession(rig.directory, now);
    rig.remove(`.gate/sessions/${first.name}`);
    const third = await createSession(rig.directory, now);
    expect([first.name, second.name, third.name]).toEqual([
      "RUN_20260213_142722",
      "RUN_20260213_142722_2",
      "RUN_20260213_142722_3",
    ]);
  });

  it("make room for new ones, but for the last good one and the last failed one", async () => {
    const rig = await keeping("keep: 2");
    const [good = ""] = sessions(rig);
    rig.suite.answers(failing);
    await rig.gate("run", "--force");
    const [, firstFailed = ""] = sessions(rig);
    const second = await rig.gate("run", "--force");
    // Two starts in one second: the later name begins with the earlier one.
    expect(second.stdout + second.stderr).not.toMatch(new RegExp(`${firstFailed}\\b`));
    expect(sessions(rig)).toHaveLength(2);
    expect(sessions(rig)).toContain(good);
    const [, secondFailed = ""] = sessions(rig);
    expect(await rig.gateJson("run", "--force")).toMatchObject({
      suites: [{ removedSessions: [secondFailed] }],
    });
    expect(readdirSync(join(rig.directory, ".gate"))).not.toContain("removed");
  });

  it("go by their size as well, the one that was just made never", async () => {
    const rig = await keeping("size: 100KiB");
    const [good = ""] = sessions(rig);
    writeFileSync(inSession(rig, good, "large.bin"), Buffer.alloc(200 * 1024));
    rig.suite.answers(failing);
    await rig.gate("run", "--force");
    expect(sessions(rig)).toHaveLength(2);
    rig.suite.answers([{ id: "t.py::t" }], { before: "head -c 300000 /dev/zero" });
    await rig.gate("run", "--force");
    expect(sessions(rig)).not.toContain(good);
    expect(sessions(rig)).toHaveLength(2);
  });

  it("leave alone what has no evidence yet, another suite's, and what is still running", async () => {
    const rig = await keeping("keep: 2");
    const [good = ""] = sessions(rig);
    const record = JSON.parse(readFileSync(inSession(rig, good, "session.json"), "utf8"));
    const plant = (name: string, changed: object) => {
      mkdirSync(join(rig.directory, ".gate/sessions", name));
      writeFileSync(inSession(rig, name, "session.json"), JSON.stringify({ ...record, name, ...changed }));
    };
    plant("RUN_20200101_000000", { evidence: null });
    plant("RUN_20200101_000001", { suite: "another" });
    plant("RUN_20200101_000002", { ended: null, evidence: null, mark: "still-here" });
    plant("RUN_20200101_000003", {});
    const running = start(rig, "sleep", ["60"], { GATE_SESSION: "still-here" });
    rig.suite.answers(failing);
    await rig.gate("run", "--force");
    running.signal("SIGKILL");
    await running.ended;
    const left = sessions(rig);
    expect(left).toHaveLength(5);
    expect(left).toEqual(
      expect.arrayContaining([...["0", "1", "2"].map((one) => `RUN_20200101_00000${one}`), good]),
    );
  });

  it("leave the last failed one alone also where a later one was killed", async () => {
    const rig = await keeping("keep: 2");
    const [good = ""] = sessions(rig);
    const record = JSON.parse(readFileSync(inSession(rig, good, "session.json"), "utf8"));
    const failed = { evidence: null, ended: { ...record.ended, verdict: "failed" } };
    for (const [name, changed] of [
      ["RUN_20200101_000000", failed],
      ["RUN_20200101_000001", { evidence: null, ended: null }],
    ] as const) {
      mkdirSync(join(rig.directory, ".gate/sessions", name));
      writeFileSync(inSession(rig, name, "session.json"), JSON.stringify({ ...record, name, ...changed }));
    }
    expect((await rig.gate("run", "--force")).code).toBe(0);
    const left = sessions(rig);
    expect(left.slice(0, 2)).toEqual(["RUN_20200101_000000", "RUN_20200101_000001"]);
    expect(left).not.toContain(good);
  });

  it("that cannot be removed are a warning", async () => {
    const rig = await keeping("keep: 2");
    rig.suite.answers(failing);
    await rig.gate("run", "--force");
    writeFileSync(join(rig.directory, ".gate/removed"), "");
    const message = expect.stringMatching(/^the old session RUN_\w+ could not be removed: /);
    expect(await rig.gateJson("run", "--force")).toMatchObject({
      suites: [{ problems: expect.arrayContaining([expect.objectContaining({ message })]) }],
    });
    expect(sessions(rig)).toHaveLength(3);
  });
});
