import { describe, expect, it } from "vitest";
import { culpritsIn } from "../../../../src/integrations/fixers/culprits.ts";
import { lefthookMatches } from "../../../../src/integrations/fixers/lefthook-globs.ts";
import { exempted, projectOf } from "../../../rig/written-project.ts";

const PATHS = ["r/test.puml", "r/model.JSON", "r/logs/a/session.log", "r/logs/a/metadata.json"];
const REPORTS = [{ suite: "model", directory: "r", paths: PATHS }];

async function reportsFor(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const culprits = await culpritsIn(projectOf(files), REPORTS);
  return culprits.flatMap(({ reports }) => reports);
}

describe("lefthook", () => {
  // what lefthook 2.2 does with them
  it.each([
    ["*.json", "gobwas", [1, 3]],
    ["*.json", "doublestar", []],
    ["**/*.json", "doublestar", [1, 3]],
    ["**/*.JSON", "gobwas", [1, 3]],
    ["r/**/*.log", "gobwas", [2]],
    ["r/**/*.puml", "gobwas", []],
    ["r/**/*.puml", "doublestar", [0]],
    ["r/*", "gobwas", [0, 1, 2, 3]],
    ["r/*", "doublestar", [0, 1]],
    ["*.{log,puml}", "gobwas", [0, 2]],
    ["r/[!t]*", "gobwas", [1, 2, 3]],
    ["r/test?puml", "gobwas", [0]],
  ] as const)("%s means for %s", (glob, matcher, which) => {
    const matched = lefthookMatches([glob], PATHS, { matcher, cases: false });
    expect(PATHS.filter((_path, index) => matched?.[index])).toEqual(which.map((index) => PATHS[index]));
  });

  it.each([
    ["run: sed -i s/a/b/ {staged_files}", 4],
    ["run: sed -i s/a/b/ {all_files}\n      glob: '*.log'", 1],
    ["run: sed -i s/a/b/ {staged_files}\n      exclude: ['*.log', 'r/m*']", 2],
    ["run: sed -i s/a/b/ {staged_files}\n      exclude: r/logs/*", 2],
    ["run: sed -i s/a/b/ {staged_files}\n      exclude: '(^|/)logs/'", 2],
    ["run: sed -i s/a/b/ {staged_files}\n      root: r/logs/", 2],
    ["run: sed -i s/a/b/ {staged_files}\n      file_types: [executable]", 0],
    ["run: sed -i s/a/b/ {staged_files}\n      skip: true", 0],
    ["run: sed -i s/a/b/ {files}\n      files: git diff --name-only -- '*.puml'", 1],
    ["run: sed -i s/a/b/ src/a.txt\n      glob: '*.log'", 0],
    ["run: sed s/a/b/ {staged_files}", 0],
    ["run: echo {staged_files} && sed -i s/a/b/ {staged_files}", 4],
    ["script: tidy.sh\n      runner: bash", 1],
  ])("hands over what its job says: %s", async (job, number) => {
    const files = {
      "lefthook.yml": `pre-commit:\n  jobs:\n    - name: one\n      ${job}\n`,
      ".lefthook/pre-commit/tidy.sh": "sed -i s/a/b/ r/test.puml\n",
      "r/test.puml": "",
    };
    expect(await reportsFor(files)).toHaveLength(number);
  });

  it.each([
    ["1.11.0", 2],
    ["2.0.0", 4],
    ["v2.2.1", 4],
  ])("reads an exclude that looks like an expression as lefthook %s does", async (version, number) => {
    const text = `min_version: ${version}\npre-commit:\n  jobs:\n    - run: sed -i s/a/b/ {staged_files}\n      exclude: '^r/logs/'\n`;
    expect(await reportsFor({ "lefthook.yml": text })).toHaveLength(number);
  });

  it("reads TOML, JSON, other files that it extends, and groups", async () => {
    expect(
      await reportsFor({ "lefthook.toml": '[pre-commit.commands.a]\nrun = "sed -i x {staged_files}"\n' }),
    ).toHaveLength(4);
    const inJson = { "pre-commit": { commands: { a: { run: "sed -i x {staged_files}", glob: "*.log" } } } };
    expect(await reportsFor({ ".lefthook.json": JSON.stringify(inJson) })).toHaveLength(1);
    const extended = {
      "lefthook.yml": "extends: [ci/hooks.yml]\n",
      "ci/hooks.yml": "a: {jobs: [{run: 'sed -i x {all_files}'}]}",
    };
    expect(await reportsFor(extended)).toHaveLength(4);
    const grouped =
      "pre-commit:\n  exclude: ['*.log']\n  jobs:\n  - root: r/\n    group:\n      jobs:\n      - run: sed -i x {staged_files}\n        glob: '*.json'\n";
    expect(await reportsFor({ "lefthook.yml": grouped })).toHaveLength(2);
  });

  it("is given an exclude where it can be, and left alone elsewhere", async () => {
    const yaml = `pre-commit:
  commands:
    one: { run: "sed -i x {staged_files}" } # short
    two:
      exclude: "*.csv" # tables
      run: sed -i x {staged_files}
`;
    const texts = { "lefthook.yml": yaml };
    const after = exempted(texts, await culpritsIn(projectOf(texts), REPORTS));
    expect(after["lefthook.yml"]).toBe(`pre-commit:
  commands:
    one: { run: "sed -i x {staged_files}", exclude: ["r/**"] } # short
    two:
      exclude: ["*.csv", "r/**"] # tables
      run: sed -i x {staged_files}
`);
    expect(await culpritsIn(projectOf(after), REPORTS)).toEqual([]);

    const json = {
      "lefthook.json":
        '{\n  "pre-commit": {\n    "commands": { "a": { "run": "sed -i x {staged_files}" } }\n  }\n}\n',
    };
    const edited = exempted(json, await culpritsIn(projectOf(json), REPORTS));
    expect(JSON.parse(edited["lefthook.json"] ?? "")).toEqual({
      "pre-commit": { commands: { a: { run: "sed -i x {staged_files}", exclude: ["r/**"] } } },
    });

    for (const [file, text] of [
      ["lefthook.toml", '[pre-commit.commands.a]\nrun = "sed -i x {staged_files}"\n'],
      ["lefthook.yml", "pre-commit: {jobs: [{run: 'sed -i x r/test.puml'}]}\n"],
      ["lefthook.yml", "a:\n  jobs:\n    - exclude: '\\.csv$'\n      run: sed -i x {staged_files}\n"],
    ] as const) {
      const [culprit] = await culpritsIn(projectOf({ [file]: text, "r/test.puml": "" }), REPORTS);
      expect(culprit?.exemption.apply(text).ok).toBe(false);
    }
  });
});
