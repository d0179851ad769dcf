import { symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MeasuredProject } from "../rig/coverage.ts";
import { describeWithPython } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

const PYTEST_COV = ["coverage==7.10.7", "pytest==8.4.2", "pytest-cov==7.0.0"];

async function measured(packages: readonly string[], inputs?: string) {
  const rig = await Rig.create({ hooks: false });
  const project = new MeasuredProject(rig, ...packages);
  project.write(inputs);
  await rig.git("add", ".");
  return { rig, project };
}

const suiteWith = (suite: object) => ({ schema: "gate/gaps@1", suites: [{ name: "model-tests", ...suite }] });

describeWithPython("gate gaps with a report of coverage.py", () => {
  it.each(["5.5", "7.4.4", "7.10.7"])("%s has the figures of coverage.py itself", async (version) => {
    const { rig, project } = await measured([`coverage==${version}`]);
    await project.python(
      "coverage",
      "run",
      "--branch",
      "--source=src",
      "-m",
      "unittest",
      "discover",
      "-s",
      "tests",
    );
    await project.python("coverage", "json");
    const { totals } = JSON.parse(rig.read("coverage.json"));
    expect(await rig.gateJson("gaps")).toMatchObject({
      ...suiteWith({
        coverage: {
          totals: {
            files: 5,
            notMeasured: 0,
            empty: 2,
            statements: totals.num_statements,
            covered: totals.covered_lines,
            uncovered: totals.missing_lines,
            excluded: totals.excluded_lines,
            branches: { total: totals.num_branches, covered: totals.covered_branches },
            percent: Math.floor(totals.percent_covered * 10) / 10,
          },
          gaps: ["src/app/training/trainer.py", "src/app/never.py", "src/app/router.py"],
          notInputs: [],
        },
        patternTests: null,
      }),
      report: { path: "coverage.json", version },
    });
  });

  it("says that a source was changed after the report was made", async () => {
    const { rig, project } = await measured(["coverage==7.10.7"]);
    await project.python("coverage", "run", "--source=src", "-m", "unittest", "discover", "-s", "tests");
    await project.python("coverage", "json");
    expect((await rig.gate("gaps")).stdout).not.toContain("changed after");
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(rig.directory, "src/app/router.py"), later, later);
    const { stdout } = await rig.gate("gaps");
    expect(stdout).toContain(
      "src/app/router.py changed after coverage.json was made: it counts other lines.",
    );
  });

  it("names files that were never imported, and the test that only tests itself", async () => {
    const { rig, project } = await measured(["coverage==7.10.7"]);
    rig.write(".coveragerc", "[run]\ndynamic_context = test_function\n");
    await project.python("coverage", "run", "-m", "unittest", "discover", "-s", "tests");
    await project.python("coverage", "json", "--show-contexts");
    const { code, stdout, stderr } = await rig.gate("gaps");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^model-tests\n {2}\d+\.\d % of \d+ statements ran, in 5 production files \(1 not measured, 2 /,
    );
    expect(stdout).toMatch(/^ {2}P2 +12\d +12\d +\d\.\d % {2}src\/app\/training\/trainer\.py$/m);
    expect(stdout).toMatch(/^ {2}P2 +not measured +0\.0 % {2}src\/app\/never\.py$/m);
    expect(stdout).toContain(
      "  1 of 2 tests ran no production file at all (pattern tests)\n    test_router.TestRouter.test_scope_pattern\n",
    );
  });

  it("knows tests by pytest-cov's contexts, and counts those of each file", async () => {
    const { rig, project } = await measured(PYTEST_COV);
    await project.python(
      "pytest",
      "-q",
      "-p",
      "no:cacheprovider",
      "--cov=.",
      "--cov-context=test",
      "--cov-report=",
    );
    await project.python("coverage", "json", "--show-contexts");
    const document = await rig.gateJson("gaps");
    expect(document).toMatchObject(
      suiteWith({
        patternTests: {
          source: "contexts",
          of: 2,
          tests: ["tests/test_router.py::TestRouter::test_scope_pattern"],
        },
      }),
    );
    expect(JSON.stringify(document)).toMatch(/"path":"src\/app\/router\.py",[^}]*"tests":1\}/);
  });

  it("finds tests of the recorded run that the report does not know, where it has production code alone", async () => {
    const { rig, project } = await measured(["coverage==7.10.7"]);
    const id = (name: string) => ({ id: `tests/test_router.py::TestRouter::${name}` });
    rig.suite.answers([
      id("test_greeting"),
      id("test_scope_pattern"),
      { ...id("test_gpu"), outcome: "skipped" },
    ]);
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    skips: [{match: "*gpu", reason: no GPU}]\n`);
    await rig.git("add", ".");
    expect(await rig.gate("run")).toMatchObject({ code: 0 });
    rig.write(".coveragerc", "[run]\nsource = src\ndynamic_context = test_function\n");
    await project.python("coverage", "run", "-m", "unittest", "discover", "-s", "tests");
    await project.python("coverage", "json", "--show-contexts");
    expect(await rig.gateJson("gaps")).toMatchObject(
      suiteWith({
        patternTests: {
          source: "contexts",
          of: 2,
          tests: ["tests/test_router.py::TestRouter::test_scope_pattern"],
        },
      }),
    );
  });

  it("may have been made anywhere: elsewhere in the repository, or on another machine", async () => {
    const { rig, project } = await measured(["coverage==7.10.7"]);
    await project.python("coverage", "run", "--source=src", "-m", "unittest", "discover", "-s", "tests");
    await project.python("coverage", "json");
    const report = rig.read("coverage.json");
    const usual = JSON.stringify(await rig.gateJson("gaps"));
    for (const root of ["/home/runner/work/repo/repo/", "D:/a/repo/"]) {
      rig.write("coverage.json", report.replaceAll('"src/', `"${root}src/`));
      expect(JSON.stringify(await rig.gateJson("gaps"))).toBe(usual);
    }
    rig.write("coverage.json", report.replaceAll('"src/', '"'));
    expect(JSON.stringify(await rig.gateJson("gaps"))).toBe(usual);
    rig.remove("coverage.json");
    rig.write("tests/coverage.json", report);
    expect(await rig.gateJson("gaps", "-C", "tests")).toMatchObject({
      report: { path: "tests/coverage.json" },
    });
    expect(await rig.gateJson("gaps", "--coverage", "tests/coverage.json")).toMatchObject({
      report: { path: "tests/coverage.json" },
    });
  });
});

