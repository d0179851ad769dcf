import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checked, soundProject } from "../rig/checked.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const CLASSIC = "# logs of the server\n*.log\nlogs/\n!test-reports/logs/\n";
const LINE = "!test-reports/logs/**/*.log";
const LOG = "test-reports/logs/test_hello/session.log";

async function project(rules = CLASSIC): Promise<Rig> {
  const rig = await Rig.create();
  await soundProject(rig, rules);
  return rig;
}

describe("gate check --fix", () => {
  it("mends the classic: logs reach the next commit, and verify agrees", async () => {
    const rig = await project();
    expect((await verified(rig)).errors).toEqual(["ignored-report"]);
    const { code, document } = await checked(rig, "--fix", "--yes");
    expect({ code, problems: document.problems }).toEqual({ code: 0, problems: [] });
    expect(document.edits?.map(({ target, state }) => [target, state])).toEqual([[".gitignore", "applied"]]);
    expect(document.next).toEqual(["git add .gitignore"]);
    expect(rig.read(".gitignore")).toBe(`${CLASSIC}\n# gate: the reports are committed\n${LINE}\n`);
    await rig.git("add", ".gitignore");
    await rig.git("commit", "-q", "--no-verify", "-m", "let the logs in");
    expect((await verified(rig)).errors).toEqual([]);
    rig.write("test-reports/logs/test_new/session.log", "new\n");
    rig.write("logs/server.log", "not this one\n");
    await rig.git("add", "-A");
    expect(await rig.git("diff", "--cached", "--name-only")).toBe("test-reports/logs/test_new/session.log");
  });

  it("changes nothing the second time", async () => {
    const rig = await project();
    await checked(rig, "--fix", "--yes");
    const once = rig.read(".gitignore");
    const again = await checked(rig, "--fix", "--yes");
    expect(again.document.edits).toEqual([]);
    expect(rig.read(".gitignore")).toBe(once);
    expect((await rig.gate("check", "--fix", "--yes")).stdout).toMatch(/^nothing to change\n/);
  });

  it("shows a diff and writes nothing with --dry-run, and where nobody can be asked", async () => {
    const rig = await project();
    const shown = await rig.gate("check", "--fix", "--dry-run");
    expect(shown.code).toBe(1);
    expect(shown.stderr).toContain(`--- a/.gitignore\n+++ b/.gitignore\n@@ -2,3 +2,6 @@\n`);
    expect(shown.stderr).toContain(`+${LINE}\n`);
    const unasked = await rig.gate("check", "--fix");
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("next: gate check --fix --yes");
    expect(rig.read(".gitignore")).toBe(CLASSIC);
    expect(await rig.changes()).toEqual([]);
  });

  it("answers a person's own rules, and does not call the answer idle", async () => {
    const rig = await project(".gate/\n");
    writeFileSync(join(rig.base, "excludes"), "test-reports/\n*.json\n");
    await rig.git("config", "core.excludesFile", join(rig.base, "excludes"));
    const { code, document } = await checked(rig, "--fix", "--yes");
    expect({ code, problems: document.problems }).toEqual({ code: 0, problems: [] });
    expect(rig.read(".gitignore")).toContain("!/test-reports/\n");
  });

  it("adds the attributes of the reports, at the end of what is there", async () => {
    const rig = await project(".gate/\n");
    rig.write(".gitattributes", "# ours\n*.py text\n");
    expect((await checked(rig)).warnings).toEqual(["fixer-not-exempt .gitattributes"]);
    const { document } = await checked(rig, "--fix", "--yes");
    expect(document.problems).toEqual([]);
    expect(rig.read(".gitattributes")).toBe(
      "# ours\n*.py text\ntest-reports/** -text -filter -ident -working-tree-encoding -whitespace linguist-generated\n",
    );
  });

  it("keeps line ends and a missing final newline's neighbours", async () => {
    const rig = await project(".gate/\r\n*.log\r\nlogs/\r\n!test-reports/logs/");
    expect((await rig.gate("check", "--fix", "--dry-run")).stderr).toContain(`\n logs/\n`);
    await checked(rig, "--fix", "--yes");
    expect(rig.read(".gitignore")).toBe(
      `.gate/\r\n*.log\r\nlogs/\r\n!test-reports/logs/\r\n\r\n# gate: the reports are committed\r\n${LINE}\r\n`,
    );
  });

  it.each<[string, string, (rig: Rig) => void]>([
    [
      "a link",
      "is a symbolic link, which git does not read",
      (rig) => {
        writeFileSync(join(rig.directory, "rules"), CLASSIC);
        rig.remove(".gitignore");
        symlinkSync("rules", join(rig.directory, ".gitignore"));
        rig.write("test-reports/.gitignore", "*\n");
      },
    ],
    [
      "no text",
      "is not UTF-8 text",
      (rig) => rig.write(".gitignore", Buffer.from(`${CLASSIC}caf\xe9/\n`, "latin1")),
    ],
  ])("leaves %s alone, and says so", async (_, why, change) => {
    const rig = await project();
    change(rig);
    const before = readFileSync(join(rig.directory, ".gitignore"));
    const { code, document } = await checked(rig, "--fix", "--yes");
    expect(code).toBe(1);
    const [refused] = document.problems.filter((one) => one.code === "edit-refused");
    expect(refused).toMatchObject({ path: ".gitignore" });
    expect(refused?.message).toContain(why);
    expect(readFileSync(join(rig.directory, ".gitignore")).equals(before)).toBe(true);
  });

  it("does not mend what only a person can: warnings about rules, wiring and inputs stay", async () => {
    const rig = await project(".gate/\n!never.txt\n");
    const { document } = await checked(rig, "--fix", "--yes");
    expect(document.edits).toEqual([]);
    expect(document.problems.map(({ code, line }) => [code, line])).toEqual([["rule-without-effect", 2]]);
    expect(rig.read(".gitignore")).toBe(".gate/\n!never.txt\n");
  });

  it("lets in nothing but the reports", async () => {
    const rig = await project("/*\n!/src\n!/gate.yaml\n!/.gitignore\n!/.git*\n");
    expect((await checked(rig, "--fix", "--yes")).errors).toEqual([]);
    rig.write("secrets.txt", "no\n");
    rig.write("logs/test_hello/session.log", "no\n");
    expect((await rig.tryGit("check-ignore", "-q", "--no-index", LOG)).code).toBe(1);
    expect((await rig.changes()).filter((line) => line.startsWith("??"))).toEqual([]);
  });
});
