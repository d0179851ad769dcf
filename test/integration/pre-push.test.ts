import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withGateLine } from "../../src/integrations/hook-script.ts";
import { bareToolPath } from "../rig/bare-tool-path.ts";
import { countStarts } from "../rig/count-starts.ts";
import type { Ended } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh, makeKey, writeSignedProject } from "../rig/signing.ts";

/** HEAD has its evidence and is at the remote. */
async function published(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.git("init", "-q", "--bare", join(rig.base, "remote.git"));
  await rig.git("remote", "add", "origin", join(rig.base, "remote.git"));
  await rig.withEvidence();
  await expectSilence(rig, "-q", "-u", "origin", "main");
  return rig;
}

const push = (rig: Rig, ...args: string[]) => rig.run("git", ["push", "-q", ...args]);

async function expectSilence(rig: Rig, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await push(rig, ...args);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
}

async function expectWarning(rig: Rig, ...args: string[]): Promise<Ended> {
  const ended = await push(rig, ...args);
  expect(ended.stderr).toContain("leaves without evidence that holds");
  expect(ended.stderr).toContain("model-tests");
  expect(ended.stderr).toContain("The push goes on");
  expect(ended.code).toBe(0);
  return ended;
}

async function change(rig: Rig, text: string, ...args: string[]): Promise<void> {
  rig.write("src/router.py", text);
  await rig.commit("change", "-a", ...args);
}

describe("a push is warned of", () => {
  it("a commit that went past the hook", async () => {
    const rig = await published();
    await change(rig, "route = 2\n", "--no-verify");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain("main (");
    expect(stderr).toContain("src/router.py");
    expect(stderr).toContain("gate run && git commit");
    expect(rig.suite.runs).toBe(1);
  });

  it("by the suite's name, also where a path has the same", async () => {
    const rig = await published();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("model-tests:", "src:"));
    await rig.git("add", ".");
    await rig.commit("another name");
    await change(rig, "route = 2\n", "--no-verify");
    const { stderr } = await push(rig);
    expect(stderr).toContain("src: the inputs changed after the recorded run: src/router.py.");
  });

  it("evidence that is fresh and has to be signed, and is not", async () => {
    const rig = await published();
    rig.write("gate.yaml", `signing: { allowed-signers: signers }\n${rig.read("gate.yaml")}`);
    rig.write("signers", "");
    await rig.git("add", ".");
    await rig.commit("signing", "--no-verify");
    rig.write("README.md", "# Other\n");
    await rig.commit("a document", "-a");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain("has to be signed, and is not");
  });

  it("a rebase that brings two changes together", async () => {
    const rig = await published();
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("src/side.py", "side = 1\n");
    await rig.git("add", ".");
    await rig.commit("side");
    await rig.git("checkout", "-q", "main");
    await change(rig, "route = 2\n");
    await expectSilence(rig, "origin", "main");
    await rig.git("checkout", "-q", "side");
    await rig.tryGit("rebase", "-X", "theirs", "main");
    await expectWarning(rig, "origin", "side");
  });

  it("a cherry-pick of a source without its evidence", async () => {
    const rig = await published();
    await rig.git("checkout", "-q", "-b", "side");
    await change(rig, "route = 3\n", "--no-verify");
    await rig.git("checkout", "-q", "main");
    rig.write("README.md", "# Other\n");
    await rig.commit("documentation", "-a");
    await rig.git("cherry-pick", "side");
    await expectWarning(rig);
  });

  it("a revert of a commit that was made past the hook, with the evidence that is here", async () => {
    const rig = await published();
    await change(rig, "route = 2\n", "--no-verify");
    await rig.gate("run");
    await rig.commit("its evidence");
    await expectSilence(rig);
    await rig.git("revert", "--no-edit", "HEAD~1");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain("Evidence for just these inputs is here:  gate attach && git commit\n");
    expect((await rig.gate("attach")).code).toBe(0);
    await rig.git("commit", "-q", "-m", "its evidence");
    await expectSilence(rig);
    expect(rig.suite.runs).toBe(2);
  });

  it("a tag, once, together with the branch that it is on", async () => {
    const rig = await published();
    await change(rig, "route = 2\n", "--no-verify");
    await rig.git("tag", "-a", "v1", "-m", "v1");
    const { stderr } = await expectWarning(rig, "origin", "main", "v1", "main:copy");
    expect(stderr.match(/leaves without/g)).toHaveLength(1);
    for (const name of ["main", "v1", "copy"]) expect(stderr).toContain(name);
  });

  it("a report that somebody has edited", async () => {
    const rig = await published();
    rig.write("test-reports/model-tests-latest.txt", "all well\n");
    await rig.commit("edited", "-a", "--no-verify");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain("test-reports/model-tests-latest.txt");
  });

  it("a fresh commit whose inputs are a fraction of what the remote has", async () => {
    const rig = await published();
    const many = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `src/more_${number}.py`);
    for (const path of many) rig.write(path, "more = True\n");
    await rig.git("add", "src");
    await rig.commit("many more");
    await expectSilence(rig);
    await rig.git("rm", "-q", ...many);
    await rig.commit("and gone again");
    expect(await rig.decision("HEAD")).toBe("fresh");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain("fell from");
  });

  it("a fresh commit with a rule that hides reports", async () => {
    const rig = await published();
    rig.write("docs/.gitignore", "*.tmp\n");
    rig.write(".gitignore", "test-reports/\n");
    await rig.git("add", ".gitignore", "docs");
    await rig.commit("a rule");
    const { stderr } = await expectWarning(rig);
    expect(stderr).toContain(".gitignore");
  });

  it("a commit in a sha256 repository, in a linked worktree and from a subdirectory", async () => {
    const rig = await Rig.create({ objectFormat: "sha256" });
    await rig.git("init", "-q", "--bare", "--object-format=sha256", join(rig.base, "remote.git"));
    await rig.git("remote", "add", "origin", join(rig.base, "remote.git"));
    await rig.withEvidence();
    await rig.git("worktree", "add", "-q", "-b", "side", join(rig.base, "side"));
    const side = rig.at(join(rig.base, "side"));
    await change(side, "route = 2\n", "--no-verify");
    await expectWarning(rig.at(join(rig.base, "side/src")), "origin", "side");
  });
});

