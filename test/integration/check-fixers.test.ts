import { lstatSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checked, soundProject } from "../rig/checked.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const FRAMEWORK = `# ours
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v5.0.0
    hooks:
      - id: trailing-whitespace   # keep it tidy
      - id: end-of-file-fixer
      - id: check-yaml
`;

async function project(files: Readonly<Record<string, string>>): Promise<Rig> {
  const rig = await Rig.create();
  await soundProject(rig, ".gate/\n");
  for (const [path, text] of Object.entries(files)) rig.write(path, text);
  await rig.git("add", "-A");
  await rig.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "tools");
  return rig;
}

describe("tools that would rewrite reports", () => {
  it("are set up no more by what was deleted, be it staged or not", async () => {
    const rig = await project({ "biome.json": "{}\n" });
    expect((await checked(rig)).errors).toEqual(["fixer-not-exempt biome.json"]);
    rig.remove("biome.json");
    expect((await checked(rig)).errors).toEqual([]);
    await rig.gate("check", "--fix", "--yes");
    expect(rig.exists("biome.json")).toBe(false);
  });

  it("are named with the line that sets them up, and kept from the reports by --fix", async () => {
    const rig = await project({
      ".pre-commit-config.yaml": FRAMEWORK,
      ".prettierrc": "{}\n",
      ".editorconfig": "root = true\n\n[*]\ntrim_trailing_whitespace = true\n",
    });
    const before = await checked(rig);
    expect(before.code).toBe(1);
    expect(before.errors.toSorted()).toEqual([
      "fixer-not-exempt .editorconfig:3",
      "fixer-not-exempt .pre-commit-config.yaml:6",
      "fixer-not-exempt .pre-commit-config.yaml:7",
      "fixer-not-exempt .prettierrc",
    ]);
    const text = (await rig.gate("check")).stderr;
    expect(text).toMatch(
      /✗ \.pre-commit-config\.yaml:6 {2}trailing-whitespace would rewrite test-reports\/.* and \d+ more\./,
    );
    const warned = await verified(rig);
    expect({ code: warned.code, errors: warned.errors }).toEqual({ code: 0, errors: [] });
    expect(warned.warnings).toContain("fixer-not-exempt");

    const fixed = await checked(rig, "--fix", "--yes");
    // The framework is not installed in the rig.
    const others = fixed.document.problems.filter(({ code }) => code !== "not-wired");
    expect({ code: fixed.code, others }).toEqual({ code: 0, others: [] });
    expect(fixed.document.edits?.map(({ target }) => target).toSorted()).toEqual([
      ".editorconfig",
      ".pre-commit-config.yaml",
      ".prettierignore",
    ]);
    const framework = rig.read(".pre-commit-config.yaml");
    expect(framework).toMatch(/^# ours\n/);
    expect(framework).toContain("# keep it tidy");
    const again = await checked(rig, "--fix", "--yes");
    expect(again.document.edits).toEqual([]);
    await rig.git("add", "-A");
    await rig.git("commit", "-q", "--no-verify", "-m", "kept apart");
    expect((await verified(rig)).warnings).toEqual([]);
  });

  it("are kept from them once where several go by one file", async () => {
    const rig = await project({
      ".editorconfig": "root = true\n\n[*]\ntrim_trailing_whitespace = true\n",
      ".pre-commit-config.yaml": `repos:\n- repo: local\n  hooks:\n  - { id: eclint, name: eclint, language: system, entry: eclint fix }\n`,
    });
    expect((await checked(rig)).errors.filter((one) => one.startsWith("fixer"))).toHaveLength(2);
    await checked(rig, "--fix", "--yes");
    const headings = rig.read(".editorconfig").match(/^\[.*test-reports.*\]$/gm);
    expect(headings).toHaveLength(1);
    expect((await checked(rig)).errors.filter((one) => one.startsWith("fixer"))).toEqual([]);
  });

  it("are kept from them by init as well", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    rig.write(".pre-commit-config.yaml", FRAMEWORK);
    rig.write(".prettierrc", "{}\n");
    const init = await rig.gate("init", "--yes", "--json");
    expect(init.code, init.stderr).toBe(0);
    const targets = JSON.parse(init.stdout).edits.map(({ target }: { target: string }) => target);
    expect(targets).toContain(".prettierignore");
    expect(new Set(targets).size).toBe(targets.length);
    const framework = rig.read(".pre-commit-config.yaml");
    expect(framework).toMatch(/gate/);
    await rig.git("add", "-A");
    const { document } = await checked(rig);
    expect(document.problems.filter(({ code }) => code === "fixer-not-exempt")).toEqual([]);
    const second = JSON.parse((await rig.gate("init", "--yes", "--json")).stdout);
    expect(second.edits).toEqual([]);
  });

  it("are left alone where their settings cannot be edited, with what to do by hand", async () => {
    const rig = await project({
      "package.json": '{"scripts": {"format": "prettier --write --ignore-path .gitignore ."}}\n',
      ".husky/pre-commit": "npm run format\n",
    });
    const { code, document } = await checked(rig, "--fix", "--yes");
    expect(code).toBe(1);
    const codes = document.problems.map((one) => `${one.severity} ${one.code}`);
    expect(codes).toContain("error fixer-not-exempt");
    expect(codes).toContain("warning edit-refused");
    await rig.gate("init", "--yes");
    const { stdout, stderr } = await rig.gate("init", "--yes");
    expect(stdout + stderr).toContain("gate  nothing that gate can do; the rest is by hand:");
    expect(stdout + stderr).not.toContain("this repository is set up");
  });

  it("change nothing of what a suite's own settings say of other files", async () => {
    const rig = await project({ ".prettierrc": "{}\n", ".prettierignore": "dist\n# generated\n*.gen.ts" });
    await checked(rig, "--fix", "--yes");
    expect(rig.read(".prettierignore")).toMatch(/^dist\n# generated\n\*\.gen\.ts\n/);
  });

  it("are found where the configuration is a link to where it is kept, in a commit too", async () => {
    const rig = await project({ "config/hooks.yaml": FRAMEWORK });
    symlinkSync("config/hooks.yaml", join(rig.directory, ".pre-commit-config.yaml"));
    await rig.git("add", "-A");
    await rig.git("commit", "-q", "--no-verify", "-m", "link");
    expect((await checked(rig)).errors).toContain("fixer-not-exempt .pre-commit-config.yaml:6");
    const warned = (await verified(rig)).document.problems;
    expect(warned.map(({ code, path, line }) => `${code} ${path}:${line}`)).toContain(
      "fixer-not-exempt .pre-commit-config.yaml:6",
    );
    const { document } = await checked(rig, "--fix", "--yes");
    expect(document.problems.filter(({ code }) => code === "fixer-not-exempt")).toEqual([]);
    expect(rig.read("config/hooks.yaml")).toContain("exclude: ^test-reports/");
    expect(lstatSync(join(rig.directory, ".pre-commit-config.yaml")).isSymbolicLink()).toBe(true);
  });

  it("are found in what a person has added for herself, though git ignores it", async () => {
    const rig = await project({
      ".gitignore": ".gate/\nlefthook-local.yml\n",
      "lefthook.yml": "pre-commit: {}\n",
    });
    rig.write(
      "lefthook-local.yml",
      "pre-push:\n  commands:\n    a:\n      run: sed -i s/a/b/ {push_files}\n",
    );
    expect((await checked(rig)).errors).toContain("fixer-not-exempt lefthook-local.yml:3");
    expect((await verified(rig)).warnings).not.toContain("fixer-not-exempt");
  });

  it("are not said to be none where a configuration could not be read", async () => {
    const rig = await project({ "lefthook.yml": "pre-commit:\n  jobs: [\n" });
    const { document, warnings } = await checked(rig);
    expect(warnings).toContain("fixer-not-exempt lefthook.yml");
    expect(document.fine.map(({ area }) => area)).not.toContain("fixers");
    expect((await verified(rig)).warnings).toContain("fixer-not-exempt");
  });
});
