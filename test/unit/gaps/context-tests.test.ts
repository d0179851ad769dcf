import { describe, expect, it } from "vitest";
import { patternTestsByContext, type TestedFile } from "../../../src/gaps/context-tests.ts";
import { testContext, testReader } from "../../../src/gaps/test-contexts.ts";

const file = (path: string | null, ...contexts: string[]): TestedFile => ({
  name: path ?? "/elsewhere/app.py",
  path,
  tests: testReader()(contexts),
});

describe("a context of coverage.py", () => {
  it.each([
    ["tests/test_a.py::test_x|run", "tests/test_a.py::test_x"],
    ["tests/test_a.py::TestA::test_x[a|b]|setup", "tests/test_a.py::TestA::test_x[a|b]"],
    ["py311|tests/test_a.py::test_x|teardown", "tests/test_a.py::test_x"],
    ["tests.test_a.test_x", "tests.test_a.test_x"],
    ["test_a.TestA.test_x", "test_a.TestA.test_x"],
    ["unit|test_a.TestA.runTest", "test_a.TestA.runTest"],
  ])("is a test: %s", (context, name) => {
    expect(testContext(context)?.name).toBe(name);
  });

  it.each(["", "py311", "tests", "unit|", "app.core.route"])("is no test: %j", (context) => {
    expect(testContext(context)).toBeNull();
  });
});

describe("pattern tests by contexts", () => {
  it("are the tests whose own file is all that they ran", () => {
    const files = [
      file("src/app.py", "", "t.test_real"),
      file("tests/t.py", "t.test_real", "t.test_pattern", "t.test_helped"),
      file("tests/helpers.py", "t.test_helped"),
    ];
    expect(patternTestsByContext(files, [])).toEqual({
      source: "contexts",
      of: 3,
      tests: ["t.test_helped", "t.test_pattern"],
    });
  });

  it("are not tests that ran a copy of the product elsewhere", () => {
    const files = [file(null, "t.test_copy"), file("tests/t.py", "t.test_copy", "t.test_pattern")];
    expect(patternTestsByContext(files, [])?.tests).toEqual(["t.test_pattern"]);
  });

  it("are recorded tests that the report does not know, where it has no test files", () => {
    const ran = ["tests/t.py::test_real", "tests/t.py::TestA::test_x[1]", "tests/t.py::test_pattern"];
    for (const contexts of [
      ["t.test_real", "t.TestA.test_x"],
      ["tests.t.test_real", "tests.t.TestA.test_x"],
      ["tests/t.py::test_real|run", "tests/t.py::TestA::test_x[1]|setup"],
      ["t.py::test_real|run", "t.py::TestA::test_x[1]|run"],
    ]) {
      expect(patternTestsByContext([file("src/app.py", "", ...contexts)], ran)).toEqual({
        source: "contexts",
        of: 3,
        tests: ["tests/t.py::test_pattern"],
      });
    }
  });

  it("are not inherited methods, which run under the name of their base class", () => {
    const ran = ["tests/t.py::TestDerived::test_x", "tests/t.py::test_y"];
    const files = [file("src/app.py", "base.TestBase.test_x")];
    expect(patternTestsByContext(files, ran)?.tests).toEqual(["tests/t.py::test_y"]);
  });

  it("cannot be told without contexts, or where no test is known by them", () => {
    expect(
      patternTestsByContext([file("src/app.py", ""), file("tests/t.py", "")], ["tests/t.py::a"]),
    ).toBeNull();
    expect(patternTestsByContext([file("src/app.py", "t.test_real")], [])).toBeNull();
    expect(patternTestsByContext([file("src/app.py", "t.test_real")], ["other.py::test_x"])).toBeNull();
  });
});

describe("the tests of a file", () => {
  it("are counted once each, whatever phase they ran it in, and are the same in every file", () => {
    const testsOf = testReader();
    const tests = testsOf(["", "t.py::a|setup", "t.py::a|run", "t.py::b|run"]);
    expect(tests.map(({ name }) => name)).toEqual(["t.py::a", "t.py::b"]);
    expect(testsOf(["t.py::b|teardown", "py311"])).toEqual([tests[1]]);
    expect(testsOf(["t.py::b|setup"])[0]).toBe(tests[1]);
  });
});
