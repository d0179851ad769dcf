import { describe, expect, it } from "vitest";
import { isLockFile, lockedVersions, versionDifferences } from "../../../src/suite/locked-versions.ts";

const UV_LOCK = `version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }

[[package]]
name = "torch"
version = "2.5.1"

[[package]]
name = "numpy"
version = "1.26.4"
[[package]]
name = "numpy"
version = "2.1.0"
`;

function differences(installed: Readonly<Record<string, string>>, path: string, text: string) {
  return versionDifferences(new Map(Object.entries(installed)), lockedVersions(path, text));
}

describe("an environment that disagrees with its lock", () => {
  it("is told by name, installed and locked versions", () => {
    expect(differences({ torch: "2.4.0", numpy: "1.25.0" }, "uv.lock", UV_LOCK)).toEqual([
      { name: "numpy", installed: "1.25.0", locked: ["1.26.4", "2.1.0"] },
      { name: "torch", installed: "2.4.0", locked: ["2.5.1"] },
    ]);
  });

  it.each([
    ["has one of several versions", { numpy: "2.1.0" }],
    ["has a build of the locked version", { torch: "2.5.1+cu121" }],
    ["has what the lock does not know", { ruff: "0.1" }],
    ["is the project itself", { app: "0.2.0" }],
  ])("is not one that %s", (_, installed) => {
    expect(differences(installed, "uv.lock", UV_LOCK)).toEqual([]);
  });

  it("is found in pinned requirements, whatever else a line holds", () => {
    const text = [
      "# torch==9",
      "Foo_Bar[extra] == 1.0 ; python_version > '3.8' \\",
      "    --hash=sha256:aa",
      "ranged>=1,==1.*",
      "-r other.txt",
      "exact===2.0 # why",
    ].join("\n");
    expect(
      differences({ "foo.bar": "1.1", ranged: "3", exact: "2.1" }, "requirements-dev.txt", text),
    ).toEqual([
      { name: "exact", installed: "2.1", locked: ["2.0"] },
      { name: "foo-bar", installed: "1.1", locked: ["1.0"] },
    ]);
  });

  it.each(["", "[[package", "package = 1", "[[package]]\nname = 3"])(
    "is no lock file that reads %j",
    (text) => {
      expect(lockedVersions("poetry.lock", text).size).toBe(0);
    },
  );
});

describe("a lock file", () => {
  it.each(["uv.lock", "a/poetry.lock", "requirements.txt", "requirements-gpu.txt"])("is %s", (path) => {
    expect(isLockFile(path)).toBe(true);
  });

  it.each(["package-lock.json", "xuv.lock", "requirements.md"])("is not %s", (path) => {
    expect(isLockFile(path)).toBe(false);
  });
});
