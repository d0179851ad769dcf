import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { snapshot } from "../rig/snapshot.ts";

const PASSED = `<testsuite name="suite" tests="1"><testcase classname="tests.a" name="test_hello" time="0.1"/></testsuite>`;
const FAILED = `<testsuite name="suite" tests="1" failures="1"><testcase classname="tests.a" name="test_hello"><failure message="no"/></testcase></testsuite>`;

const write = (xml: string) => `mkdir -p out; printf '%s' '${xml}' > out/results.xml`;

async function junitRig(lines: string, ignored = "out/\n"): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject("    results: out/results.xml\n");
  rig.write(".gitignore", `.gate/\n${ignored}`);
  await rig.git("add", ".");
  rig.suite.does(lines);
  return rig;
}

async function expectNotAccepted(rig: Rig, ...words: string[]): Promise<void> {
  const before = await snapshot(rig);
  const ended = await rig.tryCommit("due");
  for (const word of ["not accepted", ...words]) expect(ended.stderr).toContain(word);
  expect(ended.code).toBe(1);
  expect(rig.suite.runs).toBe(1);
  const after = await snapshot(rig);
  expect(after.index).toBe(before.index);
  expect(after.references).toBe("");
}

describe("results from a JUnit XML file", () => {
  it("are accepted when the run wrote them", async () => {
    const rig = await junitRig(write(PASSED));
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("1 passed");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it("of last week are deleted before the run, and never believed", async () => {
    const rig = await junitRig("exit 0");
    rig.write("out/results.xml", PASSED);
    await expectNotAccepted(rig, "The run did not write out/results.xml");
    expect(rig.exists("out/results.xml")).toBe(false);
  });

  it.each([
    ["a directory", "mkdir -p out/results.xml"],
    ["a FIFO, a socket or a device", "mkdir -p out; mkfifo out/results.xml"],
    ["a link that leads to no file", "mkdir -p out; ln -s nowhere out/results.xml"],
  ])("are none where %s has their name, and that is said", async (what, lines) => {
    await expectNotAccepted(
      await junitRig(lines),
      `The run did not write out/results.xml: ${what} is there.`,
    );
  });

  it("may carry an old time, as a copy does: this run made the file", async () => {
    const rig = await junitRig(`mkdir -p out; cp -p "${"$"}{RIG_SUITE%/*}/kept.xml" out/results.xml`);
    const kept = join(rig.suite.directory, "kept.xml");
    writeFileSync(kept, PASSED);
    utimesSync(kept, 1_000_000_000, 1_000_000_000);
    await rig.commit("due");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it.each([
    ["cut off", PASSED.slice(0, 60), "out/results.xml:1: not a JUnit report"],
    ["empty", "", "it is empty"],
    ["something else", "<html></html>", "not a JUnit report"],
    ["without a test", '<testsuite name="suite" tests="0"></testsuite>', "ran no test"],
    ["at odds with its own count", PASSED.replace('tests="1"', 'tests="2"'), "suite"],
    [
      "at odds with the count of their root",
      `<testsuites tests="1" failures="1">${PASSED}</testsuites>`,
      "The JUnit report announces 1 failures and errors and holds 0.",
    ],
    [
      "in error outside of every test",
      PASSED.replace("</testsuite>", '<error message="Suite failed to run"/></testsuite>'),
      "1 test ended in an error",
    ],
    ["a todo in error", PASSED.replace("/>", '><skipped type="todo"/><error/></testcase>'), "in an error"],
    ["called broken", PASSED.replace("/>", ' status="broken"/>'), "1 test failed"],
    ["called what gate does not know", PASSED.replace("/>", ' result="inconclusive"/>'), '"inconclusive"'],
  ])("are no pass when they are %s", async (_name, xml, words) => {
    await expectNotAccepted(await junitRig(write(xml)), words);
  });

  it("that fail are a failure, whatever the exit code says", async () => {
    await expectNotAccepted(await junitRig(write(FAILED)), "exited 0, but 1 test failed");
  });

  it("that pass are none where the command failed", async () => {
    await expectNotAccepted(await junitRig(`${write(PASSED)}; exit 3`), "exited 3, but the only test passed");
  });

  it("in a tracked file are refused before the run", async () => {
    const rig = await junitRig(write(PASSED), "");
    rig.write("out/results.xml", PASSED);
    await rig.git("add", ".");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("out/results.xml is tracked");
    expect(rig.suite.runs).toBe(0);
    expect(rig.exists("out/results.xml")).toBe(true);
  });

  it("never cost anyone a directory", async () => {
    const rig = await junitRig(write(PASSED));
    rig.write("out/results.xml/precious.txt", "mine\n");
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(rig.suite.runs).toBe(0);
    expect(rig.read("out/results.xml/precious.txt")).toBe("mine\n");
  });

  it("never cost anyone a file behind a link", async () => {
    const rig = await junitRig(`rm -f out/results.xml; ${write(PASSED)}`);
    const precious = join(rig.base, "precious.xml");
    writeFileSync(precious, "mine\n");
    mkdirSync(join(rig.directory, "out"));
    symlinkSync(precious, join(rig.directory, "out/results.xml"));
    await rig.commit("due");
    expect(rig.at(rig.base).read("precious.xml")).toBe("mine\n");
  });

  it("may lie among the inputs, and are no leak", async () => {
    const rig = await Rig.create();
    rig.writeProject("    results: src/results.xml\n    leaks: error\n");
    await rig.git("add", ".");
    rig.suite.does(write(PASSED).replaceAll("out", "src"));
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("1 passed");
    expect(await rig.decision("HEAD")).toBe("fresh");
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("again", "-a");
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it("of a session are kept: --from needs the file in the tree no more", async () => {
    const long = PASSED.replace("/>", `><system-out>${"word ".repeat(600)}</system-out></testcase>`);
    const rig = await junitRig(write(long));
    rig.write("gate.yaml", `${rig.read("gate.yaml")}    max-report-size: 1KiB\n`);
    await rig.git("add", ".");
    const ended = await rig.tryCommit("due");
    expect(ended.stderr).toContain("has more than 1 KiB");
    rig.remove("out");
    rig.write("gate.yaml", rig.read("gate.yaml").replace("1KiB", "1MiB"));
    await rig.git("add", ".");
    expect((await rig.gate("run", "--from", /RUN_\w+/.exec(ended.stderr)?.[0] ?? "")).code).toBe(0);
    await rig.commit("due");
    expect(rig.suite.runs).toBe(1);
  });
});

function pytestIsHere(): boolean {
  try {
    execFileSync("python3", ["-m", "pytest", "--version"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!pytestIsHere())("pytest itself (python3 -m pip install pytest)", () => {
  async function pytestRig(test: string): Promise<Rig> {
    const rig = await junitRig("unused", "out/\n__pycache__/\n.pytest_cache/\n");
    const command = "python3 -m pytest -q -p no:cacheprovider --junitxml=out/results.xml src";
    rig.write("gate.yaml", rig.read("gate.yaml").replace('sh "$RIG_SUITE"', command));
    rig.write("src/test_hello.py", test);
    await rig.git("add", ".");
    return rig;
  }

  it("passes", async () => {
    const rig = await pytestRig(
      "import pytest\n@pytest.mark.parametrize('word', ['a/b', 'ü', ''])\ndef test_it(word):\n    print('said', word)\n",
    );
    const ended = await rig.commit("due");
    expect(ended.stderr).toContain("3 passed");
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it.each([
    ["fails", "def test_no():\n    assert False\n", "1 test failed"],
    ["cannot be collected", "import nowhere_to_be_found\n", "not accepted"],
    ["has no test", "x = 1\n", "ran no test"],
    [
      "is killed",
      "import os\ndef test_no():\n    os.kill(os.getpid(), 9)\n",
      "did not write out/results.xml",
    ],
  ])("%s", async (_name, test, words) => {
    const rig = await pytestRig(test);
    const ended = await rig.tryCommit("due");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(words);
    expect(await rig.git("ls-files", "test-reports")).toBe("");
  });
});
