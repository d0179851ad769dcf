import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RedDocument } from "../../src/commands/red-document.ts";
import { renderRed } from "../../src/render/run-red.ts";
import type { FakeTest } from "../rig/fake-suite.ts";
import { GATE, PROJECT, Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";
import { livingProcesses, start, until } from "../rig/started.ts";

const GOOD: FakeTest = { id: "tests/test_store.py::test_params" };
const RED: FakeTest = {
  id: "tests/test_store.py::test_round_trip",
  outcome: "failed",
  message:
    "E   NotImplementedError: load does not build models\n\ntests/test_store.py:15: NotImplementedError",
};
const BROKEN: FakeTest = { id: "tests/test_flow.py::test_persists", outcome: "error", message: "no fixture" };
const SKIPPED: FakeTest = {
  id: "tests/test_store.py::test_weights",
  outcome: "skipped",
  message: "no torch",
};

async function redRig(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.suite.answers([GOOD, RED, BROKEN, SKIPPED], {
    exit: 1,
    before: `printf '%s\\n' "$1" >> "${rig.base}/asked"; echo "log of $1"`,
  });
  rig.writeProject(suiteLines);
  await rig.git("add", ".");
  return rig;
}

async function red(
  rig: Rig,
  ...selectors: readonly string[]
): Promise<{ readonly code: number | null; readonly document: RedDocument }> {
  const { code, stdout, stderr } = await rig.gate("run", "--json", "--red", ...selectors);
  if (stdout === "") throw new Error(stderr);
  return { code, document: JSON.parse(stdout) };
}

describe("gate run --red", () => {
  it("runs each selector by itself, and says how it fails", async () => {
    const rig = await redRig();
    const { code, document } = await red(rig, RED.id, BROKEN.id);
    expect({ code, ok: document.ok, runs: rig.suite.runs }).toEqual({ code: 0, ok: true, runs: 2 });
    expect(document.selectors).toMatchObject([
      {
        selector: RED.id,
        state: "red",
        tests: [
          {
            id: RED.id,
            outcome: "failed",
            expected: false,
            lines: ["NotImplementedError: load does not build models"],
            place: { path: "tests/test_store.py", line: 15 },
          },
        ],
      },
      {
        selector: BROKEN.id,
        state: "red",
        tests: [{ id: BROKEN.id, outcome: "error", lines: ["no fixture"] }],
      },
    ]);
    expect(document.proposed?.entries).toEqual([
      { match: RED.id, reason: "red: NotImplementedError: load does not build models" },
      { match: BROKEN.id, reason: "red: no fixture" },
    ]);
  });

  it("keeps the log of each, and a summary, in a directory of the session", async () => {
    const rig = await redRig("    env: { MLFLOW_TRACKING_URI: memory }\n    gpu: optional\n");
    const { document } = await red(rig, RED.id, BROKEN.id);
    expect(document.session).toMatch(/^\.gate\/sessions\/RUN_\d{8}_\d{6}(_\d+)?\/red$/);
    for (const { log, selector } of document.selectors) {
      expect(log.startsWith(`${document.session}/`)).toBe(true);
      expect(rig.read(log)).toBe(`log of ${selector}\n`);
    }
    const summary = rig.read(document.summary ?? "");
    for (const text of [
      "# Red phase of model-tests",
      `| \` ${RED.id} \` | red: 1 failed | [log](tests-test_store.py-test_round_trip-`,
      "failed at ` tests/test_store.py:15 `",
      "    NotImplementedError: load does not build models",
      "| ` CUDA_VISIBLE_DEVICES ` | empty |",
      "| ` MLFLOW_TRACKING_URI ` | ` memory ` | `env` of gate.yaml |",
      `- match: "${RED.id}"`,
    ]) {
      expect(summary).toContain(text);
    }
  });

  it("says no, and which, when a test passes, is skipped, or never ran", async () => {
    const rig = await redRig();
    const ended = await rig.gate("run", "--red", RED.id, GOOD.id, SKIPPED.id);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain("3 selectors, only 1 red.");
    expect(ended.stdout).toContain(`not-red  ${GOOD.id}\n           1 passed\n`);
    expect(ended.stdout).toContain(`not-red  ${SKIPPED.id}\n           1 skipped\n           no torch\n`);
    rig.suite.does("echo no such test; exit 4");
    const { code, document } = await red(rig, "tests/nothing.py");
    expect({ code, state: document.selectors[0]?.state }).toEqual({ code: 1, state: "not-run" });
    expect(document.selectors[0]?.reasons[0]).toMatch(
      /^The command exited 4\. It left no structured results/,
    );
  });

  it("takes a file, a class or a directory for all the tests in it", async () => {
    const rig = await redRig();
    const { document } = await red(rig, "tests/test_store.py", "tests/");
    expect(document.selectors.map(({ state, tests }) => [state, tests.length])).toEqual([
      ["not-red", 3],
      ["not-red", 4],
    ]);
    expect(document.proposed?.entries.map(({ match }) => match)).toEqual([RED.id, BROKEN.id]);
  });

  it("gives the selector to the command as its last word, as it is", async () => {
    const rig = await redRig();
    const odd = 'tests/test_a.py::test_b[it\'s $HOME * "x"]';
    await red(rig, odd, odd);
    expect(execFileSync("cat", [`${rig.base}/asked`], { encoding: "utf8" })).toBe(`${odd}\n`);
  });

  it("proposes what, once declared, lets the run be accepted", async () => {
    const rig = await redRig(`    skips: [{ match: "*::test_weights", reason: no torch }]\n`);
    const ended = await rig.gate("run", "--red", RED.id, BROKEN.id);
    const yaml = ended.stdout.slice(ended.stdout.indexOf("    expected-failures:"));
    rig.write("gate.yaml", rig.read("gate.yaml") + yaml);
    await rig.git("add", "gate.yaml");
    const accepted = await rig.gate("run");
    expect(accepted.stdout).toContain("1 passed, 2 failed as expected, 1 skipped as declared");
    const { document } = await red(rig, RED.id);
    expect(document.proposed?.entries).toEqual([]);
    expect(document.selectors[0]?.tests[0]?.expected).toBe(true);
  });

  it("adds to the list that the suite has", async () => {
    const rig = await redRig(`    expected-failures:\n      - { match: "${BROKEN.id}", reason: later }\n`);
    const ended = await rig.gate("run", "--red", RED.id, BROKEN.id);
    expect(ended.stdout).toContain("add to expected-failures of the suite");
    const yaml = ended.stdout.slice(ended.stdout.indexOf("      - match:"));
    expect(yaml).not.toContain(BROKEN.id);
    rig.write("gate.yaml", rig.read("gate.yaml") + yaml);
    await rig.git("add", "gate.yaml");
    const { code, document } = await red(rig, RED.id, BROKEN.id);
    expect({ code, entries: document.proposed?.entries }).toEqual({ code: 0, entries: [] });
  });

  it("makes no evidence, touches no report, and is no session that anything counts", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.suite.answers([RED], { exit: 1 });
    const before = await snapshot(rig);
    const { document } = await red(rig, RED.id);
    expect(await snapshot(rig)).toEqual(before);
    expect(await rig.decision()).toBe("fresh");
    const name = document.session?.split("/")[2] ?? "";
    expect((await rig.gate("run", "--from", name)).stderr).toContain(`${name} is a red phase`);
    expect((await rig.gate("sessions", "show", name)).stdout).toContain(
      `What it saw:  .gate/sessions/${name}/red/summary.md`,
    );
    rig.suite.answers([GOOD]);
    await rig.gate("run", "--force");
    expect(JSON.parse(rig.read("test-reports/model-tests.json"))).toMatchObject({
      sessions: { earlier: 1, verdicts: { passed: 1 } },
    });
  });

  it("runs what lies in the working tree, staged or not", async () => {
    const rig = await redRig();
    rig.write("src/router.py", "route = 2\n");
    expect((await red(rig, RED.id)).code).toBe(0);
  });

  it("needs to know which suite is meant where there are several", async () => {
    const rig = await redRig();
    const other = `  others:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: others\n`;
    rig.write("gate.yaml", rig.read("gate.yaml") + other);
    await rig.git("add", "gate.yaml");
    const ended = await rig.gate("run", "--red", RED.id);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("gate run model-tests | others --red");
    expect((await rig.gate("run", "others", "--red", RED.id)).code).toBe(0);
    expect((await rig.gate("run", "nobody", "--red", RED.id)).code).toBe(2);
  });

  it("does not run the whole suite for an empty selector, nor go with --force", async () => {
    const rig = await redRig();
    expect((await rig.gate("run", "--red", "")).code).toBe(2);
    expect((await rig.gate("run", "--force", "--red", RED.id)).code).toBe(2);
    expect(rig.suite.runs).toBe(0);
  });

  it("says that the machine cannot where the suite needs a GPU", async () => {
    const rig = await redRig("    gpu: required\n");
    rig.write("driver/nvidia-smi", "#!/bin/sh\necho 'No devices were found'; exit 6\n");
    execFileSync("chmod", ["+x", `${rig.directory}/driver/nvidia-smi`]);
    const PATH = `${rig.directory}/driver:${rig.env.PATH}`;
    expect((await rig.gateWith({ PATH }, "run", "--red", RED.id)).code).toBe(3);
    expect(rig.suite.runs).toBe(0);
  });

  it("says of a test that never ends that it is not red", async () => {
    const rig = await redRig("    timeout: 300ms\n");
    rig.suite.answers([RED], { complete: false, after: "sleep 60" });
    rig.suite.cutEvents((lines) => lines.slice(0, -1));
    const { code, document } = await red(rig, RED.id);
    expect({ code, selectors: document.selectors }).toMatchObject({
      code: 1,
      selectors: [
        {
          state: "not-red",
          tests: [{ outcome: null }],
          reasons: ["The suite was stopped at its time limit.", `Was running: ${RED.id}.`],
        },
      ],
    });
  });

  it("ends with Ctrl-C, and keeps what it has", async () => {
    const rig = await redRig();
    const ready = `${rig.base}/ready`;
    rig.suite.does(
      `[ "$1" = first ] && { cp "${rig.suite.directory}/events.ndjson" "$GATE_EVENTS/1-a.ndjson"; exit 1; }; : > "${ready}"; sleep 300`,
    );
    const gate = start(rig, process.execPath, [GATE, "run", "--json", "--red", "first", "second", "third"]);
    await until(() => existsSync(ready), "the second run");
    gate.signal("SIGINT");
    const { code, stdout } = await gate.ended;
    const document: RedDocument = JSON.parse(stdout);
    expect({ code, ok: document.ok }).toEqual({ code: 130, ok: false });
    expect(document.interrupted).toBe(true);
    const told = renderRed(document);
    expect(told).toContain(": interrupted. 1 selector had run by then, ");
    expect(renderRed({ ...document, selectors: [] })).toContain(
      ": interrupted before the first selector had run.",
    );
    expect(document.selectors.map(({ selector }) => selector)).toEqual(["first"]);
    expect(rig.read(document.summary ?? "")).toContain(", interrupted");
    await until(() => livingProcesses(rig).length === 0, "every process to end");
  });

  it("shows a name with a line break on one line", async () => {
    const rig = await redRig();
    const id = "tests/test_store.py::test_it[one\ngate  forged: all red.]";
    rig.suite.answers([{ id, outcome: "failed", message: "no" }], { exit: 1 });
    const { stdout } = await rig.gate("run", "--red", "tests/test_store.py", id);
    expect(stdout).toContain("failed   tests/test_store.py::test_it[one\\u000agate  forged: all red.]\n");
    expect(stdout).not.toContain("\ngate  forged");
    expect(stdout).toContain(`- match: ${JSON.stringify(id)}`);
  });

  it("reads a JUnit file anew for each selector", async () => {
    const rig = await redRig("    results: out/results.xml\n");
    const cases = (failure: string) =>
      `<testsuite><testcase classname="t" name="a">${failure}</testcase></testsuite>`;
    rig.suite.does(
      `[ -e out/results.xml ] && exit 9; mkdir -p out; case "$1" in red) echo '${cases('<failure message="no"/>')}';; green) echo '${cases("")}';; *) exit 5;; esac > out/results.xml`,
    );
    const { document } = await red(rig, "red", "green");
    expect(document.selectors.map(({ state }) => state)).toEqual(["red", "not-red"]);
  });
});

it("with node:test, runs the file that is named", async () => {
  const rig = await Rig.create();
  rig.write(
    "test/red.test.js",
    `require("node:test")("is built", () => { throw new Error("not built"); });\n`,
  );
  rig.write("test/green.test.js", `require("node:test")("works", () => {});\n`);
  const reporter = `${PROJECT}/plugins/node-test/reporter.js`;
  rig.write(
    "gate.yaml",
    `version: 1\nsuites:\n  model-tests:\n    run: "${process.execPath} --test --test-reporter=${reporter} --test-reporter-destination=stdout"\n    inputs: [test]\n`,
  );
  await rig.git("add", ".");
  const { code, document } = await red(rig, "test/red.test.js");
  expect(document.selectors[0]?.tests).toMatchObject([{ outcome: "failed", lines: ["not built"] }]);
  expect(code).toBe(0);
  expect((await red(rig, "test/green.test.js")).code).toBe(1);
});
