import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { followed, printedCommands } from "../rig/printed-commands.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh, makeKey, SIGNERS, writeSignedProject } from "../rig/signing.ts";

const LOG = "test-reports/logs/test_hello/session.log";

async function fresh(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence(suiteLines);
  return rig;
}

/** A report that somebody edited and committed past the hook. */
async function edited(): Promise<Rig> {
  const rig = await fresh();
  rig.write(LOG, "better\n");
  await rig.commit("edited", "-a", "--no-verify");
  return rig;
}

async function stage(rig: Rig, text: string): Promise<void> {
  rig.write("src/router.py", text);
  await rig.git("add", "src/router.py");
}

const said = ({ stdout, stderr }: Ended) => `${stdout}${stderr}`;

/** What was said leads to a HEAD that verify believes, and leaves nothing behind. */
async function expectToHelp(rig: Rig, text: string, commands: string): Promise<void> {
  expect(printedCommands(text)).toBe(commands);
  const ended = await followed(rig, commands.includes("git commit") ? commands : `${commands} && git commit`);
  expect(ended.code, said(ended)).toBe(0);
  expect((await rig.gate("verify")).code).toBe(0);
  expect(await rig.changes()).toEqual([]);
}

describe("what gate status says to do next helps", () => {
  it.each([["status"], ["status", "--rev", "HEAD"]])(
    "where an edited report is committed: gate %s",
    async (...args) => {
      const rig = await edited();
      await expectToHelp(rig, said(await rig.gate(...args)), "gate attach && git commit");
      expect(rig.suite.runs).toBe(1);
    },
  );

  it("where the evidence of what is staged is in the store", async () => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    await rig.commit("route");
    await stage(rig, "route = 1\n");
    const text = said(await rig.gate("status"));
    expect(text).toContain("next: git commit attaches it, or now:  gate attach\n");
    await expectToHelp(rig, text, "gate attach");
  });

  it("where HEAD is stale and nothing is staged", async () => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    await rig.commit("past the hook", "--no-verify");
    await expectToHelp(rig, said(await rig.gate("status")), "gate run && git commit");
  });

  it("where a person has to start the run", async () => {
    const rig = await fresh("    on-stale: pending\n");
    await followed(rig, "gate run && git commit");
    await stage(rig, "route = 2\n");
    await expectToHelp(rig, said(await rig.gate("status")), "gate run && git commit");
  });

  it("in a merge whose reports conflict, where git refuses a commit until new ones are there", async () => {
    const rig = await fresh();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side");
    await rig.git("checkout", "-q", "main");
    await stage(rig, "route = 2\n");
    await rig.commit("route");
    expect((await rig.tryGit("merge", "side")).code).toBe(1);
    const text = said(await rig.gate("status"));
    expect(text).toContain("run; the evidence of two branches meets here, and there is none of what comes");
    expect((await rig.tryCommit("merged")).code).toBe(128);
    expect(printedCommands(text)).toBe("gate run && git commit");
    const ran = await rig.gate("run");
    expect(said(ran)).toContain("model-tests: the evidence of two branches meets here. Running:");
    await rig.git("commit", "-q", "--no-edit");
    expect((await rig.gate("verify")).code).toBe(0);
  });

  it("where gate.yaml conflicts too, and nobody is asked to resolve reports", async () => {
    const rig = await fresh();
    const configuration = rig.read("gate.yaml");
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("gate.yaml", configuration.replace("[src,", "[src, README.md,"));
    await stage(rig, "route = 2\n");
    await rig.commit("side", "-a");
    await rig.git("checkout", "-q", "main");
    rig.write("gate.yaml", configuration.replace("[src,", "[src, .gitignore,"));
    await stage(rig, "route = 3\n");
    await rig.commit("main", "-a");
    expect((await rig.tryGit("merge", "side")).code).toBe(1);
    expect(await rig.changes()).toContain("UU test-reports/model-tests.hash");
    const text = said(await rig.gate("status"));
    expect(text).toContain("gate.yaml is unmerged.");
    expect(text).toContain("src/router.py is unmerged.");
    expect(text).not.toContain("test-reports");
    rig.write("gate.yaml", configuration.replace("[src,", "[src, .gitignore, README.md,"));
    await rig.git("add", "gate.yaml");
    await stage(rig, "route = 4\n");
    await expectToHelp(rig, said(await rig.gate("status")), "gate run && git commit");
  });

  it("of another commit than HEAD, which has to be checked out first", async () => {
    const rig = await edited();
    await rig.git("branch", "side");
    await stage(rig, "route = 2\n");
    await rig.commit("route", "--no-verify");
    const text = said(await rig.gate("status", "--rev", "side"));
    expect(text).toContain("next: with that commit checked out:  gate attach && git commit");
    await rig.git("checkout", "-q", "side");
    await expectToHelp(rig, text, "gate attach && git commit");
  });

  it("and is not said of a configuration that is not there yet", async () => {
    const rig = await fresh();
    rig.write("other.yaml", rig.read("gate.yaml").replace("[src,", "[.gitignore,"));
    expect(said(await rig.gate("status", "--config", "other.yaml"))).not.toContain("next:");
  });
});

