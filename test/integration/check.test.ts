import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checked, soundProject } from "../rig/checked.ts";
import { Rig } from "../rig/repository.ts";

const CLASSIC = "*.log\nlogs/\n!test-reports/logs/\n";
const LOG = "test-reports/logs/test_hello/session.log";

async function project(rules = ".gate/\n", suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  await soundProject(rig, rules, suiteLines);
  return rig;
}

describe("gate check", () => {
  it("says of a sound project what is fine, and nothing else", async () => {
    const rig = await project();
    const { code, document } = await checked(rig);
    expect({ code, problems: document.problems }).toEqual({ code: 0, problems: [] });
    expect(document).toMatchObject({ schema: "gate/check@1", ok: true, edits: null, next: [] });
    expect(document.fine.map(({ area, suite }) => `${area} ${suite}`)).toEqual([
      "wiring null",
      "inputs model-tests",
      "reports model-tests",
      "fixers model-tests",
      "ignore rules null",
    ]);
    const text = await rig.gate("check");
    expect(text.code).toBe(0);
    expect(text.stdout.trimEnd().split("\n")).toHaveLength(5);
    expect(text.stdout).toMatch(/^(✓ .*\n)+$/);
  });

  it("judges the files on disk, staged or not, and changes none", async () => {
    const rig = await project();
    rig.write(".gitignore", CLASSIC);
    const before = await rig.changes();
    expect((await checked(rig)).errors).toEqual(["ignored-report .gitignore:1"]);
    expect(await rig.changes()).toEqual(before);
    rig.write("gate.yaml", "version: 1\nsuites: {}\n");
    expect((await checked(rig)).code).toBe(2);
  });

  it("answers from a folder below, and with -C", async () => {
    const rig = await project(CLASSIC);
    const below = rig.at(join(rig.directory, "src"));
    expect((await checked(below)).errors).toEqual(["ignored-report .gitignore:1"]);
    const outside = await rig.at(rig.base).gate("-C", rig.directory, "check", "--json");
    expect(JSON.parse(outside.stdout).problems).toHaveLength(1);
  });

  it.each<[string, (rig: Rig) => unknown, string, RegExp]>([
    ["no gate.yaml", (rig) => rig.remove("gate.yaml"), "config-missing", /gate init/],
    ["a wrong one", (rig) => rig.write("gate.yaml", "version: 1\nsuite: {}\n"), "config-invalid", /suites/],
    [
      "a link in its place",
      (rig) => {
        rig.remove("gate.yaml");
        symlinkSync("README.md", join(rig.directory, "gate.yaml"));
      },
      "config-not-a-file",
      /symlink/,
    ],
  ])("exits 2 with %s", async (_, change, problem, said) => {
    const rig = await project();
    await change(rig);
    const { code, document } = await checked(rig);
    expect(code).toBe(2);
    expect(document.problems[0]?.code).toBe(problem);
    expect((await rig.gate("check")).stderr).toMatch(said);
  });

  it("exits 2 outside a repository, in a bare one, and where --yes or --dry-run stands alone", async () => {
    const rig = await project();
    expect((await rig.at(rig.base).gate("check")).code).toBe(2);
    execFileSync("git", ["clone", "-q", "--bare", rig.directory, join(rig.base, "bare")]);
    expect((await rig.at(join(rig.base, "bare")).gate("check")).code).toBe(2);
    for (const option of ["--yes", "--dry-run"]) {
      const alone = await rig.gate("check", option);
      expect(alone.code).toBe(2);
      expect(alone.stderr).toContain(`gate check --fix ${option}`);
    }
  });
});

