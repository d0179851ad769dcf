import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  culpritsOnDisk,
  exemptAll,
  REPORTS,
  restoreReports,
  rewrittenReports,
  writeReports,
} from "../rig/fixed-reports.ts";
import { frameworkEnvironment } from "../rig/pre-commit.ts";
import { describeWithPython, PYTHON_TIMEOUT } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

const BOM = "\uFEFF";

async function frameworkRig(): Promise<{ readonly rig: Rig; readonly programs: string }> {
  const programs = join(await frameworkEnvironment(), "bin");
  const rig = await Rig.create({ hooks: false });
  await rig.git("commit", "--allow-empty", "-qm", "nothing");
  return { rig, programs };
}

async function runHooks(rig: Rig, programs: string, ...hooks: readonly string[]): Promise<string> {
  const home = { HOME: rig.base, PRE_COMMIT_HOME: join(rig.base, "cache") };
  const path = { PATH: `${programs}:${rig.env.PATH ?? ""}` };
  const args = ["run", "--all-files", "--hook-stage", "manual", ...hooks];
  const ended = await rig.run(join(programs, "pre-commit"), args, { ...home, ...path });
  return ended.stdout + ended.stderr;
}

/** Hooks of the real programs, with what the repositories of the hooks would say of them. */
const FIXERS: Readonly<Record<string, string>> = {
  "trailing-whitespace": "entry: trailing-whitespace-fixer\n        types: [text]",
  "end-of-file-fixer": "entry: end-of-file-fixer\n        types: [text]",
  "mixed-line-ending": "entry: mixed-line-ending\n        types: [text]",
  "fix-byte-order-marker": "entry: fix-byte-order-marker\n        types: [text]",
  "pretty-format-json": "entry: pretty-format-json\n        types: [json]",
  "pretty-format-json-autofix": "entry: pretty-format-json --autofix\n        types: [json]",
  codespell: "entry: codespell\n        types: [text]",
  "codespell-writes": "entry: codespell\n        args: [-w]\n        types: [text]",
  "codespell-elsewhere": "entry: codespell -w\n        files: ^docs/",
  black: "entry: black\n        types_or: [python, pyi]",
  "black-all": "entry: black --fast\n        files: \\.txt$",
  mdformat: "entry: mdformat\n        types: [markdown]",
  "check-json": "entry: check-json\n        types: [json]",
  "detect-private-key": "entry: detect-private-key\n        types: [text]",
  "unix-ends": 'entry: sh -c \'sed -i "s/\\r$//" "$@"\' sh\n        types: [text]\n        exclude: \\.json$',
  "only-by-hand": "entry: trailing-whitespace-fixer\n        stages: [manual]",
  "for-messages": "entry: trailing-whitespace-fixer\n        stages: [commit-msg]",
  "not-these": "entry: end-of-file-fixer\n        exclude: ^test-reports/",
  nothing: "entry: trailing\n        language: pygrep",
};

function configuration(hooks: Readonly<Record<string, string>>, head = ""): string {
  const listed = Object.entries(hooks).map(([id, lines]) => {
    const language = lines.includes("language:") ? "" : "\n        language: system";
    return `      - id: ${id}\n        name: ${id}\n        ${lines}${language}\n`;
  });
  return `${head}repos:\n  # nothing of this is cloned\n  - repo: local\n    hooks:\n${listed.join("")}`;
}

/** What each of the fixers would find something to do in. */
function untidy(path: string): string {
  if (path.endsWith(".json")) return '{"teh": 1,   "a": [2,\r\n3] } \n ';
  if (path.endsWith("latest.txt")) return "x = {  'teh':37,\n'a':42 }  ";
  return `${BOM}first  \r\n*  teh second\t\nlast`;
}

