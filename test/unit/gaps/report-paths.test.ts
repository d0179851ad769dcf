import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeFiles } from "../../../src/gaps/report-paths.ts";

const INPUTS = ["src/app/__init__.py", "src/app/core.py", "src/app/router.py", "src/main.py"];
const TOP = "/home/ann/repo";

function placed(names: readonly string[], inputs: readonly string[] = INPUTS): Record<string, string | null> {
  return Object.fromEntries(placeFiles(names, new Set(inputs), TOP));
}

describe("the files that a report names", () => {
  it("are relative to the top level, or below it", () => {
    expect(placed(["src/main.py", "./src/app/core.py", `${TOP}/src/app/router.py`, "setup.py"])).toEqual({
      "src/main.py": "src/main.py",
      "./src/app/core.py": "src/app/core.py",
      [`${TOP}/src/app/router.py`]: "src/app/router.py",
      "setup.py": "setup.py",
    });
  });

  it("may be of another machine, also of one with Windows", () => {
    const root = "/home/runner/work/repo/repo";
    expect(placed([`${root}/src/main.py`, `${root}/tests/test_main.py`, "/usr/lib/python3/x.py"])).toEqual({
      [`${root}/src/main.py`]: "src/main.py",
      [`${root}/tests/test_main.py`]: "tests/test_main.py",
      "/usr/lib/python3/x.py": null,
    });
    expect(placed(["D:\\a\\repo\\src\\main.py"])).toEqual({ "D:\\a\\repo\\src\\main.py": "src/main.py" });
    expect(placed(["src\\app\\core.py"])).toEqual({ "src\\app\\core.py": "src/app/core.py" });
  });

  it("may count from a directory in the repository", () => {
    expect(placed(["app/core.py", "app/router.py", "app/new.py"])).toEqual({
      "app/core.py": "src/app/core.py",
      "app/router.py": "src/app/router.py",
      "app/new.py": "src/app/new.py",
    });
    expect(placed(["/app/core.py", "/app/router.py"])).toEqual({
      "/app/core.py": "src/app/core.py",
      "/app/router.py": "src/app/router.py",
    });
  });

  it("are not guessed where two directories are equally good", () => {
    const inputs = ["a/app/core.py", "b/app/core.py"];
    expect(placed(["app/core.py"], inputs)).toEqual({ "app/core.py": "app/core.py" });
    expect(placed(["/x/app/core.py"], inputs)).toEqual({ "/x/app/core.py": null });
  });

  it("are outside where others show that the report was made here", () => {
    const copy = "/venv/lib/python3.11/site-packages/app/core.py";
    expect(placed(["src/app/core.py", copy])).toEqual({ "src/app/core.py": "src/app/core.py", [copy]: null });
  });

  it("never lead out of the repository", () => {
    expect(placed(["../src/main.py", "src/../../main.py"])).toEqual({
      "../src/main.py": null,
      "src/../../main.py": null,
    });
  });

  it("are found again from any root, as long as something tells it", () => {
    const part = fc.stringMatching(/^[a-z]{1,3}$/);
    const anyPath = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join("/")}.py`);
    const anyInputs = fc.uniqueArray(anyPath, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyInputs, fc.array(part, { minLength: 1, maxLength: 3 }), (inputs, root) => {
        const away = `/mnt/${root.join("/")}`;
        const names = inputs.map((path) => `${away}/${path}`);
        const found = placed(names, inputs);
        expect(names.map((name) => found[name])).toEqual(inputs);
      }),
    );
  });
});
