import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { headingMatcher } from "../../src/integrations/fixers/tools/editorconfig-glob.ts";
import { FixingGround, OTHERS, REPORTS, untidy } from "../rig/fixing.ts";
import { describeWithPython, PYTHON_TIMEOUT, pythonEnvironment } from "../rig/python.ts";

let bin = "";

/** Files that are valid Python as well, whatever they are called. */
const PYTHON = [...REPORTS, ...OTHERS].filter((path) => /^\{|^x=/.test(untidy(path)));

interface Case {
  readonly tool: string;
  readonly what: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly named: string;
  readonly walked: readonly string[];
  readonly files?: readonly string[];
  /** Its own settings can keep the reports from it also where it is given them by name. */
  readonly exempt: boolean;
}

const toml = (...lines: readonly string[]) => ({ "pyproject.toml": `${lines.join("\n")}\n` });

const black = {
  tool: "black",
  named: "-q",
  walked: ["-q .", "-q test-reports"],
  files: PYTHON,
  exempt: true,
};
const ruff = {
  tool: "ruff",
  named: "format -q",
  walked: ["format -q", "format -q test-reports"],
  files: PYTHON,
};
const typos = { tool: "typos", named: "-w", walked: ["-w", "-w test-reports/logs"] };
const codespell = {
  tool: "codespell",
  named: "-w",
  walked: ["-w", "-w .", "-w test-reports", "-w ./test-reports/"],
  exempt: true,
};

const CASES: readonly Case[] = [
  { ...black, what: "no settings", settings: {} },
  { ...black, what: "excludes", settings: toml("[tool.black]", "# mine", "exclude = 'logs'", "[tool.x]") },
  {
    ...black,
    what: "an exclude that is forced",
    settings: toml("[tool.black]", "force-exclude = '^/sub/' # b"),
  },
  { ...ruff, what: "no settings", settings: {}, exempt: false },
  { ...ruff, what: "excludes", settings: toml("[tool.ruff]", 'exclude = ["test-reports"]'), exempt: false },
  {
    ...ruff,
    what: "excludes that are forced",
    settings: {
      "ruff.toml": 'force-exclude = true\nextend-exclude = ["*.hash", "test-reports/logs/*/*.json"]\n',
    },
    exempt: true,
  },
  {
    ...ruff,
    what: "excludes of its formatter",
    settings: toml(
      "[tool.ruff]",
      "force-exclude = true",
      "[tool.ruff.format]",
      'exclude = ["test-reports/logs/**"]',
    ),
    exempt: true,
  },
  { ...typos, what: "no settings", settings: {}, exempt: false },
  {
    ...typos,
    what: "excludes, and rules of git's",
    settings: {
      "_typos.toml": '[files]\nextend-exclude = ["/test-reports/logs/"]\n',
      ".gitignore": "*.md\n",
    },
    exempt: false,
  },
  {
    ...typos,
    what: "excludes that are forced",
    settings: toml("[tool.typos.files]", "ignore-hidden = false", 'extend-exclude = ["*.hash"] # no words'),
    named: "-w --force-exclude",
    exempt: true,
  },
  { ...codespell, what: "no settings", settings: {} },
  { ...codespell, what: "a folder", settings: { "setup.cfg": "[codespell]\nskip = test-reports\n" } },
  {
    ...codespell,
    what: "settings in two places",
    settings: {
      ".codespellrc": "[codespell]\nskip =\n    *.json,\n    ./test-reports/logs/_*\n",
      ...toml("[tool.codespell]", 'skip = "*.md"'),
    },
  },
  {
    ...codespell,
    what: "a list and hidden files",
    settings: toml(
      "[tool.codespell]",
      'skip = ["*.js[o]n", "./sub/*", "*/test [[]1]*"] # mine',
      "check-hidden = true",
    ),
  },
];

describeWithPython("tools of Python", () => {
  beforeAll(async () => {
    bin = join(
      await pythonEnvironment("fixing", ["black", "ruff", "codespell", "typos", "EditorConfig"]),
      "bin",
    );
  }, PYTHON_TIMEOUT);

  it.each(CASES)(
    "$tool takes what it rewrites: $what",
    async ({ tool, settings, named, walked, files }) => {
      const ground = await FixingGround.create(settings, files);
      const program = join(bin, tool);
      const { takes } = await ground.fixer([tool, ...named.split(" ")], { files: "appended" });
      expect(await takes(ground.files)).toEqual(
        await ground.rewritten(program, [...named.split(" "), ...ground.files]),
      );
      for (const words of walked.map((one) => one.split(" "))) {
        const walker = await ground.fixer([tool, ...words], { files: "none" });
        expect(await walker.takes(ground.files), words.join(" ")).toEqual(
          await ground.rewritten(program, words),
        );
      }
    },
    60_000,
  );

  it.each(CASES.filter(({ exempt }) => exempt))(
    "$tool leaves reports alone that are exempt, and nothing else: $what",
    async ({ tool, settings, named, walked, files }) => {
      const ground = await FixingGround.create(settings, files);
      const program = join(bin, tool);
      const words = named.split(" ");
      const before = await ground.rewritten(program, [...words, ...ground.files]);
      const file = await ground.exempt([tool, ...words], { files: "appended" });
      const others = before.filter((path) => OTHERS.includes(path));
      expect(await ground.rewritten(program, [...words, ...ground.files])).toEqual(others);
      const comments = [...Object.values(settings).join("\n").matchAll(/# .*/g)].map(([comment]) => comment);
      for (const comment of comments) expect(ground.read(file)).toContain(comment);
      const all = await ground.rewritten(program, walked[0]?.split(" ") ?? []);
      expect(all.filter((path) => REPORTS.includes(path))).toEqual([]);
      const { takes } = await ground.fixer([tool, ...words], { files: "appended" });
      expect(await takes(REPORTS)).toEqual([]);
    },
    60_000,
  );

  it.each(CASES.filter(({ exempt }) => !exempt))(
    "$tool has no settings that hold for files given by name: $what",
    async ({ tool, settings, named }) => {
      const ground = await FixingGround.create(settings);
      expect((await ground.fixer([tool, ...named.split(" ")], { files: "appended" })).exempt).toBeNull();
    },
  );

  it("reads the headings of .editorconfig as its library does", async () => {
    const part = fc.constantFrom(
      "*",
      "**",
      "?",
      "a",
      "b.json",
      "[ab]",
      "[!a]",
      "{a,b}",
      "{1..3}",
      "{a}",
      "{",
      "}",
      ",",
      "/",
      "/",
      ".",
      "\\{",
      "1",
    );
    const heading = fc
      .array(part, { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(""))
      .filter((one) => !/\*\*\*|\/\//.test(one));
    const paths = [
      "a",
      "b.json",
      "a/b.json",
      "a/b/b.json",
      "1",
      "2/a",
      "a/a",
      "{a}",
      "a1",
      "ab",
      "a,b",
      "a/.b.json",
    ];
    const headings = [...new Set(fc.sample(heading, { numRuns: 600, seed: 5 }))];
    const ground = await FixingGround.create({}, []);
    ground.write(
      "ask.py",
      `import json, sys
from editorconfig.fnmatch import fnmatch
asked = json.load(open("asked.json"))
def matches(path, glob):
    if "/" in glob:
        glob = glob[1:] if glob.startswith("/") else glob
    else:
        glob = "**/" + glob
    try:
        return fnmatch("/" + path, "/" + glob)
    except Exception:
        return None  # it trips over some of them itself
json.dump([[matches(path, glob) for path in asked["paths"]] for glob in asked["headings"]], sys.stdout)
`,
    );
    ground.write("asked.json", JSON.stringify({ headings, paths }));
    const answer = await ground.run(join(bin, "python"), ["ask.py"]);
    expect(answer.stderr).toBe("");
    const theirs: unknown = JSON.parse(answer.stdout);
    const known = headings.filter((_, at) => !Object(theirs)[at].includes(null));
    expect(known.length).toBeGreaterThan(300);
    const ours = known.map((one) => [one, paths.map((path) => headingMatcher(one)(path))]);
    expect(ours).toEqual(known.map((one) => [one, Object(theirs)[headings.indexOf(one)]]));
  });
});
