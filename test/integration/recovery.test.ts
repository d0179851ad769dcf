import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

interface Entry {
  readonly mode: string;
  readonly id: string;
  readonly stage: number;
  readonly path: string;
}

interface CutOff {
  readonly rig: Rig;
  readonly before: readonly Entry[];
  /** The reports of the staged sources, in the store and not attached. */
  readonly evidence: string;
  readonly fingerprint: string;
}

async function stagedReports(rig: Rig): Promise<Entry[]> {
  return (await rig.git("ls-files", "-s", "test-reports")).split("\n").map((line) => {
    const [mode = "", id = "", rest = ""] = line.split(" ");
    const [stage = "0", path = ""] = rest.split("\t");
    return { mode, id, stage: Number(stage), path };
  });
}

/** HEAD has old evidence; src/router.py is staged anew, and its evidence waits in the store. */
async function cutOff(): Promise<CutOff> {
  const rig = await Rig.create();
  await rig.withEvidence();
  const before = await stagedReports(rig);
  rig.suite.answers([{ id: "tests/a.py::test_new" }]);
  rig.write("src/router.py", "route = 2\n");
  await rig.git("add", "src");
  await rig.gate("run");
  const fingerprint = rig.read("test-reports/model-tests.hash").slice(0, 64);
  const place = `refs/gate/evidence/model-tests/${fingerprint}`;
  const evidence = await rig.git("for-each-ref", "--format=%(objectname)", place);
  await rig.git("reset", "-q", "HEAD", "test-reports");
  await rig.git("clean", "-qfd", "test-reports");
  await rig.git("checkout", "--", "test-reports");
  return { rig, before, evidence, fingerprint };
}

function writeJournal({ rig, before, evidence, fingerprint }: CutOff): void {
  const entry = { suite: "model-tests", reports: "test-reports", fingerprint, evidence, before };
  writeFileSync(join(rig.directory, ".git/gate/journal.json"), JSON.stringify(entry));
}

/** As an attachment leaves it that has written the index and no file yet. */
async function putInIndex({ rig, evidence }: CutOff): Promise<void> {
  await rig.git("rm", "-rq", "--cached", "test-reports");
  await rig.git("read-tree", "--prefix=test-reports/", evidence);
}

/** As one that has also written some of the files, and has not taken the old ones away. */
async function putSomeFiles(cut: CutOff): Promise<void> {
  const { rig, evidence } = cut;
  for (const path of ["model-tests.hash", "test_new.puml", "logs/test_new/session.log"]) {
    rig.write(`test-reports/${path}`, `${await rig.git("cat-file", "blob", `${evidence}:${path}`)}\n`);
  }
  rig.write("test-reports/.gate-4711-abc123.tmp", "half a re");
}

async function expectForward({ rig }: CutOff): Promise<void> {
  const { runs } = rig.suite;
  await rig.commit("due");
  expect(rig.suite.runs).toBe(runs);
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.git("ls-files", "test-reports")).not.toContain("test_hello");
  expect(await rig.changes()).toEqual([]);
  expect(rig.exists(".git/gate/journal.json")).toBe(false);
}

async function expectBack({ rig }: CutOff, changes: readonly string[]): Promise<void> {
  rig.write("src/router.py", "route = 1\n");
  await rig.git("add", "src");
  const ended = await rig.gate("run");
  expect(ended.stdout).toContain("fresh");
  expect(await rig.changes()).toEqual(changes);
  expect(await rig.decision()).toBe("fresh");
  expect(rig.exists(".git/gate/journal.json")).toBe(false);
}

const STEPS: readonly [string, (cut: CutOff) => Promise<void>][] = [
  ["nothing was written yet", async () => undefined],
  ["the index was written", putInIndex],
  [
    "the index and some files were written",
    async (cut) => {
      await putInIndex(cut);
      await putSomeFiles(cut);
    },
  ],
  ["the index was lost with its commit, the files were written", putSomeFiles],
];

