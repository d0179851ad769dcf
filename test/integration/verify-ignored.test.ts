import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { soundProject } from "../rig/checked.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const LOG = "test-reports/logs/test_hello/session.log";

async function project(rules: string, suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await soundProject(rig, rules, suiteLines);
  return rig;
}

async function ignoredIn(rig: Rig, ...args: string[]) {
  const { code, problems } = await verified(rig, ...args);
  const found = problems.filter((one) => one.code === "ignored-report");
  return { code, found: found.map(({ path, line, message }) => `${path}:${line} ${message}`) };
}

describe("gate verify and what a commit ignores", () => {
  it("refuses reports that the commit's own rules keep out, though gate has staged them", async () => {
    const rig = await project("*.log\nlogs/\n!test-reports/logs/\n");
    expect(await ignoredIn(rig)).toEqual({
      code: 1,
      found: [`.gitignore:1 *.log keeps ${LOG} out of every commit.`],
    });
    const text = await rig.gate("verify");
    expect(text.stderr).toContain(
      "next: gate check --fix   adds  !test-reports/logs/**/*.log  to .gitignore",
    );
  });

  it("names the rule that lost a log, beside the log that is missing", async () => {
    const rig = await project("logs/\n");
    await rig.git("rm", "-q", "--cached", LOG);
    await rig.git("commit", "-q", "--no-verify", "-m", "as git add would have left it");
    const { errors } = await verified(rig);
    expect(errors).toEqual(["ignored-report", "missing-report"]);
    expect((await ignoredIn(rig)).found[0]).toMatch(/^\.gitignore:1 logs\/ keeps /);
  });

  it("asks the commit's rules alone: neither this clone's, nor the user's, nor the files on disk", async () => {
    const rig = await project(".gate/\n");
    mkdirSync(join(rig.directory, ".git/info"), { recursive: true });
    writeFileSync(join(rig.directory, ".git/info/exclude"), "*.log\n");
    const home = join(rig.base, "home");
    for (const place of [join(home, ".config/git"), join(rig.base, "xdg/git")]) {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "ignore"), "logs/\n");
    }
    writeFileSync(join(rig.base, "everywhere"), "*.json\n");
    rig.write(".gitignore", "test-reports/\n");
    const surroundings = {
      HOME: home,
      XDG_CONFIG_HOME: join(rig.base, "xdg"),
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.excludesFile",
      GIT_CONFIG_VALUE_0: join(rig.base, "everywhere"),
    };
    const ended = await rig.gateWith(surroundings, "verify", "--json");
    expect(ended.code).toBe(0);
    expect(
      JSON.parse(ended.stdout).problems.filter(({ code }: { code: string }) => code === "ignored-report"),
    ).toEqual([]);
    // and the other way round: what lets them in here lets them in nowhere else
    await rig.git("add", "-f", ".gitignore");
    await rig.git("commit", "-q", "--no-verify", "-m", "ignore");
    writeFileSync(join(rig.directory, ".git/info/exclude"), "!test-reports/\n");
    rig.write(".gitignore", "");
    expect((await ignoredIn(rig)).found).toHaveLength(1);
  });

  it("reads the rules of folders, and no link", async () => {
    const rig = await Rig.create();
    const suiteLines = "    reports: artifacts/model/reports\n";
    await soundProject(rig, ".gate/\n", suiteLines);
    rig.write("artifacts/.gitignore", "*.hash\n");
    rig.write("elsewhere/.gitignore", "*\n");
    await rig.git("add", "-f", "artifacts/.gitignore", "elsewhere/.gitignore");
    await rig.git("commit", "-q", "--no-verify", "-m", "rules");
    expect((await ignoredIn(rig)).found).toEqual([
      "artifacts/.gitignore:1 *.hash keeps artifacts/model/reports/model-tests.hash out of every commit.",
    ]);
    await rig.git("rm", "-q", "-f", "artifacts/.gitignore");
    await rig.git("update-index", "--add", "--cacheinfo", `120000,${await link(rig)},artifacts/.gitignore`);
    await rig.git("commit", "-q", "--no-verify", "-m", "a link");
    expect((await ignoredIn(rig)).found).toEqual([]);
  });

  it("judges the suite that is asked about, and says nothing of trees without rules", async () => {
    const rig = await project("*.log\n");
    rig.write(
      "gate.yaml",
      `${rig.read("gate.yaml")}  other:\n    run: "true"\n    inputs: [src]\n    reports: other-reports\n`,
    );
    await rig.git("commit", "-q", "-a", "--no-verify", "-m", "another suite");
    expect((await ignoredIn(rig, "--suite", "other")).found).toEqual([]);
    expect((await ignoredIn(rig, "--suite", "model-tests")).found).toHaveLength(1);
    await rig.git("rm", "-q", "--cached", ".gitignore");
    await rig.git("commit", "-q", "--no-verify", "-m", "no rules");
    expect((await ignoredIn(rig)).found).toEqual([]);
  });

  it("is a no where the rules are larger than anybody's, and leaves nothing behind", async () => {
    const rig = await project(".gate/\n");
    rig.write(".gitignore", "# a line\n".repeat(200_000));
    await rig.git("commit", "-q", "-a", "--no-verify", "-m", "large");
    const { code, found } = await ignoredIn(rig);
    expect(code).toBe(1);
    expect(found).toEqual([expect.stringContaining("larger than 1 MiB")]);
    expect(await rig.changes()).toEqual([]);
  });

  it("is a no where the rules of all folders together are larger than anybody's", async () => {
    const rig = await project(".gate/\n");
    rig.write("../rules", "# a line\n".repeat(60_000));
    const id = await rig.git("hash-object", "-w", "../rules");
    const folders = Array.from({ length: 40 }, (_, index) => `test-reports/${index}/.gitignore`);
    for (const path of folders) await rig.git("update-index", "--add", "--cacheinfo", `100644,${id},${path}`);
    await rig.git("commit", "-q", "--no-verify", "-m", "many");
    const { code, found } = await ignoredIn(rig);
    expect(code).toBe(1);
    expect(found).toEqual([expect.stringContaining("larger than 16 MiB together")]);
  });

  it("is a no where older gits would look for ever, for rules and for attributes", async () => {
    const rig = await project(".gate/\n");
    const deep = `/test-reports/${"**/a*/".repeat(14)}b`;
    rig.write(".gitignore", `# ${"**/".repeat(9)}\n.gate/\n${deep}\n`);
    await rig.git("commit", "-q", "-a", "--no-verify", "-m", "a rule");
    expect((await ignoredIn(rig)).found).toEqual([
      expect.stringContaining(".gitignore has a rule with more than four **"),
    ]);
    rig.write(".gitignore", ".gate/\n");
    rig.write(".gitattributes", `${deep} text eol=crlf\n`);
    await rig.git("add", ".gitattributes");
    await rig.git("commit", "-q", "-a", "--no-verify", "-m", "an attribute");
    const { code, stderr } = await rig.gate("verify");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("more than four **") });
  });

  it("runs nothing that the tree names", async () => {
    const rig = await project("*.log\n");
    await rig.git("config", "filter.evil.clean", `touch ${join(rig.base, "ran")}`);
    await rig.git("config", "filter.evil.smudge", `touch ${join(rig.base, "ran")}`);
    rig.write(".gitattributes", "* filter=evil\n");
    await rig.git("add", ".gitattributes");
    await rig.git("commit", "-q", "--no-verify", "-m", "a filter");
    rig.at(rig.base).remove("ran");
    expect((await ignoredIn(rig)).found).toHaveLength(1);
    expect(rig.at(rig.base).exists("ran")).toBe(false);
  });
});

async function link(rig: Rig): Promise<string> {
  writeFileSync(join(rig.base, "target"), "../elsewhere/.gitignore");
  return rig.git("hash-object", "-w", join(rig.base, "target"));
}