describe("git config gate.prePush", () => {
  it("refuse keeps what would be refused from leaving", async () => {
    const rig = await published();
    await rig.git("config", "gate.prePush", "refuse");
    const before = await rig.git("rev-parse", "origin/main");
    await change(rig, "route = 2\n", "--no-verify");
    const { code, stderr } = await push(rig);
    expect(code).toBe(1);
    expect(stderr).toContain("The push is refused");
    expect(await rig.git("ls-remote", "origin", "refs/heads/main")).toContain(before);
    await rig.git("reset", "-q", "--hard", before);
    await change(rig, "route = 3\n");
    await expectSilence(rig);
  });

  it("off asks nobody", async () => {
    const rig = await published();
    await rig.git("config", "gate.prePush", "off");
    const starts = await countStarts(rig);
    await change(rig, "route = 2\n", "--no-verify");
    await expectSilence(rig);
    expect(starts()).toBe(0);
  });

  it("is taken for refuse where it says something else", async () => {
    const rig = await published();
    await rig.git("config", "gate.prePush", "block");
    await change(rig, "route = 2\n", "--no-verify");
    const { code, stderr } = await push(rig);
    expect(code).toBe(1);
    expect(stderr).toContain('gate.prePush is "block"');
  });

  it.each([
    ["warn", 0],
    ["refuse", 1],
  ])("%s holds where gate breaks down or cannot be found", async (mode, code) => {
    const rig = await published();
    await rig.git("config", "gate.prePush", mode);
    await change(rig, "route = 2\n", "--no-verify");
    const broken = join(rig.base, "broken.mjs");
    writeFileSync(broken, "process.exit(70);\n");
    await rig.git("config", "gate.launcher", broken);
    expect((await push(rig)).code).toBe(code);
    await rig.git("config", "gate.launcher", join(rig.base, "gone.mjs"));
    await change(rig, "route = 3\n", "--no-verify");
    const ended = await rig.run("git", ["push", "-q"], { PATH: bareToolPath(rig) });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain("nobody looked whether what you push carries its evidence");
  });
});

describe("a push of sources that have their evidence is refused", () => {
  /** The remote's gate.yaml is protected, and this one would not be any more; nothing else differs. */
  async function relaxed(): Promise<Rig> {
    const rig = await published();
    await rig.git("config", "gate.prePush", "refuse");
    const open = rig.read("gate.yaml");
    rig.write("gate.yaml", `policy: protected\n${open}`);
    await rig.commit("protected", "-a");
    await expectSilence(rig);
    await rig.git("checkout", "-q", "-b", "side");
    rig.write("gate.yaml", open);
    await rig.commit("open", "-a");
    return rig;
  }

  async function expectRefused(rig: Rig, refspec: string): Promise<void> {
    const { code, stderr } = await push(rig, "origin", refspec);
    const reason = expect.stringContaining("policy: protected is gone");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: reason });
  }

  it("where the policy is weaker than the remote's, of a branch and of a new one", async () => {
    const rig = await relaxed();
    expect((await rig.gate("verify")).code).toBe(0);
    await expectRefused(rig, "side:main");
    await expectRefused(rig, "side");
    rig.write("README.md", "# Later\n");
    await rig.commit("later", "-a");
    await expectRefused(rig, "side");
  });
});

