import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJunit } from "../../../src/suite/junit.ts";
import type { SuiteResults } from "../../../src/suite/results.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gate-junit-"));
  path = join(directory, "results.xml");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function read(content: string | Uint8Array) {
  await writeFile(path, content);
  return readJunit({ path, shown: "out/results.xml", logsDirectory: join(directory, "logs"), root: "/repo" });
}

async function results(content: string | Uint8Array): Promise<SuiteResults> {
  const answer = await read(content);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function refusal(content: string | Uint8Array): Promise<string> {
  const answer = await read(content);
  if (answer.ok) throw new Error("the report was accepted");
  expect(answer.error).toMatchObject({ code: "results-invalid", severity: "error" });
  return answer.error.message;
}

async function outcomes(content: string) {
  const { tests } = await results(content);
  return tests.map(({ id, outcome, message }) => [id, outcome, message]);
}

const PYTEST = `<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="7" time="1,002.5">
<testcase classname="tests.model.test_x" name="test_pass" time="0.001"><properties><property name="tier" value="simple" /></properties><system-out>--- out
&lt;hello&gt;</system-out><system-err>warned</system-err></testcase>
<testcase classname="tests.model.test_x" name="test_fail" time="1,000.5"><failure message="assert 1 == 2">long text</failure></testcase>
<testcase classname="tests.model.test_x.TestC" name="test_m[x/y]" time="0.000" />
<testcase classname="tests.model.test_x" name="test_skip"><skipped type="pytest.skip" message="why">somewhere: why</skipped></testcase>
<testcase classname="tests.model.test_x" name="test_xf"><skipped type="pytest.xfail" message="known" /></testcase>
<testcase classname="tests.model.test_x" name="test_err"><error message="failed on setup">trace</error></testcase>
<testcase classname="tests.model.test_x" name="test_pass" />
</testsuite></testsuites>`;

describe("pytest", () => {
  it("gives pytest's own ids, outcomes, properties and output", async () => {
    const { tests, runner, complete, doubts, logs } = await results(PYTEST);
    expect({ name: runner.name, complete, doubts, logs }).toEqual({
      name: "pytest",
      complete: true,
      doubts: [],
      logs: [],
    });
    expect(tests.map(({ id, outcome, message }) => [id, outcome, message])).toEqual([
      ["tests/model/test_x.py::test_pass", "passed", null],
      ["tests/model/test_x.py::test_fail", "failed", "assert 1 == 2"],
      ["tests/model/test_x.py::TestC::test_m[x/y]", "passed", null],
      ["tests/model/test_x.py::test_skip", "skipped", "why"],
      ["tests/model/test_x.py::test_xf", "xfailed", "known"],
      ["tests/model/test_x.py::test_err", "error", "failed on setup"],
      ["tests/model/test_x.py::test_pass #2", "passed", null],
    ]);
    expect(tests[0]).toMatchObject({ file: "tests/model/test_x.py", properties: { tier: "simple" } });
    expect(tests[1]?.duration).toBe(1000.5);
    expect(tests[3]?.duration).toBe(null);
    expect(tests[0]?.logs.map((log) => log.name)).toEqual(["stdout.log", "stderr.log"]);
    expect(await readFile(tests[0]?.logs[0]?.path ?? "", "utf8")).toBe("--- out\n<hello>");
    expect(await readFile(tests[0]?.logs[1]?.path ?? "", "utf8")).toBe("warned");
  });

  it("believes the file attribute more than a guess", async () => {
    const xml = `<testsuite name="pytest"><testcase classname="checks.model.TestA" file="checks/model.py" name="a"/>
      <testcase classname="checks.Model.TestB" name="b"/></testsuite>`;
    expect((await outcomes(xml)).map(([id]) => id)).toEqual([
      "checks/model.py::TestA::a",
      "checks.py::Model::TestB::b",
    ]);
  });
});

describe("other runners", () => {
  it("reads vitest", async () => {
    const xml = `<testsuites name="vitest tests" tests="2" failures="1" errors="0">
      <testsuite name="test/a.test.ts" tests="2" failures="1" errors="0" skipped="0">
        <testcase classname="test/a.test.ts" name="outer &gt; inner" time="0.1"/>
        <testcase classname="test/a.test.ts" name="fails"><failure message="expected 1" type="AssertionError"/></testcase>
      </testsuite></testsuites>`;
    expect((await results(xml)).runner.name).toBe("vitest");
    expect(await outcomes(xml)).toEqual([
      ["test/a.test.ts::outer > inner", "passed", null],
      ["test/a.test.ts::fails", "failed", "expected 1"],
    ]);
  });

  it("reads node:test: nested suites, todo, and its way of counting", async () => {
    const xml = `<testsuites>
      <testcase name="top" classname="test" file="/repo/test/n.test.js"/>
      <testsuite name="outer" tests="3" failures="2" skipped="1" errors="0">
        <testsuite name="mid" tests="3" failures="1" skipped="3" errors="0">
          <testcase name="sk" classname="outer.mid" file="/repo/test/n.test.js"><skipped type="skipped" message="true"/></testcase>
          <testcase name="td" classname="outer.mid" file="/repo/test/n.test.js"><skipped type="todo" message="later"/><failure type="testCodeFailure" message="t">t</failure></testcase>
          <testcase name="ok" classname="outer.mid" file="/elsewhere/n.test.js"><skipped type="todo" message="later"/></testcase>
        </testsuite>
        <testcase name="o2" classname="outer"/><testcase name="of" classname="outer"><failure message="x"/></testcase>
      </testsuite></testsuites>`;
    expect((await results(xml)).doubts).toEqual([]);
    expect(await outcomes(xml)).toEqual([
      ["test/n.test.js::top", "passed", null],
      ["test/n.test.js::outer > mid > sk", "skipped", null],
      ["test/n.test.js::outer > mid > td", "xfailed", "t"],
      ["n.test.js::outer > mid > ok", "xpassed", "later"],
      ["outer > o2", "passed", null],
      ["outer > of", "failed", "x"],
    ]);
  });

  it("reads Surefire's reruns: a pass in the end is flaky, a failure in the end is not", async () => {
    const xml = `<testsuite name="com.x.RouterTest" tests="2" failures="1" errors="0" skipped="0">
      <testcase classname="com.x.RouterTest" name="flaky"><flakyFailure message="first"><stackTrace>a</stackTrace><system-out>try</system-out></flakyFailure></testcase>
      <testcase classname="com.x.RouterTest" name="broken"><failure message="last"/><rerunFailure message="again"/></testcase></testsuite>`;
    expect(await outcomes(xml)).toEqual([
      ["com.x.RouterTest::flaky", "flaky", "first"],
      ["com.x.RouterTest::broken", "failed", "last"],
    ]);
  });

  it("reads go-junit-report and GoogleTest", async () => {
    const xml = `<testsuites><testsuite name="example.com/mod/pkg" tests="2" failures="0">
      <testcase classname="pkg" name="TestA/sub"/><testcase classname="pkg" name="TestB" status="notrun"/></testsuite></testsuites>`;
    expect(await outcomes(xml)).toEqual([
      ["example.com/mod/pkg::TestA/sub", "passed", null],
      ["example.com/mod/pkg::TestB", "skipped", null],
    ]);
  });

  it("reads gotestsum and Playwright, whose cases are named after their suite", async () => {
    const gotestsum = `<testsuites tests="1" failures="1"><testsuite tests="1" failures="1" name="example.com/x/model">
      <testcase classname="example.com/x/model" name="TestA"><failure message="Failed"/></testcase></testsuite></testsuites>`;
    expect(await outcomes(gotestsum)).toEqual([["example.com/x/model::TestA", "failed", "Failed"]]);
    const playwright = `<testsuites id="" name="" tests="1" failures="0"><testsuite name="chat.spec.ts" tests="1" failures="0">
      <testcase name="answers" classname="chat.spec.ts"/></testsuite></testsuites>`;
    expect(await outcomes(playwright)).toEqual([["chat.spec.ts::answers", "passed", null]]);
    expect((await results(playwright)).runner.name).toBe("the test runner");
  });

  it("reads CTest, which says only in an attribute what was disabled", async () => {
    const xml = `<testsuite name="Linux-c++" tests="5" failures="1" disabled="1" skipped="2" hostname="" time="1" timestamp="2026-01-01T00:00:00">
      <testcase name="ok" classname="ok" time="0.01" status="run"><properties/><system-out></system-out></testcase>
      <testcase name="bad" classname="bad" time="0.01" status="fail"><failure message="Timeout"/><properties/></testcase>
      <testcase name="off" classname="off" time="0" status="disabled"><properties/><system-out>Disabled</system-out></testcase>
      <testcase name="skip" classname="skip" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
      <testcase name="dep" classname="dep" time="0" status="notrun"><skipped message="Fixture dependency failed"/></testcase></testsuite>`;
    expect((await results(xml)).doubts).toEqual([]);
    expect((await outcomes(xml)).map(([, ...ending]) => ending)).toEqual([
      ["passed", null],
      ["failed", "Timeout"],
      ["skipped", null],
      ["skipped", "SKIP_RETURN_CODE=77"],
      ["skipped", "Fixture dependency failed"],
    ]);
  });

  it.each([
    ["status", "FAILED", "failed"],
    ["result", "error", "failed"],
    ["status", "Disabled", "skipped"],
    ["result", "suppressed", "skipped"],
    ["status", "run", "passed"],
    ["result", "completed", "passed"],
    ["status", "SUCCESS", "passed"],
    ["status", "broken", "failed"],
    ["status", "errored", "failed"],
    ["result", "aborted", "failed"],
    ["status", "TIMED_OUT", "failed"],
    ["status", "not run", "skipped"],
  ])("believes an attribute where no element says how a test ended: %s=%s", async (name, word, outcome) => {
    const xml = `<testsuite name="s"><testcase classname="c" name="t" ${name}="${word}"/></testsuite>`;
    const { tests, doubts } = await results(xml);
    expect([tests.map((test) => test.outcome), doubts]).toEqual([[outcome], []]);
  });

  it("takes no word for a pass that it does not know, where nothing else tells", async () => {
    const { doubts } = await results(
      `<testsuite name="s"><testcase classname="c" name="odd" status="run" result="Inconclusive"/>
      <testcase classname="c" name="code" status="200"/><testcase classname="c" name="no" status=""/>
      <testcase classname="c" name="known" status="undefined"><failure message="no such step"/></testcase></testsuite>`,
    );
    expect(doubts).toEqual([
      'The JUnit report says that "c::odd" ended as "Inconclusive", and gate does not know whether that is a pass.',
    ]);
  });

  it("forgives a todo its failure, as node:test writes it, and no error", async () => {
    const xml = `<testsuite name="s"><testcase classname="c" name="a"><skipped type="todo"/><failure message="no"/></testcase>
      <testcase classname="c" name="b"><skipped type="todo"/><error message="boom"/></testcase></testsuite>`;
    expect(await outcomes(xml)).toEqual([
      ["c::a", "xfailed", "no"],
      ["c::b", "error", "boom"],
    ]);
  });

  it("keeps references to characters that XML has not as they stand", async () => {
    const xml = `<testsuite name="s" tests="2" failures="1"><testcase classname="c" name="a&#27;[31m"/>
      <testcase classname="c" name="b"><failure message="&#x1B;[31mred&#0;">x</failure><system-out>one &#27;[0m two</system-out></testcase></testsuite>`;
    const { tests, doubts } = await results(xml);
    expect(doubts).toEqual([]);
    expect(tests.map(({ id, outcome, message }) => [id, outcome, message])).toEqual([
      ["c::a&#27;[31m", "passed", null],
      ["c::b", "failed", "&#x1B;[31mred&#0;"],
    ]);
    expect(await readFile(tests[1]?.logs[0]?.path ?? "", "utf8")).toBe("one &#27;[0m two");
  });

  it("puts the output of a suite into the suite's logs", async () => {
    const { logs } = await results(
      `<testsuites><testsuite name="a"><system-out><![CDATA[one ]]></system-out></testsuite><testsuite name="b"><system-out>two</system-out><system-err>
      </system-err></testsuite></testsuites>`,
    );
    expect(logs.map((log) => log.name)).toEqual(["stdout.log"]);
    expect(await readFile(logs[0]?.path ?? "", "utf8")).toBe("one two");
  });
});

describe("announced counts", () => {
  it.each([
    ['tests="3"', "announces 3 tests and holds 2"],
    ['tests="2" failures="1"', "announces 1 failures and errors and holds 0"],
    ['tests="2" failures="0" errors="0" skipped="1"', "announces 1 skipped tests and holds 0"],
  ])("that disagree are a doubt: %s", async (attributes, doubt) => {
    const { doubts } = await results(
      `<testsuite name="s" ${attributes}><testcase name="a"/><testcase name="b"/></testsuite>`,
    );
    expect(doubts).toEqual([`The JUnit suite "s" ${doubt}.`]);
  });

  it("may be absent or no numbers", async () => {
    expect((await results('<testsuite tests="many"><testcase name="a"/></testsuite>')).doubts).toEqual([]);
  });
});

describe("counts of the root", () => {
  const suite = (name: string) =>
    `<testsuite name="${name}" tests="1"><testcase classname="c" name="${name}"/></testsuite>`;

  it.each([
    ['tests="3"', "announces 3 tests and holds 2"],
    ['tests="2" failures="1"', "announces 1 failures and errors and holds 0"],
    ['tests="2" skipped="1"', "announces 1 skipped tests and holds 0"],
  ])("that disagree are a doubt: %s", async (attributes, doubt) => {
    const { doubts } = await results(`<testsuites ${attributes}>${suite("a")}${suite("b")}</testsuites>`);
    expect(doubts).toEqual([`The JUnit report ${doubt}.`]);
  });

  it.each([
    "",
    'tests="2" failures="0" errors="0" disabled="3"',
    'tests="many"',
    'tests="2" failures="0" errors="1"', // as gotestsum counts lines on stderr
  ])("may be absent, no numbers, or right: %s", async (attributes) => {
    const { doubts } = await results(`<testsuites ${attributes}>${suite("a")}${suite("b")}</testsuites>`);
    expect(doubts).toEqual([]);
  });

  it("are those of every case below, also of one without a suite and of suites in suites", async () => {
    const xml = `<testsuites tests="3" failures="1"><testcase name="top"/><testsuite name="outer">
      <testsuite name="inner"><testcase name="a"><failure/></testcase></testsuite><testcase name="b"/></testsuite></testsuites>`;
    expect((await results(xml)).doubts).toEqual([]);
  });
});

describe("a failure that stands in no test", () => {
  it("is a result of its suite", async () => {
    const xml = `<testsuites tests="1" failures="1" errors="1"><testsuite name="outer"><testsuite name="ns::inner" tests="1" errors="1">
      <error message="Suite failed to run"/><testcase classname="c" name="a"/></testsuite>
      <failure>no hook
      </failure></testsuite></testsuites>`;
    expect(await outcomes(xml)).toEqual([
      ["outer > ns > inner", "error", "Suite failed to run"],
      ["c::a", "passed", null],
      ["outer", "failed", "no hook"],
    ]);
    expect((await results(xml)).doubts).toEqual([]);
  });

  it.each([
    ["<testsuites name='jest tests'><error/></testsuites>", "jest tests"],
    ["<testsuites><failure/></testsuites>", "the report"],
    ["<testsuite file='/repo/test/a.js'><properties><error/></properties></testsuite>", "test/a.js"],
  ])("is a result of what it stands in: %s", async (xml, id) => {
    expect((await outcomes(xml)).map(([found]) => found)).toEqual([id]);
  });

  it("is one for each of them, and leaves the tests in it alone", async () => {
    const xml =
      '<testsuite name="s"><error><error/><testcase classname="c" name="a"><failure/></testcase></error><error/></testsuite>';
    expect((await outcomes(xml)).map(([id, outcome]) => [id, outcome])).toEqual([
      ["s", "error"],
      ["c::a", "failed"],
      ["s #2", "error"],
    ]);
  });
});

describe("what is no JUnit report", () => {
  it.each([
    ["an empty file", "", "out/results.xml is not a JUnit report: it is empty."],
    ["blanks", "  \n ", "out/results.xml is not a JUnit report: it holds no element."],
    ["another root", "<html/>", "its root element is <html>"],
    ["text", "hello", "out/results.xml:1: not a JUnit report"],
    ["a truncated file", PYTEST.slice(0, 900), "Unclosed root tag"],
    ["a second root", "<testsuite/><testsuite/>", "second root"],
    ["unbalanced elements", "<testsuite>\n<testcase></testsuite>", "results.xml:2:"],
    [
      "entities",
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>',
      "a DOCTYPE is not accepted",
    ],
    ["an unknown entity", "<testsuite><testcase name='&b;'/></testsuite>", "Invalid character entity"],
    ["a case in a case", "<testsuite><testcase><testcase/></testcase></testsuite>", "inside another"],
    ["endless nesting", "<testsuite>".repeat(1000), "nested more than 64 deep"],
    [
      "an unknown encoding",
      '<?xml version="1.0" encoding="ebcdic-x"?><testsuite/>',
      "encoding ebcdic-x is not known",
    ],
    ["bytes that are no UTF-8", Buffer.from("<testsuite name='\xff'/>", "latin1"), "it is not valid UTF-8"],
    ["binary", Buffer.from([0, 1, 2, 3, 0xff, 0xfe]), "not a JUnit report"],
  ])("%s", async (_what, content, message) => {
    expect(await refusal(content)).toContain(message);
  });

  it("is also a directory, or nothing", async () => {
    const absent = await readJunit({ path, shown: "out/results.xml", logsDirectory: directory });
    expect(absent).toMatchObject({
      ok: false,
      error: { message: "The command did not write out/results.xml." },
    });
    await mkdir(path);
    expect(await readJunit({ path, shown: "out/results.xml", logsDirectory: directory })).toMatchObject({
      ok: false,
      error: { message: "out/results.xml is a directory." },
    });
  });
});

describe("encodings", () => {
  const xml = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><testsuite><testcase name="é"/></testsuite>`;

  it.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${xml("utf-8")}`)],
    ["UTF-16", Buffer.from(`\ufeff${xml("utf-16")}`, "utf16le")],
    ["Latin-1", Buffer.from(xml("ISO-8859-1"), "latin1")],
  ])("%s is read", async (_what, content) => {
    expect((await results(content)).tests.map((test) => test.id)).toEqual(["é"]);
  });
});

