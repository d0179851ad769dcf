import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

const TOO_LARGE = { id: "a::b", logs: { "session.log": "far too long a line for it\n".repeat(50) } };

interface Refused {
  readonly rig: Rig;
  readonly session: string;
}

/** A run that passed and whose log is larger than `max-report-size` allows. */
async function refusedRun(): Promise<Refused> {
  const rig = await Rig.create();
  rig.writeProject("    max-report-size: 1KiB\n");
  await rig.git("add", ".");
  rig.suite.answers([TOO_LARGE]);
  const ended = await rig.tryCommit("due");
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("session.log of a::b has more than 1 KiB");
  const session = /gate run --from (RUN_\w+)/.exec(ended.stderr)?.[1] ?? "";
  return { rig, session };
}

async function raiseLimit(rig: Rig): Promise<void> {
  rig.write("gate.yaml", rig.read("gate.yaml").replace("1KiB", "1MiB"));
  await rig.git("add", "gate.yaml");
}

async function expectUnusable(rig: Rig, session: string, ...words: string[]): Promise<void> {
  const before = await snapshot(rig);
  const { runs } = rig.suite;
  const ended = await rig.gate("run", "--from", session);
  expect(ended.code).toBe(1);
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(rig.suite.runs).toBe(runs);
  expect(await snapshot(rig)).toEqual(before);
}

describe("gate run --from", () => {
  it.each([
    (session: string) => session,
    (session: string) => `.gate/sessions/${session}`,
    (session: string) => `.gate/sessions/${session}/`,
  ])("finishes a session once its cause is gone, and runs nothing (%#)", async (spelled) => {
    const { rig, session } = await refusedRun();
    await raiseLimit(rig);
    const ended = await rig.gate("run", "--from", spelled(session));
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("1 passed");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(1);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("says after git commit -a, which stages for itself alone, what to stage first", async () => {
    const rig = await Rig.create();
    await rig.withEvidence("    max-report-size: 1KiB\n");
    rig.write("src/router.py", "route = 2\n");
    rig.suite.answers([TOO_LARGE]);
    const { code, stderr } = await rig.tryCommit("due", "-a");
    expect(code).toBe(1);
    expect(stderr).toContain("Before gate run --from:  git add what you commit");
    const session = /gate run --from (RUN_\w+)/.exec(stderr)?.[1] ?? "";
    await raiseLimit(rig);
    await expectUnusable(rig, session, "a refused git commit -a has staged nothing");
    await rig.git("add", "-u");
    expect((await rig.gate("run", "--from", session)).code).toBe(0);
    await rig.commit("due", "-a");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("is not spoken of where tests failed: nothing is left to finish", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    rig.suite.answers([{ id: "a::b", outcome: "failed" }]);
    const { code, stderr } = await rig.tryCommit("due", "-a");
    expect(code).toBe(1);
    expect(stderr).not.toContain("--from");
  });

  it("refuses again while the cause is there", async () => {
    const { rig, session } = await refusedRun();
    await expectUnusable(rig, session, "has more than 1 KiB");
  });

  it("gives the same evidence when it is asked twice", async () => {
    const { rig, session } = await refusedRun();
    await raiseLimit(rig);
    await rig.gate("run", "--from", session);
    const { index } = await snapshot(rig);
    expect((await rig.gate("run", "--from", session)).code).toBe(0);
    expect((await snapshot(rig)).index).toBe(index);
  });

  it("refuses sessions of other sources", async () => {
    const { rig, session } = await refusedRun();
    await raiseLimit(rig);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    await expectUnusable(rig, session, "is of other sources than those staged now");
  });

  it("refuses sessions of another suite", async () => {
    const { rig, session } = await refusedRun();
    const other = `  other:\n    run: "true"\n    inputs: [src]\n    reports: other-reports\n`;
    rig.write("gate.yaml", rig.read("gate.yaml") + other);
    await rig.git("add", "gate.yaml");
    const ended = await rig.gate("run", "other", "--from", session);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("is one of suite model-tests");
  });

  it("refuses sessions of a suite that is gone", async () => {
    const { rig, session } = await refusedRun();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("model-tests:", "renamed:"));
    await rig.git("add", "gate.yaml");
    await expectUnusable(rig, session, "suite model-tests, which gate.yaml does not have");
  });

  it("refuses what is no session's name, and looks nowhere else", async () => {
    const { rig, session } = await refusedRun();
    mkdirSync(join(rig.base, "x"));
    const record = readFileSync(join(rig.directory, ".gate/sessions", session, "session.json"));
    writeFileSync(join(rig.base, "x/session.json"), record);
    writeFileSync(join(rig.directory, ".gate/session.json"), record);
    for (const name of [
      "../../../x",
      "..",
      ".",
      "/",
      "RUN_20260101_000000/../..",
      "RUN_x",
      `${session}\n`,
      "",
    ]) {
      const ended = await rig.gate("run", "--from", name);
      expect(ended.stderr).toContain("no session");
      expect(ended.code).toBe(2);
    }
    const misspelt = await rig.gate("run", "--from", session.replace(/\d$/, "x"));
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toContain(`Did you mean ${session}?`);
  });

  it("refuses a session whose record is damaged", async () => {
    const { rig, session } = await refusedRun();
    await raiseLimit(rig);
    const record = join(rig.directory, ".gate/sessions", session, "session.json");
    for (const text of [
      "",
      "{",
      "[]",
      '{"schema":"gate/session@1","suite":"model-tests","fingerprint":"x","ended":{}}',
    ]) {
      writeFileSync(record, text);
      const ended = await rig.gate("run", "--from", session);
      expect(ended.code).toBe(1);
      expect(ended.stderr).not.toContain("bug in gate");
    }
  });

  it("refuses a session whose inputs changed while it ran", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a::b" }], { after: "echo x >> src/router.py" });
    await rig.tryCommit("due");
    await rig.git("checkout", "--", "src");
    const session = readdirSync(join(rig.directory, ".gate/sessions"))[0] ?? "";
    await expectUnusable(rig, session, "src/router.py changed while session");
  });

  it("refuses a session that was killed before a test had ended", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const { runs } = rig.suite;
    rig.suite.does("sleep 300");
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(() => rig.suite.runs > runs, "the suite to run");
    run.signal("SIGKILL");
    await until(() => livingProcesses(rig).length === 0, "the suite to end");
    const session = readdirSync(join(rig.directory, ".gate/sessions")).toSorted().at(-1) ?? "";
    await expectUnusable(rig, session, "cannot be resumed: no test of it had ended");
  });

  it("refuses a session that failed, however often it is asked", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    rig.suite.answers([{ id: "a::b", outcome: "failed" }], { exit: 1 });
    const ended = await rig.tryCommit("due");
    const session = /RUN_\w+/.exec(ended.stderr)?.[0] ?? "";
    await expectUnusable(
      rig,
      session,
      "1 test failed",
      "came to its end: there is nothing left of it to run",
    );
  });
});
