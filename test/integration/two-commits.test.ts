import { chmodSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootId, processNamespace } from "../../src/adapters/files/life.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

/** A repository where a run is due whose suite waits for the file `go`. */
async function waitingRig(): Promise<{
  readonly rig: Rig;
  readonly go: () => Promise<unknown>;
  readonly running: () => boolean;
}> {
  const rig = await Rig.create();
  await rig.withEvidence();
  const go = join(rig.suite.directory, "go");
  rig.suite.answers([{ id: "a::b" }], { before: `while [ ! -e "${go}" ]; do sleep 0.02; done` });
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src");
  const { runs } = rig.suite;
  return { rig, go: () => rig.run("touch", [go]), running: () => rig.suite.runs > runs };
}

describe("two gates in one worktree", () => {
  it("the second waits, and then finds what the first has made", async () => {
    const { rig, go, running } = await waitingRig();
    const first = start(rig, process.execPath, [GATE, "run"]);
    await until(running, "the suite to run");
    const second = start(rig, "git", ["commit", "-m", "due"]);
    await until(
      () => second.said().includes("waiting for gate run (process "),
      "the second to say for whom it waits",
    );
    await go();
    expect((await first.ended).code).toBe(0);
    expect((await second.ended).code).toBe(0);
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("one that has waited long enough says who holds the lock", async () => {
    const { rig, go, running } = await waitingRig();
    const first = start(rig, process.execPath, [GATE, "run"]);
    await until(running, "the suite to run");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      new RegExp(`gate run \\(process ${first.pid} on .*, since \\d\\d:\\d\\d:\\d\\d UTC\\) is at work`),
    );
    expect(rig.suite.runs).toBe(2);
    await go();
    expect((await first.ended).code).toBe(0);
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
  });

  it("Ctrl-C ends the waiting at once", async () => {
    const { rig, go, running } = await waitingRig();
    const first = start(rig, process.execPath, [GATE, "run"]);
    await until(running, "the suite to run");
    const second = start(rig, process.execPath, [GATE, "run"]);
    await until(() => second.said().includes("waiting for"), "the second to wait");
    second.signal("SIGINT");
    expect((await second.ended).code).toBe(130);
    await go();
    expect((await first.ended).code).toBe(0);
  });

  it("a commit that changes nothing that matters does not wait", async () => {
    const { rig, go, running } = await waitingRig();
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(running, "the suite to run");
    const index = { GIT_INDEX_FILE: join(rig.directory, ".git/other-index") };
    await rig.run("git", ["read-tree", "HEAD"], index);
    expect((await rig.run("git", ["commit", "--allow-empty", "-m", "nothing"], index)).code).toBe(0);
    await go();
    expect((await run.ended).code).toBe(0);
  });

  it("the lock of a process that is gone is taken over", async () => {
    const { rig, go } = await waitingRig();
    await go();
    const gone = start(rig, "true", []);
    await gone.ended;
    const lock = {
      pid: gone.pid,
      host: hostname(),
      processStart: "1",
      boot: bootId(),
      processNamespace: processNamespace(),
      purpose: "gate run",
      since: "2026-01-01T00:00:00.000Z",
    };
    writeFileSync(join(rig.directory, ".git/gate/lock"), JSON.stringify(lock));
    const ended = await rig.commit("due");
    expect(ended.stderr).not.toContain("waiting");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("the index that another git holds locked does not lose the run", async () => {
    const { rig, go, running } = await waitingRig();
    const run = start(rig, process.execPath, [GATE, "run"]);
    await until(running, "the suite to run");
    writeFileSync(join(rig.directory, ".git/index.lock"), "");
    await go();
    const ended = await run.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("index.lock");
    expect(ended.stderr).toContain("nothing has to be run again");
    rig.remove(".git/index.lock");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("gate status answers while the index is locked", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    writeFileSync(join(rig.directory, ".git/index.lock"), "");
    expect(await rig.decision()).toBe("run");
  });
});

describe("two commits at once", () => {
  it("of different sources, in two linked worktrees: each has its own evidence", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("worktree", "add", "-q", "-b", "side", join(rig.base, "side"));
    const side = rig.at(join(rig.base, "side"));
    rig.write("src/router.py", "route = 2\n");
    side.write("src/router.py", "route = 3\n");
    const commits = [rig, side].map((one) => start(one, "git", ["commit", "-a", "-m", "due"]));
    for (const commit of commits) expect(await commit.ended).toMatchObject({ code: 0 });
    expect(rig.suite.runs).toBe(3);
    for (const one of [rig, side]) {
      expect(await one.decision("HEAD")).toBe("fresh");
      expect(await one.changes()).toEqual([]);
    }
  });

  it("in one worktree: one wins, nothing is harmed, and the next commit is whole", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const commits = [1, 2].map((which) =>
      start(rig, "git", ["commit", "--allow-empty", "-m", `commit ${which}`]),
    );
    const ended = await Promise.all(commits.map((commit) => commit.ended));
    expect(ended.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    expect(ended.map(({ stderr }) => stderr).join("")).not.toContain("bug in gate");
    await until(() => livingProcesses(rig).length === 0, "everything to end");
    await rig.commit("next", "--allow-empty");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
    expect(rig.suite.runs).toBe(2);
  });
});

describe("somebody else stages something while evidence is attached", () => {
  it.each([
    { what: "an input", path: "src/router.py", after: "--index-info", said: [] },
    { what: "an input, after the files", path: "src/router.py", after: "--batch --buffer", said: [] },
    {
      what: "a report",
      after: "--index-info",
      path: "test-reports/model-tests-latest.txt",
      said: ["test-reports/model-tests-latest.txt is not what the run recorded."],
    },
  ])("$what: it is refused, and said not to cover what is staged", async ({ path, after, said }) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const git = (await rig.run("sh", ["-c", "command -v git"])).stdout.trim();
    const blob = (await rig.run("sh", ["-c", "echo other | git hash-object -w --stdin"])).stdout.trim();
    const stage = `"${git}" update-index --cacheinfo 100644,${blob},${path}`;
    const meanwhile = `case "$*" in *"${after}"*) "${git}" "$@" && exec ${stage} ;; esac`;
    rig.write("../bin/git", `#!/bin/sh\n${meanwhile}\nexec "${git}" "$@"\n`);
    chmodSync(join(rig.base, "bin/git"), 0o755);
    const env = { PATH: `${join(rig.base, "bin")}:${rig.env.PATH}` };
    const ended = await rig.gateWith(env, "run", "--force");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      "the evidence of model-tests was attached and does not cover what is staged",
    );
    for (const text of said) expect(ended.stderr).toContain(text);
  });
});