describe("an attachment that was cut off", () => {
  it.each(STEPS)("is finished where the index has its sources: %s", async (_name, arrange) => {
    const cut = await cutOff();
    writeJournal(cut);
    await arrange(cut);
    await expectForward(cut);
  });

  it.each(STEPS)("is undone where the index has other sources: %s", async (_name, arrange) => {
    const cut = await cutOff();
    writeJournal(cut);
    await arrange(cut);
    await expectBack(cut, []);
  });

  it("keeps the hook's short cut from answering until it is finished", async () => {
    const cut = await cutOff();
    await cut.rig.git("stash", "-q");
    await cut.rig.commit("empty", "--allow-empty");
    await putSomeFiles(cut);
    writeJournal(cut);
    await cut.rig.commit("empty", "--allow-empty");
    expect(await cut.rig.changes()).toEqual([]);
  });

  it("leaves another branch that is checked out by now alone", async () => {
    const cut = await cutOff();
    const { rig } = cut;
    writeJournal(cut);
    await putInIndex(cut);
    await rig.git("reset", "-q", "--hard");
    await rig.git("checkout", "-q", "-b", "other");
    rig.suite.answers([{ id: "tests/a.py::test_other" }]);
    rig.write("src/router.py", "route = 3\n");
    rmSync(join(rig.directory, ".git/gate/journal.json"));
    await rig.commit("other", "-a");
    writeJournal(cut);
    const { index } = await snapshot(rig);
    expect((await rig.gate("attach")).code).toBe(0);
    expect((await snapshot(rig)).index).toBe(index);
    expect(await rig.changes()).toEqual([]);
  });

  it("keeps what a person has put in place of a report meanwhile", async () => {
    const cut = await cutOff();
    const { rig } = cut;
    writeJournal(cut);
    await putInIndex(cut);
    rig.write("test-reports/test_hello.puml", "my own\n");
    rig.write("test-reports/test_new.puml/precious.txt", "mine\n");
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(rig.read("test-reports/test_hello.puml")).toBe("my own\n");
    expect(rig.read("test-reports/test_new.puml/precious.txt")).toBe("mine\n");
  });

  it("writes nothing through a link that has taken a directory's place", async () => {
    const cut = await cutOff();
    const { rig } = cut;
    writeJournal(cut);
    await putInIndex(cut);
    rig.remove("test-reports/logs");
    mkdirSync(join(rig.base, "outside"));
    symlinkSync(join(rig.base, "outside"), join(rig.directory, "test-reports/logs"));
    await rig.gate("attach");
    expect(rig.exists("../outside/test_new")).toBe(false);
    expect(await rig.changes()).toContain("?? test-reports/logs");
  });

  it.each([
    ["an empty file", ""],
    ["half a line", '{"suite": "model-t'],
    ["something else", "[1]\n"],
    [
      "an evidence that is no object id",
      '{"suite":"a","reports":"b","fingerprint":"c","evidence":"--all","before":[]}',
    ],
  ])("with a journal that is %s does not hold anyone up", async (_name, text) => {
    const { rig } = await cutOff();
    writeFileSync(join(rig.directory, ".git/gate/journal.json"), text);
    const { runs } = rig.suite;
    await rig.commit("due");
    expect(rig.suite.runs).toBe(runs);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(rig.exists(".git/gate/journal.json")).toBe(false);
  });

  it("whose evidence is no longer in the repository is undone", async () => {
    const cut = await cutOff();
    writeJournal({ ...cut, evidence: "1234567890123456789012345678901234567890" });
    await expectBack(cut, []);
  });
});

describe("what killed gates leave in the git directory", () => {
  it("goes when it is old, and misleads nobody", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    mkdirSync(join(rig.directory, ".git/gate"), { recursive: true });
    const longAgo = new Date(Date.now() - 48 * 3_600_000);
    for (const name of ["index-12", "index-12.lock", ".gate-12-abc.tmp"]) {
      writeFileSync(join(rig.directory, ".git/gate", name), "half an index");
      utimesSync(join(rig.directory, ".git/gate", name), longAgo, longAgo);
    }
    writeFileSync(join(rig.directory, ".git/gate/index-13-x"), "of a gate that works");
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
    const left = readdirSync(join(rig.directory, ".git/gate")).filter((name) => /index-|tmp$/.test(name));
    expect(left).toEqual(["index-13-x"]);
  });
});