describe("reports that are ignored", () => {
  it("are named by rule and line, with the lines that let them in", async () => {
    const rig = await project(CLASSIC);
    const text = await rig.gate("check");
    expect(text.code).toBe(1);
    expect(text.stderr).toContain(
      `✗ .gitignore:1  *.log keeps ${LOG} and 1 more out of every commit.  (ignored-report)\n` +
        "    next: gate check --fix   adds  !test-reports/logs/**/*.log  to .gitignore\n",
    );
    expect(text.stderr).toMatch(/1 problem\n$/);
  });

  it("are one problem for each rule, with how many more", async () => {
    const rig = await project("*.json\nlogs/\n*.txt\n");
    const { document } = await checked(rig);
    const lost = document.problems.filter(({ code }) => code === "ignored-report");
    expect(lost.map(({ line, suite }) => [line, suite])).toEqual([
      [2, "model-tests"],
      [3, "model-tests"],
      [1, "model-tests"],
    ]);
    expect(lost[0]?.message).toBe(
      "logs/ keeps test-reports/logs/test_hello/metadata.json and 2 more out of every commit.",
    );
  });

  it("are found before anything was run, by what the suite is configured to write", async () => {
    const rig = await Rig.create();
    rig.writeProject(`    logs: ["**/run-*.txt", "**/{a,b}.trace"]\n`);
    rig.write(".gitignore", "*.trace\nrun-*\n");
    await rig.git("add", ".");
    const { document } = await checked(rig);
    const lost = document.problems.filter(({ code }) => code === "ignored-report");
    expect(lost.map(({ line }) => line).sort()).toEqual([1, 2]);
  });

  it("are also what a test prints, as gate run says before it starts, and no signature where none is asked for", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write(".gitignore", "*.log\n*.sig\n");
    await rig.git("add", ".");
    const ignored = (await checked(rig)).errors.filter((one) => one.startsWith("ignored"));
    expect(ignored).toEqual(["ignored-report .gitignore:1"]);
    expect((await rig.gate("run")).stderr).toContain("test-reports/logs/test_hello/stdout.log is ignored");
    expect((await rig.gate("check", "--fix", "--yes")).code).toBe(0);
    await rig.git("add", ".gitignore");
    expect((await rig.gate("run")).code).toBe(0);
    expect(rig.suite.runs).toBe(1);
  });

  it.each<[string, (rig: Rig) => void, RegExp]>([
    [
      "a file in a folder",
      (rig) => rig.write("test-reports/.gitignore", "*\n"),
      /^test-reports\/\.gitignore$/,
    ],
    [
      "a person's own rules",
      (rig) => {
        mkdirSync(join(rig.directory, ".git/info"), { recursive: true });
        writeFileSync(join(rig.directory, ".git/info/exclude"), "*.log\n");
      },
      /info\/exclude$/,
    ],
    [
      "the global rules",
      (rig) => {
        writeFileSync(join(rig.base, "ignored-everywhere"), "*.log\n");
        writeFileSync(
          join(rig.base, "gitconfig"),
          `[user]\n\tname = Ann\n\temail = ann@example.com\n[core]\n\texcludesFile = ${join(rig.base, "ignored-everywhere")}\n`,
        );
      },
      /ignored-everywhere$/,
    ],
  ])("are seen by %s too", async (_, change, file) => {
    const rig = await project();
    change(rig);
    const { document } = await checked(rig);
    const [lost] = document.problems.filter(({ code }) => code === "ignored-report");
    expect(lost?.path).toMatch(file);
    const fixed = await checked(rig, "--fix", "--yes");
    expect(fixed.errors).toEqual([]);
    expect((await rig.tryGit("check-ignore", "-q", "--no-index", LOG)).code).toBe(1);
  });

  it("are refused behind a link, which git would commit in their place", async () => {
    const rig = await project();
    rig.remove("test-reports");
    symlinkSync(rig.base, join(rig.directory, "test-reports"));
    const { code, errors } = await checked(rig);
    expect(code).toBe(1);
    expect(errors).toContain("report-refused test-reports");
  });
});

describe("wiring", () => {
  it("is an error where nothing calls gate, and is mended by init", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.writeProject();
    await rig.git("add", ".");
    const { code, document } = await checked(rig);
    expect(code).toBe(1);
    const [wiring] = document.problems.filter(({ code: which }) => which === "not-wired");
    expect(wiring).toMatchObject({ severity: "error", hint: "gate init" });
    expect((await rig.gate("init", "--yes")).code).toBe(0);
    await rig.git("add", ".");
    expect((await checked(rig)).errors).toEqual([]);
  });

  it("is a warning in a clone without hooks, where a workflow judges every commit", async () => {
    const rig = await project();
    await rig.git("clone", "-q", rig.directory, join(rig.base, "clone"));
    const { code, errors, warnings } = await checked(rig.at(join(rig.base, "clone")));
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(warnings).toEqual([expect.stringMatching(/^not-wired /)]);
  });

  it("tells that something restages after gate", async () => {
    const rig = await project();
    rig.write(".husky/pre-commit", "npx gate pre-commit\nnpx lint-staged\n");
    expect((await checked(rig)).warnings).toContain("hook-order .husky/pre-commit:2");
  });
});

describe("inputs", () => {
  it("are an error where they are none, and a warning where a pattern matches nothing", async () => {
    const rig = await project();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", "[src, prompts,"));
    expect((await checked(rig)).warnings).toEqual(["pattern-matches-nothing gate.yaml:5"]);
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src, prompts,", "[prompts,"));
    const { errors, document } = await checked(rig);
    expect(errors).toEqual(["inputs-empty gate.yaml:5"]);
    expect(document.fine.some(({ area }) => area === "inputs")).toBe(false);
  });

  it("are told that fell away since HEAD, and those that nobody claims", async () => {
    const rig = await project();
    rig.write("gate.yaml", rig.read("gate.yaml").replace("[src,", '["src/*.py", "lib/**/*.py",'));
    rig.write("lib/a.py", "a = 1\n");
    rig.write("lib/fast.cpp", "int a;\n");
    await rig.git("add", ".");
    await rig.git("commit", "-q", "--no-verify", "-m", "more");
    expect((await checked(rig)).warnings).toEqual(["inputs-unclaimed gate.yaml:5"]);
    await rig.git("rm", "-q", "-r", "--cached", "src");
    expect((await checked(rig)).errors).toContain("inputs-collapsed gate.yaml:5");
  });

  it("cannot be judged while the index is unmerged", async () => {
    const rig = await project();
    await rig.git("checkout", "-q", "-b", "other");
    for (const [branch, text] of [
      ["other", "route = 2\n"],
      ["main", "route = 3\n"],
    ] as const) {
      await rig.git("checkout", "-q", branch);
      rig.write("src/router.py", text);
      await rig.git("commit", "-q", "-a", "--no-verify", "-m", branch);
    }
    expect((await rig.tryGit("merge", "other")).code).toBe(1);
    expect((await checked(rig)).errors).toEqual(["unmerged-inputs src/router.py"]);
  });
});