describe("a push is silent, and starts no Node,", () => {
  it("where the tip is what gate has found fresh", async () => {
    const rig = await published();
    await change(rig, "route = 2\n");
    await expectSilence(rig, "origin", "main");
    const starts = await countStarts(rig);
    rig.write("README.md", "# Other\n");
    await rig.commit("documentation", "-a");
    await rig.git("tag", "-a", "v1", "-m", "v1");
    await expectSilence(rig, "origin", "main", "v1");
    expect(starts()).toBe(0);
  });

  it("where nothing is pushed, a branch is deleted, or evidence is", async () => {
    const rig = await published();
    await rig.git("push", "-q", "origin", "main:gone");
    await change(rig, "route = 2\n", "--no-verify");
    const starts = await countStarts(rig);
    await expectSilence(rig, "origin", "HEAD~:main");
    await expectSilence(rig, "origin", ":gone");
    await expectSilence(rig, "origin", "HEAD:refs/gate/x");
    expect(starts()).toBe(0);
  });

  it("where the tip has no gate.yaml, or is no commit", async () => {
    const rig = await published();
    const starts = await countStarts(rig);
    await rig.git("checkout", "-q", "--orphan", "pages");
    await rig.git("rm", "-q", "-rf", ".");
    rig.write("index.html", "<p>\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "--no-verify", "-m", "pages");
    await expectSilence(rig, "origin", "pages");
    await rig.git("tag", "text", await rig.git("rev-parse", "HEAD:index.html"));
    await expectSilence(rig, "origin", "text");
    expect(starts()).toBe(0);
  });
});

describeWithOpenSsh("whose signatures count, what the remote has says:", () => {
  async function signed(): Promise<Rig> {
    const rig = await Rig.create();
    await rig.git("init", "-q", "--bare", join(rig.base, "remote.git"));
    await rig.git("remote", "add", "origin", join(rig.base, "remote.git"));
    await rig.git("config", "gate.prePush", "refuse");
    const ann = await makeKey(rig, "ann");
    await rig.git("config", "user.signingkey", ann.path);
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`]);
    await rig.git("add", ".");
    await rig.commit("first");
    await rig.git("push", "-q", "--no-verify", "origin", "main");
    return rig;
  }

  it("where it has nothing yet, signing begins", async () => {
    const rig = await signed();
    const empty = join(rig.base, "empty.git");
    await rig.git("init", "-q", "--bare", empty);
    const elsewhere = await push(rig, empty, "main");
    expect(elsewhere).toMatchObject({ code: 0, stderr: "" });
    await rig.git("remote", "remove", "origin");
    await rig.git("remote", "add", "new", empty);
    await rig.git("checkout", "-q", "--orphan", "first");
    await rig.commit("first of all");
    const { code, stderr } = await push(rig, "new", "first");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: "" });
  });

  it("a new branch and a new tag leave in silence", async () => {
    const rig = await signed();
    await rig.git("tag", "-a", "v1", "-m", "v1");
    await expectSilence(rig, "origin", "v1");
    await rig.git("checkout", "-q", "-b", "side");
    await change(rig, "route = 2\n");
    await expectSilence(rig, "origin", "side");
  });

  it("a branch that was there before its signer was, once it has merged who may sign", async () => {
    const rig = await signed();
    await rig.git("branch", "side");
    await expectSilence(rig, "origin", "side");
    const bob = await makeKey(rig, "bob");
    rig.write(
      ".github/allowed_signers",
      `${rig.read(".github/allowed_signers")}bob@example.com ${bob.publicKey}\n`,
    );
    await rig.commit("bob may sign", "-a");
    await expectSilence(rig, "origin", "main");
    await rig.git("checkout", "-q", "side");
    await rig.git("config", "user.signingkey", bob.path);
    await rig.git("merge", "-q", "main");
    await change(rig, "route = 2\n");
    await expectSilence(rig, "origin", "side");
  });

  it("a stranger's does not, and a branch that adds its own signer is refused", async () => {
    const rig = await signed();
    const eve = await makeKey(rig, "eve");
    await rig.git("checkout", "-q", "-b", "side");
    await rig.git("config", "user.signingkey", eve.path);
    rig.write(".github/allowed_signers", `eve@example.com ${eve.publicKey}\n`);
    await change(rig, "route = 2\n");
    const { code, stderr } = await push(rig, "origin", "side");
    expect(code).toBe(1);
    expect(stderr).toContain("is not trusted");
  });
});

describe("another reader of what git says to the hook", () => {
  it("gets all of it, after gate", async () => {
    const rig = await published();
    const hook = join(rig.directory, ".git/hooks/pre-push");
    const told = join(rig.base, "told");
    writeFileSync(hook, withGateLine(`#!/bin/sh\nset -eu\ncat >${told}\nexit 0\n`, "pre-push"));
    await change(rig, "route = 2\n", "--no-verify");
    await expectWarning(rig, "origin", "main", "main:copy");
    expect(readFileSync(told, "utf8").trim().split("\n")).toHaveLength(2);
    await push(rig, "origin", "main");
    expect(readFileSync(told, "utf8")).toBe("");
  });
});