describe("gate status foresees", () => {
  it.each([
    ["a clone without hooks", "rm .git/hooks/pre-commit"],
    [
      "the pre-commit framework's hook",
      "printf '#!/usr/bin/env bash\\n# File generated by pre-commit: https://pre-commit.com\\n' >.git/hooks/pre-commit",
    ],
  ])("that git commit runs nothing in %s", async (_where, change) => {
    const rig = await fresh();
    expect((await rig.run("sh", ["-c", change])).code).toBe(0);
    await stage(rig, "route = 2\n");
    const text = said(await rig.gate("status"));
    expect(text).not.toContain("git commit runs it");
    await expectToHelp(rig, text, "gate run && git commit");
  });

  it("what gate run would refuse, and says it in the same words", async () => {
    const rig = await fresh();
    rig.write("src/old.py", "old = 1\n");
    await rig.git("add", "src");
    await stage(rig, "route = 2\n");
    rig.write("src/router.py", "route = 3\n");
    rig.remove("src/old.py");
    rig.write("src/new.py", "new = 1\n");
    const text = said(await rig.gate("status"));
    const refusal = said(await rig.gate("run"));
    for (const sentence of [
      "src/router.py has unstaged changes.",
      "Stage them, or keep the rest for later, at the top level:  git diff-files --ita-visible-in-index -p --binary >.git/rest.patch && git restore :/",
      "src/old.py is staged and not on disk.",
      "src/new.py is untracked and matches the inputs of model-tests.",
      "Stage or ignore them, or move them away for the run, and back after the commit",
    ]) {
      expect(text).toContain(sentence);
      expect(refusal).toContain(sentence);
    }
    expect(text).toContain("next: after that, git commit runs it, or now:  gate run");
    expect(rig.suite.runs).toBe(1);
    await rig.git("add", "src");
    await expectToHelp(rig, said(await rig.gate("status")), "gate run");
  });

  it("nothing of the kind where the evidence has to be attached only, or another commit is asked about", async () => {
    const rig = await edited();
    rig.write("src/new.py", "new = 1\n");
    for (const args of [[], ["--rev", "HEAD"]])
      expect(said(await rig.gate("status", ...args))).not.toContain("worktree-differs");
  });

  it("one hint for many files", async () => {
    const rig = await fresh();
    for (const name of ["a", "b", "c"]) rig.write(`src/${name}.py`, "");
    await stage(rig, "route = 2\n");
    const text = said(await rig.gate("status"));
    expect(text.match(/\(worktree-differs\)/g)).toHaveLength(3);
    expect(text.match(/git stash -k -u/g)).toHaveLength(1);
  });
});

describe("where a commit stages by itself", () => {
  it.each([
    ["-a", "-m", "route"],
    ["-m", "route", "--", "src/router.py"],
  ])("git commit %s is told to stage before the rest is set aside", async (...args) => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    rig.write("src/new.py", "new = 1\n");
    const refused = await rig.run("git", ["commit", ...args]);
    expect(refused.code).toBe(1);
    expect(said(refused)).toContain(
      "Stage or ignore them, or git add what you commit and set the rest aside for the run:  git stash -k -u",
    );
    await rig.git("add", "src/router.py");
    await rig.git("stash", "-q", "-k", "-u");
    await rig.commit("route");
    expect((await rig.gate("verify")).code).toBe(0);
    await rig.git("stash", "pop", "-q");
    expect(await rig.changes()).toEqual(["?? src/new.py"]);
  });
});

