import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { typesOf } from "../../src/integrations/fixers/file-types.ts";
import { frameworkEnvironment } from "../rig/pre-commit.ts";
import { describeWithPython, PYTHON_TIMEOUT } from "../rig/python.ts";

const ENDS =
  "adoc bash c cc cfg cjs cpp cs css csv diff env geojson go gql graphql h hpp htm html ini ipynb j2 java js json json5 jsonl jsonld jsx kt log lua map md mdx mjs mk ndjson patch php plantuml proto ps1 puml py pyi r rb rs rst sh sig hash sql svelte svg swift tex tf toml ts tsv tsx txt vue xhtml xml yaml yml zsh avif bmp bz2 gif gz ico jar jpeg jpg pdf png so tar tgz tif ttf wav webp whl woff woff2 zip".split(
    " ",
  );
const NAMES = [
  ...ENDS.map((end) => `report.${end}`),
  ...[
    "session",
    "json",
    ".log",
    "Dockerfile.log",
    "a.README.json",
    "LICENSE",
    "Makefile",
    "X.LOG",
    "x.json.sig",
  ],
  ...["model-tests-latest.txt", "test_[a-b].json", "größe.log", "BUILD.png"],
];

const ORACLE = `
import json, os, sys
from identify.identify import tags_from_path
asked = json.load(sys.stdin)
def tags(name):
    path = os.path.join(asked["directory"], name)
    with open(path, "w") as file:
        file.write("text\\n")
    return sorted(tags_from_path(path))
json.dump([tags(name) for name in asked["names"]], sys.stdout)
`;

describeWithPython("kinds of files in the pre-commit framework", () => {
  it("are those that its own library finds", { timeout: PYTHON_TIMEOUT }, async () => {
    const python = join(await frameworkEnvironment(), "bin/python");
    const directory = mkdtempSync(join(tmpdir(), "gate-types-"));
    const input = JSON.stringify({ directory, names: NAMES });
    const { stdout, stderr } = spawnSync(python, ["-c", ORACLE], { input, encoding: "utf8" });
    rmSync(directory, { recursive: true });
    expect(stderr).toBe("");
    const found: readonly string[][] = JSON.parse(stdout);
    const said = NAMES.map((name) => [name, [...typesOf(name)].sort().join(" ")]);
    expect(said).toEqual(NAMES.map((name, index) => [name, found[index]?.join(" ")]));
  });
});