describe("size and hostility", () => {
  it("streams output of any length to disk and keeps a long message", async () => {
    const out = "0123456789abcdef\n".repeat(700_000);
    const message = "m".repeat(100_000);
    const { tests } = await results(
      `<testsuite><testcase name="a"><failure message="${message}"/><system-out>${out}</system-out></testcase></testsuite>`,
    );
    expect(await readFile(tests[0]?.logs[0]?.path ?? "", "utf8")).toBe(out);
    expect(tests[0]?.message).toHaveLength(64 * 1024);
  });

  it("lets no name reach a prototype", async () => {
    const { tests } = await results(
      '<testsuite><testcase name="__proto__" __proto__="x"><properties><property name="__proto__" value="x"/></properties></testcase></testsuite>',
    );
    expect(tests[0]?.id).toBe("__proto__");
    expect(Object.entries(tests[0]?.properties ?? {})).toEqual([["__proto__", "x"]]);
  });

  it("answers everything with a result, never an exception", async () => {
    const piece = fc.constantFrom(
      "<testsuite>",
      "</testsuite>",
      "<testcase name='a'>",
      "</testcase>",
      "<failure>",
      "<skipped/>",
      "<property/>",
      "<system-out>x",
      "</system-out>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "&amp;",
      "&",
      "x",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const answer = await read(`<testsuite>${pieces.join("")}`);
        expect(answer.ok || answer.error.code).toBe(answer.ok || "results-invalid");
      }),
      { numRuns: 100 },
    );
  });
});