describe("a commit of some paths", () => {
  it("is told to set aside what is staged and not among them", async () => {
    const rig = await fresh();
    rig.write("src/other.py", "other = 1\n");
    await rig.git("add", ".");
    await rig.commit("other");
    rig.write("src/other.py", "other = 2\n");
    await rig.git("add", ".");
    rig.write("src/router.py", "route = 2\n");
    const refused = await rig.run("git", ["commit", "-m", "route", "--", "src/router.py"]);
    expect(refused.code).toBe(1);
    expect(said(refused)).toContain(`src/other.py has changes that this commit leaves out.
      Commit them as well, or set them aside for the run:  git stash push -- <these files>`);
    await rig.git("stash", "push", "-q", "--", "src/other.py");
    expect((await rig.run("git", ["commit", "-m", "route", "--", "src/router.py"])).code).toBe(0);
    await rig.git("stash", "pop", "-q");
    expect(await rig.changes()).toEqual([" M src/other.py"]);
    expect((await rig.gate("verify")).code).toBe(0);
  });
});

describe("a commit that on-stale: block refuses", () => {
  it("is told to stage first where it staged by itself, since gate run looks at what is staged", async () => {
    const rig = await Rig.create();
    rig.writeProject("    on-stale: block\n");
    await rig.git("add", ".");
    expect(said(await rig.tryCommit("first"))).toContain(
      "      there is no evidence yet, and on-stale: block refuses such a commit.\n",
    );
    await followed(rig, "gate run && git commit");
    rig.write("src/router.py", "route = 2\n");
    const refused = await rig.tryCommit("route", "-a");
    expect(refused.code).toBe(1);
    expect(said(refused)).toContain("      git add what you commit, then gate run, then commit again.\n");
    await rig.git("add", "src/router.py");
    expect(said(await rig.tryCommit("route"))).toContain("      gate run, then commit again.\n");
    expect((await rig.gate("run")).code).toBe(0);
    await rig.commit("route");
    expect((await rig.gate("verify")).code).toBe(0);
  });
});

describe("gate init in another clone", () => {
  it("asks for a run only where one is due", async () => {
    const rig = await fresh();
    await rig.gate("init", "--yes");
    await rig.git("add", ".");
    await rig.commit("set up");
    expect(await rig.gateJson("init", "--yes")).toMatchObject({ applied: true, next: [] });
    await stage(rig, "route = 2\n");
    expect(await rig.gateJson("init", "--yes")).toMatchObject({ applied: true, next: ["gate run"] });
  });
});

describe("gate run of a suite that is fresh", () => {
  it("notes inputs that are changed and not staged, and does nothing else", async () => {
    const rig = await fresh();
    rig.write("src/router.py", "route = 2\n");
    rig.write("src/new.py", "new = 1\n");
    const ended = await rig.gate("run");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toBe(
      [
        "gate  model-tests: fresh; its evidence covers exactly these inputs. Nothing was run.",
        "      src/router.py has unstaged changes.",
        "      src/new.py is untracked and matches the inputs of model-tests.",
        "      gate judges what is staged. To have it judged:  git add",
        "",
      ].join("\n"),
    );
    expect(rig.suite.runs).toBe(1);
    rig.write("README.md", "# Other\n");
    await rig.git("add", "README.md");
    expect((await rig.commit("a document")).stderr).toBe("");
  });

  it("notes the same where evidence is reused", async () => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    await rig.commit("route");
    await stage(rig, "route = 1\n");
    rig.write("src/router.py", "route = 3\n");
    const { stdout } = await rig.gate("run");
    expect(stdout).toContain("reused the local evidence");
    expect(stdout).toContain("src/router.py has unstaged changes.");
  });
});

describe("a push of reports that were edited", () => {
  it("is told what helps", async () => {
    const rig = await edited();
    await rig.git("init", "-q", "--bare", join(rig.base, "remote.git"));
    const push = await rig.run("git", ["push", "-q", join(rig.base, "remote.git"), "main"]);
    await expectToHelp(rig, push.stderr, "gate attach && git commit");
  });

  it("and so is whoever calls gate verify, once for all of them", async () => {
    const rig = await fresh();
    rig.write(LOG, "better\n");
    rig.write("test-reports/model-tests-latest.txt", "all well\n");
    await rig.commit("edited", "-a", "--no-verify");
    const { stderr } = await rig.gate("verify");
    expect(stderr.match(/\(tampered-report\)/g)).toHaveLength(2);
    expect(stderr.match(/gate attach/g)).toHaveLength(1);
    expect(stderr).toContain("next: Put back what the run recorded:  gate attach && git commit,  or run");
    expect((await followed(rig, "gate attach && git commit")).code).toBe(0);
    expect((await rig.gate("verify")).code).toBe(0);
  });
});