describe("gate gaps without a report", () => {
  async function observed() {
    const { rig } = await measured([]);
    const id = (name: string) => `tests/test_router.py::${name}`;
    rig.suite.answers([
      {
        id: id("test_greeting"),
        reads: ["tests/test_router.py", "src/app/router.py", "src/app/__init__.py"],
      },
      { id: id("test_scope_pattern"), reads: ["tests/test_router.py"] },
      { id: id("test_gpu"), reads: ["tests/test_router.py"], outcome: "skipped" },
    ]);
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    skips: [{match: "*gpu", reason: no GPU}]\n`);
    await rig.git("add", ".");
    expect(await rig.gate("run")).toMatchObject({ code: 0 });
    return rig;
  }

  it("says which production files no test read, and which tests read none", async () => {
    const rig = await observed();
    expect(await rig.gateJson("gaps")).toMatchObject(
      suiteWith({
        coverage: null,
        reads: {
          tests: 2,
          unread: 3,
          modules: [
            { module: "src/app/training", files: 2, unread: 2 },
            { module: "src/app", files: 3, unread: 1 },
          ],
          files: [
            { path: "src/app/never.py", tests: 0 },
            { path: "src/app/training/__init__.py", tests: 0 },
            { path: "src/app/training/trainer.py", tests: 0 },
            { path: "src/app/__init__.py", tests: 1 },
            { path: "src/app/router.py", tests: 1 },
          ],
        },
        patternTests: { source: "reads", of: 2, tests: ["tests/test_router.py::test_scope_pattern"] },
      }),
    );
  });

  it("does so in a clone, from the manifest", async () => {
    const rig = await observed();
    await rig.git("add", "-A");
    await rig.commit("with evidence");
    rig.remove(".gate");
    const { stdout } = await rig.gate("gaps");
    expect(stdout).toContain("3 of 5 production files read by no test\n");
    expect(stdout).toContain("from what 2 tests of the recorded run read\n");
    expect(stdout).toContain("1 of 2 tests read no production file at all (pattern tests)\n");
  });

  it("says where figures come from when there are none", async () => {
    const { rig } = await measured([]);
    const { code, stdout } = await rig.gate("gaps");
    expect(code).toBe(0);
    expect(stdout).toContain("there is no coverage report");
    expect(stdout).toContain("next: coverage run -m pytest && coverage json");
  });
});

const META = { format: 3, version: "7.10.7", timestamp: "2026-01-20T10:00:00.000001" };
const SUMMARY = { covered_lines: 1, num_statements: 4, missing_lines: 3, excluded_lines: 0 };
const reportOf = (...names: string[]) =>
  JSON.stringify({
    meta: META,
    files: Object.fromEntries(names.map((name) => [name, { summary: SUMMARY }])),
  });

describe("gate gaps says what is wrong with", () => {
  async function withReport(content: string): Promise<Rig> {
    const { rig } = await measured([]);
    rig.write("coverage.json", content);
    return rig;
  }

  it.each([
    ["no JSON", "SF:src/app.py\n", "coverage.json is not a JSON object."],
    ["a cut-off one", reportOf("src/app/router.py").slice(0, -40), "coverage.json breaks off."],
    ["an empty one", "", "coverage.json is empty."],
    ["other JSON", '{"total": {"lines": {"pct": 3}}}', "is not a report of coverage.py: meta is missing."],
    ["figures that are none", reportOf("a.py").replace(":4", ":-4"), "summary.num_statements is not valid."],
    [
      "a file that is there twice",
      reportOf("src/app/router.py", "./src/app/router.py"),
      "has src/app/router.py twice",
    ],
  ])("%s", async (_what, content, message) => {
    const { code, stdout, stderr } = await (await withReport(content)).gate("gaps");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\(coverage-invalid\)\n {6}next: Make it anew: {2}coverage run/);
  });

  it("a report that is not there, or is no file", async () => {
    const { rig } = await measured([]);
    expect((await rig.gate("gaps", "--coverage", "nowhere.json")).stderr).toContain(
      "there is no file nowhere.json.  (coverage-missing)",
    );
    expect((await rig.gate("gaps", "--coverage", "src")).stderr).toContain(
      "src is a directory.  (coverage-invalid)",
    );
    symlinkSync("/dev/zero", join(rig.directory, "coverage.json"));
    const ended = await rig.gate("gaps");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("coverage.json is no regular file.  (coverage-invalid)");
  });

  it("a report of something else, without calling everything untested for that", async () => {
    const rig = await withReport(reportOf("lib/other.py"));
    expect(await rig.gateJson("gaps")).toMatchObject(
      suiteWith({
        coverage: { notInputs: ["lib/other.py"] },
        problems: [
          {
            code: "coverage-invalid",
            severity: "warning",
            message: "coverage.json names no input of model-tests.",
          },
        ],
      }),
    );
  });

  it("a format that is newer than gate", async () => {
    const rig = await withReport(reportOf("src/app/router.py").replace('"format":3', '"format":4'));
    expect(await rig.gateJson("gaps")).toMatchObject({
      suites: [{ coverage: { totals: { statements: 4 } } }],
      problems: [{ code: "coverage-invalid", severity: "warning" }],
    });
  });

  it.each([
    [["--under", "most"], "--under most is no percentage."],
    [["--under", "101"], "--under 101 is no percentage."],
    [["gpu-tests"], "gate.yaml has no suite gpu-tests."],
  ])("the arguments %j", async (args, message) => {
    const ended = await (await withReport(reportOf("src/app/router.py"))).gate("gaps", ...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
  });
});

describe("gate gaps in every format", () => {
  const hostile = "src/a|b\n## `x` <img src=x>.py";

  it("says the same twice, changes nothing, and shows names as they are", async () => {
    const { rig } = await measured([]);
    rig.write("src/\u001b[31mred.py", "x = 1\n");
    rig.write(hostile, "x = 1\n");
    await rig.git("add", ".");
    rig.write("coverage.json", reportOf("src/app/router.py", hostile));
    const before = await snapshot(rig);
    for (const format of ["text", "json", "markdown"]) {
      const first = await rig.gate("gaps", "--format", format);
      expect(first).toMatchObject({ code: 0, stderr: "" });
      expect(first.stdout).not.toContain("\u001b");
      expect(await rig.gate("gaps", "--format", format)).toEqual(first);
    }
    expect(await snapshot(rig)).toEqual(before);
    const { stdout: text } = await rig.gate("gaps");
    expect(text).toMatch(/^ {2}P3 +3 +4 +25\.0 % {2}"src\/a\|b\\n## `x` <img src=x>\.py"$/m);
    const { stdout: markdown } = await rig.gate("gaps", "--format", "markdown");
    expect(markdown).toContain('| `` "src/a\\u007cb\\n## `x` <img src=x>.py" `` | 3 | 4 | 25.0 % | P3 |');
    expect(markdown.split("\n").filter((line) => line.startsWith("## "))).toEqual(["## gate gaps"]);
    expect(JSON.parse((await rig.gate("gaps", "--format", "json")).stdout)).toEqual(
      await rig.gateJson("gaps"),
    );
  });

  it("takes the threshold that it is given", async () => {
    const { rig } = await measured([], "[src/app/router.py]");
    rig.write("coverage.json", reportOf("src/app/router.py"));
    const gaps = async (under: string) => {
      const { stdout } = await rig.gate("gaps", "--under", under, "--format", "markdown");
      return /^(?:#### .*under.*|No file is under.*)$/m.exec(stdout)?.[0];
    };
    expect(await gaps("25")).toBe("No file is under 25 %.");
    expect(await gaps("25.1")).toBe("#### 1 file under 25.1 %");
  });
});