describeWithPython("the pre-commit framework with its real fixers", () => {
  it("rewrites reports by those hooks that are named, and no others", {
    timeout: PYTHON_TIMEOUT,
  }, async () => {
    const { rig, programs } = await frameworkRig();
    rig.write(".pre-commit-config.yaml", configuration(FIXERS));
    await writeReports(rig, untidy);
    const culprits = await culpritsOnDisk(rig);
    const said = new Map(culprits.map(({ tool, reports }) => [tool.replace(/ \(.*/, ""), reports]));
    const rewriting: string[] = [];
    for (const id of Object.keys(FIXERS)) {
      const output = await runHooks(rig, programs, id);
      const rewritten = await rewrittenReports(rig);
      expect(
        rewritten.filter((path) => !said.get(id)?.includes(path)),
        `${id}\n${output}`,
      ).toEqual([]);
      if (rewritten.length > 0) rewriting.push(id);
      await restoreReports(rig);
    }
    expect([...said.keys()].sort()).toEqual(rewriting.sort());
    expect(rewriting).toContain("codespell-writes");
    expect(rewriting).not.toContain("codespell");
  });

  it("rewrites none once the exemptions are made", { timeout: PYTHON_TIMEOUT }, async () => {
    const { rig, programs } = await frameworkRig();
    rig.write(".pre-commit-config.yaml", configuration(FIXERS));
    await writeReports(rig, untidy);
    expect(await exemptAll(rig)).toEqual([]);
    expect(await culpritsOnDisk(rig)).toEqual([]);
    const output = await runHooks(rig, programs);
    expect(await rewrittenReports(rig), output).toEqual([]);
    expect(await rig.git("diff", "--name-only")).toContain("README.md");
    const text = rig.read(".pre-commit-config.yaml");
    expect(text).toContain("# nothing of this is cloned");
    expect(text).toContain("exclude: \\.json$|^test-reports/");
  });

  it("leaves evidence that gate verify believes, and breaks it without the exemptions", {
    timeout: PYTHON_TIMEOUT,
  }, async () => {
    const programs = join(await frameworkEnvironment(), "bin");
    const rig = await Rig.create();
    const log = `${BOM}first  \r\nteh second\t\nlast`;
    rig.suite.answers([{ id: "tests/test_a.py::test_a", prompt: "teh  ", logs: { "session.log": log } }]);
    await rig.withEvidence();
    const tree = await rig.git("rev-parse", "HEAD:test-reports");
    rig.write(".pre-commit-config.yaml", configuration(FIXERS));
    await rig.git("add", "-A");
    await runHooks(rig, programs);
    await rig.commit("tidied", "-a", "--no-verify");
    expect(await rig.git("rev-parse", "HEAD:test-reports")).not.toBe(tree);
    expect((await rig.gate("verify")).code).toBe(1);

    await rig.git("reset", "-q", "--hard", "HEAD^");
    rig.write(".pre-commit-config.yaml", configuration(FIXERS));
    const paths = (await rig.git("ls-files", "-z", "test-reports")).split("\0").filter((path) => path !== "");
    for (const { exemption } of await culpritsOnDisk(rig, paths)) {
      const edited = exemption.apply(rig.read(exemption.file));
      if (!edited.ok) throw new Error(edited.error);
      rig.write(exemption.file, edited.value);
    }
    await rig.git("add", "-A");
    await runHooks(rig, programs);
    await rig.commit("tidied", "-a", "--no-verify");
    expect(await rig.git("rev-parse", "HEAD:test-reports")).toBe(tree);
    const verified = await rig.gate("verify");
    expect(verified.stdout + verified.stderr).not.toContain("fixer-not-exempt");
    expect(verified.code).toBe(0);
  });

  const pattern = fc.constantFrom(
    "^test-reports/",
    "^test-reports/logs/",
    "(?i)^TEST-reports/.*\\.LOG$",
    "\\.json$",
    "\\.(json|puml|md)$",
    "^docs/|^src/",
    "logs/(?!test_hello/session)",
    "(?x)^(\n  docs/.*  # the manual\n  | test-reports/ .* \\.csv\n)$",
    "\\Atest-reports/[^/]+\\Z",
    "größe",
    ".",
    "",
    "^$",
  );
  const types = fc.subarray(
    ["text", "json", "markdown", "plain-text", "plantuml", "file", "binary", "html", "csv"],
    {
      minLength: 1,
      maxLength: 2,
    },
  );
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const hook = fc.record(
    {
      files: maybe(pattern),
      exclude: maybe(pattern),
      types: maybe(types),
      types_or: maybe(types),
      exclude_types: maybe(types),
      stages: maybe(fc.subarray(["pre-commit", "pre-push", "manual", "commit-msg"], { minLength: 1 })),
    },
    { requiredKeys: [] },
  );
  const whole = fc.record({ files: maybe(pattern), exclude: maybe(pattern) }, { requiredKeys: [] });

  it("hands to each hook what gate says that it hands over", { timeout: PYTHON_TIMEOUT }, async () => {
    const { rig, programs } = await frameworkRig();
    for (const [settings] of fc.sample(fc.tuple(whole), 6)) {
      const hooks = fc.sample(hook, 40).map((one, index) => ({
        id: `h${index}`,
        name: `h${index}`,
        // each leaves its own mark
        entry: `sed -i -e '$ s/$/ h${index};/'`,
        language: "system",
        ...one,
        stages: one.stages === undefined ? undefined : [...one.stages, "manual"],
      }));
      const document = { ...settings, repos: [{ repo: "local", hooks }] };
      rig.write(".pre-commit-config.yaml", JSON.stringify(document, null, 1));
      await writeReports(rig, () => "one\n");
      const culprits = await culpritsOnDisk(rig);
      const output = await runHooks(rig, programs);
      expect(output).not.toContain("An error has occurred");
      const marked = (id: string) => REPORTS.filter((path) => rig.read(path).includes(` ${id};`)).sort();
      const said = (id: string) => culprits.find(({ tool }) => tool === `${id} (sed)`)?.reports ?? [];
      for (const { id, ...one } of hooks) {
        expect([...said(id)].sort(), JSON.stringify([settings, one])).toEqual(marked(id));
      }
    }
  });
});
