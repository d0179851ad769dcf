import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

const LOG = "test-reports/logs/test_hello/session.log";

/** Commits a change of the input, with a log that is another one for each. */
async function route(rig: Rig, number: number): Promise<void> {
  answer(rig, number);
  rig.write("src/router.py", `route = ${number}\n`);
  await rig.git("add", "src");
  await rig.commit(`route ${number}`);
}

function answer(rig: Rig, number: number): void {
  const id = "tests/test_hello.py::test_hello";
  rig.suite.answers([{ id, name: "test_hello", logs: { "session.log": `route ${number}\n` } }]);
}

/** Back on a branch of two commits, when the evidence that was attached last is of another branch. */
async function afterOtherBranch(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  await route(rig, 2);
  await rig.git("checkout", "-q", "-b", "side");
  await route(rig, 3);
  await rig.git("checkout", "-q", "-");
  answer(rig, 4);
  return rig;
}

describe("reports that a commit has put where they are", () => {
  it("are nobody's edits after git reset", async () => {
    const rig = await afterOtherBranch();
    await rig.git("reset", "-q", "HEAD~1");
    rig.write("src/added.py", "a = 1\n");
    await rig.git("add", "src");
    const { stderr } = await rig.commit("route 2, done anew");
    expect(stderr).not.toContain("of yours");
    expect(rig.read(LOG)).toBe("route 4\n");
    expect((await rig.gate("verify")).code).toBe(0);
  });

  it.each(["that git never saw", "that git has"])(
    "are somebody's where one has an edit %s",
    async (which) => {
      const rig = await afterOtherBranch();
      await rig.git("reset", "-q", "HEAD~1");
      rig.write(LOG, "route 2, and my own words\n");
      if (which === "that git has") await rig.git("hash-object", "-w", LOG);
      rig.write("src/added.py", "a = 1\n");
      await rig.git("add", "src");
      const { code, stderr } = await rig.tryCommit("route 2, done anew");
      expect(code).toBe(1);
      expect(stderr).toContain(`${LOG} has unstaged edits of yours`);
      expect(stderr.match(/has unstaged edits of yours/g)).toHaveLength(1);
      expect(rig.read(LOG)).toBe("route 2, and my own words\n");
    },
  );

  it("are somebody's where git does not have them", async () => {
    const rig = await afterOtherBranch();
    const elsewhere = rig.read("test-reports/model-tests.json");
    const foreign = elsewhere.replace(/"name": "Ann"/, '"name": "Eve"');
    expect(foreign).not.toBe(elsewhere);
    rig.write("test-reports/model-tests.json", foreign);
    rig.write("src/added.py", "a = 1\n");
    await rig.git("add", "src");
    const { code, stderr } = await rig.tryCommit("another");
    expect(code).toBe(1);
    expect(stderr).toContain("test-reports/model-tests.json has unstaged edits of yours");
    expect(rig.read("test-reports/model-tests.json")).toBe(foreign);
  });

  it.each([
    ["reset", "-q", "--soft", "HEAD~1"],
    ["revert", "--no-commit", "HEAD"],
  ])("were staged by nobody else after git %s %s %s", async (...command) => {
    const rig = await afterOtherBranch();
    await rig.git(...command);
    rig.write("src/added.py", "a = 1\n");
    await rig.git("add", "src");
    const { stderr } = await rig.commit("and more");
    expect(stderr).not.toContain("somebody else");
    expect((await rig.gate("verify")).code).toBe(0);
  });
});

describe("a commit that was given up in the editor", () => {
  it("is not taken for the next one, which no hook has judged", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("README.md", "# More\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "-m", "document", "--date", "2026-02-13T14:27:22Z");
    await rig.git("checkout", "-q", "-");
    answer(rig, 2);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const givenUp = await rig.run("git", ["commit"], { GIT_EDITOR: "false" });
    expect(givenUp.code).toBe(1);
    expect(rig.suite.runs).toBe(2);
    const staged = await rig.git("ls-files", "-s", "test-reports");
    await rig.git("stash", "-q");
    const picked = await rig.tryGit("cherry-pick", "side");
    expect([picked.code, picked.stderr]).toEqual([0, expect.not.stringContaining("what gate judged")]);
    await rig.git("stash", "pop", "-q", "--index");
    expect(await rig.git("ls-files", "-s", "test-reports")).toBe(staged);
  });
});

describe("reports whose directory gate.yaml has changed", () => {
  it("are said to be left behind, with what takes them out", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    reports: model-reports\n`);
    await rig.git("add", "gate.yaml");
    const { stderr } = await rig.commit("elsewhere");
    expect(stderr).toContain(
      "the reports of model-tests go to model-reports now, and those of before are tracked in test-reports still.",
    );
    expect(stderr).toContain("Take them out:  git rm -r -q -- test-reports");
    await rig.git("rm", "-r", "-q", "--", "test-reports");
    expect((await rig.commit("taken out")).stderr).not.toContain("test-reports");
    expect((await rig.gate("verify")).code).toBe(0);
  });

  it("are not spoken of once they are gone", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("mv", "test-reports", "model-reports");
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    reports: model-reports\n`);
    await rig.git("add", "gate.yaml");
    expect((await rig.commit("moved")).stderr).not.toContain("of before");
    expect((await rig.gate("verify")).code).toBe(0);
  });
});
