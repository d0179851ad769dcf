import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failingAssertion } from "../../../src/recording/red-assertion.ts";

const TOP = "/home/ann/repo";
const read = (message: string | null, file: string | null = "tests/test_store.py") =>
  failingAssertion(message, { file, topLevel: TOP });

const LONG = `self = <test_store.TestStore object at 0x7f6c>

    def test_round_trip(self, tmp_path):
>       models = store.load(tmp_path)
                 ^^^^^^^^^^^^^^^^^^^^

tests/test_store.py:15: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 

    def load(path):
>       raise NotImplementedError("load does not build models yet")
E       NotImplementedError: load does not build models yet

app/store.py:13: NotImplementedError`;

const SHORT = `tests/test_store.py:15: in test_round_trip
    models = store.load(tmp_path)
app/store.py:13: in load
    raise NotImplementedError("load does not build models yet")
E   NotImplementedError: load does not build models yet`;

const NATIVE = `Traceback (most recent call last):
  File "/home/ann/repo/tests/test_store.py", line 15, in test_round_trip
    models = store.load(tmp_path)
  File "/home/ann/repo/app/store.py", line 13, in load
    raise NotImplementedError("load does not build models yet")
NotImplementedError: load does not build models yet`;

describe("a failure of pytest", () => {
  it.each([
    ["long", LONG],
    ["short", SHORT],
  ])("says in its %s form what was raised, in the test's file and where", (_, message) => {
    expect(read(message)).toEqual({
      lines: ["NotImplementedError: load does not build models yet"],
      place: { path: "tests/test_store.py", line: 15 },
      raised: { path: "app/store.py", line: 13 },
    });
  });

  it("has its places in the native form", () => {
    expect(read(NATIVE)).toMatchObject({
      place: { path: "tests/test_store.py", line: 15 },
      raised: { path: "app/store.py", line: 13 },
    });
  });

  it("is found where pytest was started further down", () => {
    expect(read(LONG.replace("tests/test_store", "test_store").replace("app/", "../app/"))).toMatchObject({
      place: { path: "tests/test_store.py", line: 15 },
      raised: { path: "../app/store.py", line: 13 },
    });
  });

  it("has the first lines of what an assertion explains", () => {
    const message = `>       assert saved, "models should be kept"
E       AssertionError: models should be kept
E       assert []
E        +  where [] = saved()
E       and more

tests/test_store.py:10: AssertionError`;
    expect(read(message)).toEqual({
      lines: ["AssertionError: models should be kept", "assert []", "+  where [] = saved()"],
      place: { path: "tests/test_store.py", line: 10 },
      raised: null,
    });
  });

  it("is, of several exceptions, the one that surfaced", () => {
    const message = `E   KeyError: 'model'

The above exception was the direct cause of the following exception:
tests/test_store.py:9: in test_round_trip
    ???
E   app.store.Missing: no model`;
    expect(read(message).lines).toEqual(["app.store.Missing: no model"]);
  });
});

describe("a failure of another runner", () => {
  it("is what stands before the stack, whose first frame is the innermost", () => {
    const message = `Expected values to be strictly equal:

1 !== 2

    at load (file:///home/ann/repo/src/store.js:3:9)
    at TestContext.<anonymous> (/home/ann/repo/test/store.test.js:8:10)
    at Test.run (node:internal/test_runner/test:1:1)`;
    expect(read(message, "test/store.test.js")).toEqual({
      lines: ["Expected values to be strictly equal:", "1 !== 2"],
      place: { path: "test/store.test.js", line: 8 },
      raised: { path: "src/store.js", line: 3 },
    });
  });

  it("may say nothing at all", () => {
    expect(read(null)).toEqual({ lines: [], place: null, raised: null });
  });
});

it("has a few short lines, whatever the failure", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("E   x", "a.py:1: in f", "    at f (a.js:1:2)", '  File "a", line 1'),
  );
  fc.assert(
    fc.property(fc.array(line), fc.option(fc.string()), (lines, file) => {
      const { lines: said } = read(lines.join("\n"), file);
      expect(said.length).toBeLessThanOrEqual(3);
      expect(said.every((one) => one.length <= 300 && !one.includes("\n"))).toBe(true);
    }),
  );
});

it("does not take long over a line of a megabyte", () => {
  const { lines } = read(`    at ${"(".repeat(1 << 20)}`);
  expect(lines).toHaveLength(1);
});