describe("a commit that is refused", () => {
  it("says so, and what to do about tests that failed", async () => {
    const rig = await fresh();
    rig.suite.answers([{ id: "tests/a.py::test_bad", outcome: "failed" }], { exit: 1 });
    await stage(rig, "route = 2\n");
    const { stderr } = await rig.tryCommit("due");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      "      The commit is refused. Next: mend what did not pass, git add it, then commit again.",
    );
    const { stderr: onRequest } = await rig.gate("run");
    expect(onRequest).toContain("not accepted (failed)");
    expect(onRequest).not.toContain("The commit is refused");
  });

  it.each<[string, (rig: Rig) => void]>([
    ["a gate.yaml that is wrong", (rig) => rig.write("gate.yaml", "version: 1\nsuits: {}\n")],
    ["an input that is not staged", (rig) => rig.write("src/new.py", "")],
  ])("says so for %s", async (what, prepare) => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    prepare(rig);
    if (what.startsWith("a gate.yaml")) await rig.git("add", "gate.yaml");
    const { code, stderr } = await rig.tryCommit("due");
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("      The commit is refused.");
    expect(lines.filter((line) => !/^(gate {2}| {6})\S/.test(line))).toEqual([]);
  });

  it("leaves nothing that a later commit, past the hook, is compared with", async () => {
    const rig = await fresh();
    rig.suite.answers([{ id: "tests/a.py::test_bad", outcome: "failed" }], { exit: 1 });
    await stage(rig, "route = 2\n");
    expect((await rig.tryCommit("due")).code).toBe(1);
    rig.write("src/router.py", "route = 3\n");
    const ended = await rig.commit("past the hook", "-a", "--no-verify");
    expect(ended.stderr).toBe("");
  });
});

describe("a commit on a stale HEAD", () => {
  it("is told what to do", async () => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    await rig.commit("past the hook", "--no-verify");
    await rig.git("rm", "-q", LOG);
    const { stderr } = await rig.commit("a report less");
    expect(stderr).toMatch(/^gate {2}model-tests: stale since .*; your commit does not .* Next: gate run$/m);
  });
});

describe("gate attach without evidence to attach", () => {
  it("says that there is no gate.yaml", async () => {
    const rig = await Rig.create();
    const ended = await rig.gate("attach");
    expect(ended.code).toBe(2);
    expect(said(ended)).toContain("there is no gate.yaml among the staged files.");
  });

  it("says what makes it", async () => {
    const rig = await fresh();
    await stage(rig, "route = 2\n");
    const { code, stderr } = await rig.gate("attach");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "there is no evidence for these inputs of model-tests here.\n      Next: gate run\n",
    );
  });
});

describe("evidence that is fresh and not signed, where signing is required", () => {
  async function unsigned(): Promise<Rig> {
    const rig = await fresh();
    rig.write("gate.yaml", `signing: { allowed-signers: ${SIGNERS} }\n${rig.read("gate.yaml")}`);
    rig.write(SIGNERS, "");
    await rig.git("add", ".");
    return rig;
  }

  it("is warned of by gate status, the memo too, and by gate run; a commit is silent", async () => {
    const rig = await unsigned();
    const expected = {
      suites: [{ decision: "fresh", problems: [{ code: "unsigned", severity: "warning" }] }],
    };
    expect(await rig.gateJson("status")).toMatchObject(expected);
    expect(await rig.gateJson("status")).toMatchObject(expected);
    expect((await rig.gate("status")).stdout).toContain("is not signed, and gate.yaml requires");
    const ended = await rig.gate("run");
    expect(ended.stdout).toContain("is not signed, and gate.yaml requires");
    expect(ended.stdout).toContain("gate run --force");
    expect((await rig.commit("signing")).stderr).toBe("");
  });

  it("is warned of where it is attached", async () => {
    const rig = await unsigned();
    await rig.git("rm", "-rq", "test-reports");
    const ended = await rig.gate("attach");
    expect(ended.stdout).toContain("reused the local evidence");
    expect(ended.stdout).toContain("is not signed, and gate.yaml requires");
  });

  it("is not warned of where signatures are welcome and no more", async () => {
    const rig = await unsigned();
    rig.write("gate.yaml", rig.read("gate.yaml").replace(" }", ", required: false }"));
    await rig.git("add", ".");
    expect(await rig.gateJson("status")).toMatchObject({ suites: [{ problems: [] }] });
  });
});

