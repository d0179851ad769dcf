import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bareToolPath } from "../rig/bare-tool-path.ts";
import { countStarts } from "../rig/count-starts.ts";
import { Rig } from "../rig/repository.ts";

describe("the memo", () => {
  it("answers a commit that changes nothing that matters without starting Node", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const starts = await countStarts(rig);
    rig.write("README.md", "# Other\n");
    await rig.commit("documentation", "-a");
    expect(starts()).toBe(0);
    expect(rig.suite.runs).toBe(1);
  });

  it.each([
    ["an input", "src/router.py", "route = 2\n"],
    ["the configuration", "gate.yaml", null],
    ["a report", "test-reports/model-tests-latest.txt", "edited\n"],
    ["a file that an exclude hides from one suite", "src/notes.md", "notes\n"],
  ])("starts gate when %s changed", async (_, path, content) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const starts = await countStarts(rig);
    rig.write(path, content ?? `${rig.read(path)}    timeout: 2h\n`);
    await rig.git("add", path);
    await rig.commit("change");
    expect(starts()).toBeGreaterThan(0);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("starts gate when an empty input is taken out and only announced again", async () => {
    const rig = await Rig.create();
    rig.write("src/__init__.py", "");
    await rig.git("add", "src");
    await rig.withEvidence();
    expect(await rig.decision()).toBe("fresh");
    const starts = await countStarts(rig);
    await rig.git("rm", "-q", "--cached", "src/__init__.py");
    await rig.git("add", "--intent-to-add", "src/__init__.py");
    rig.write("README.md", "# Other\n");
    await rig.git("add", "README.md");
    expect(await rig.decision()).not.toBe("fresh");
    const ended = await rig.run("git", ["commit", "-m", "takes it out"]);
    expect(starts()).toBeGreaterThan(0);
    expect(ended.stderr).toContain("src/__init__.py is only announced to git (git add -N)");
  });

  it.each([
    ["is of another format", "gate-memo 2\n"],
    ["breaks off after its first line", "gate-memo 1\n"],
    ["is empty", ""],
    ["names a tree that is gone", `gate-memo 1\n${"1".repeat(40)}\n-\n:(top,literal)gate.yaml\n`],
    ["has no pathspec", null],
    ["holds only until a time", "until"],
  ])("is not believed when it %s", async (_, text) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const starts = await countStarts(rig);
    const memo = join(rig.directory, ".git/gate/memo");
    const lines = readFileSync(memo, "utf8").split("\n");
    const whole =
      text === "until" ? ["gate-memo 1", lines[1], "1999999999", ...lines.slice(3)].join("\n") : text;
    writeFileSync(memo, whole ?? `${lines.slice(0, 3).join("\n")}\n`);
    rig.write("README.md", "# Other\n");
    await rig.commit("documentation", "-a");
    expect(starts()).toBeGreaterThan(0);
  });

  it("is asked with plain pathspecs whatever the environment says", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    for (const name of ["GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS"]) {
      const ended = await rig.run("git", ["commit", "-m", name], { [name]: "1" });
      expect(ended.code, ended.stderr).toBe(0);
      expect(await rig.decision("HEAD")).toBe("fresh");
      rig.write("src/router.py", `${name}\n`);
      await rig.git("add", "src");
    }
    expect(rig.suite.runs).toBe(3);
  });

  it("stays true in a linked worktree, whose git directory is its own", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await rig.git("worktree", "add", "-q", "-b", "side", join(rig.base, "side"));
    const side = rig.at(join(rig.base, "side"));
    side.write("README.md", "# one\n");
    await side.commit("first, judged by gate", "-a");
    const starts = await countStarts(rig);
    side.write("README.md", "# two\n");
    await side.commit("second, answered by the memo", "-a");
    expect(starts()).toBe(0);
  });
});

describe("finding gate", () => {
  it("works without Node on PATH, as the launcher names both", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    const PATH = `${bareToolPath(rig)}:/nonexistent`;
    rig.suite.does(
      `exec >/dev/null; while read -r line; do printf '%s\\n' "$line"; done <"${rig.suite.directory}/events.ndjson" >"$GATE_EVENTS/1-main.ndjson"`,
    );
    const ended = await rig.run("git", ["commit", "-m", "first"], { PATH });
    expect(ended.code, ended.stderr).toBe(0);
    expect(rig.suite.runs).toBe(1);
  });

  it.each([
    ["pass", 0],
    ["refuse", 1],
  ])("says where it looked, and lets the commit %s", async (whenMissing, code) => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("add", ".");
    await rig.git("config", "--unset", "gate.launcher");
    const launch = join(rig.directory, ".git/hooks/gate/launch");
    writeFileSync(
      launch,
      readFileSync(launch, "utf8").replace("gate_when_missing=pass", `gate_when_missing=${whenMissing}`),
    );
    const PATH = bareToolPath(rig);
    const ended = await rig.run("git", ["commit", "-m", "first"], { PATH });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain("cannot be started");
    expect(ended.stderr).toContain(PATH);
    expect(rig.suite.runs).toBe(0);
  });

  it("is silent in a repository without gate.yaml", async () => {
    const rig = await Rig.create();
    rig.write("a.txt", "a\n");
    await rig.git("add", ".");
    expect((await rig.commit("no gate here")).stderr).toBe("");
  });
});