describeWithOpenSsh("evidence that is not signed", () => {
  it("is signed by what gate run says to do", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const ann = await makeKey(rig, "ann");
    await rig.git("config", "user.signingkey", ann.path);
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`]);
    await rig.git("add", ".");
    expect((await rig.gate("run")).stdout).toContain("gate run --force");
    expect((await rig.gate("run", "--force")).code).toBe(0);
    expect(await rig.gateJson("status")).toMatchObject({ suites: [{ decision: "fresh", problems: [] }] });
  });

  it("is not what gate doctor speaks of: it says what will be", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    await rig.git("config", "user.signingkey", ann.path);
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`]);
    await rig.git("add", ".");
    expect(said(await rig.gate("doctor"))).toContain("evidence will be signed with a key that is trusted");
  });

  it("names its own command where gate evidence export asks for a base", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    await rig.git("config", "user.signingkey", ann.path);
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`]);
    await rig.git("add", ".");
    await rig.commit("first");
    rig.write("README.md", "# Other\n");
    await rig.commit("second", "-a");
    const exported = await rig.gate("evidence", "export", "--format", "junit");
    expect(exported.stderr).toContain("gate evidence export --base <revision>");
    const again = await rig.gate("evidence", "export", "--format", "junit", "--base", "HEAD~1");
    expect(again.code).toBe(0);
  });
});

describe("exit codes of gate status", () => {
  it.each<[string, (rig: Rig) => unknown, number, string]>([
    [
      "a gate.yaml that is not staged",
      (rig) => rig.git("rm", "-q", "--cached", "gate.yaml"),
      0,
      "config-missing",
    ],
    [
      "a gate.yaml that is wrong",
      async (rig) => {
        rig.write("gate.yaml", "version: 1\nsuits: {}\n");
        await rig.git("add", "gate.yaml");
      },
      2,
      "config-invalid",
    ],
    [
      "inputs that are unmerged",
      async (rig) => {
        await rig.git("checkout", "-q", "-b", "side");
        await stage(rig, "route = 2\n");
        await rig.commit("side", "--no-verify");
        await rig.git("checkout", "-q", "main");
        await stage(rig, "route = 3\n");
        await rig.commit("main", "--no-verify");
        await rig.tryGit("merge", "side");
      },
      0,
      "unmerged-inputs",
    ],
  ])("%s", async (_what, prepare, exit, code) => {
    const rig = await fresh();
    await prepare(rig);
    const ended = await rig.gate("status");
    expect(ended.code).toBe(exit);
    expect(said(ended)).toContain(`(${code})`);
  });
});

describe("usage errors", () => {
  it.each([
    [["run", "--config", "x"], "(gate run --help lists its options)"],
    [["waive", "model-tests", "--reason", "x"], "(gate waive --help lists its options)"],
    [["evidence", "export"], "(gate evidence export --help lists its options)"],
    [["rnu"], "(gate --help lists the commands)"],
  ])("gate %s names the help that lists what it takes", async (args, help) => {
    const rig = await Rig.create();
    const { code, stderr } = await rig.gate(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(help);
  });

  it.each([
    [["run", "other"], "Name one of gate.yaml's:  gate run model-tests"],
    [["run", "--from", "yesterday"], "The newest is RUN_"],
    [["run", "--from", "RUN_20200101_000000"], "The newest is RUN_"],
    [["verify", "--rev", ":0"], "Name a commit, a branch or a tag:  git log --oneline --all"],
    [["verify", "--rev", "HEAD~99"], "Name a commit, a branch or a tag:  git log --oneline --all"],
    [["verify", "--rev", "release/2"], "git fetch origin release/2:release/2"],
  ])("gate %s says what to do", async (args, next) => {
    const rig = await fresh();
    const { stderr } = await rig.gate(...args);
    expect(stderr).toContain(`next: ${next}`.replace("next: git fetch", "git fetch"));
  });
});
