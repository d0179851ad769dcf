import type { CheckDocument } from "../../src/commands/check-document.ts";
import type { Problem } from "../../src/problem.ts";
import type { Rig } from "./repository.ts";

export interface Checked {
  readonly code: number | null;
  readonly document: CheckDocument;
  /** `ignored-report .gitignore:2`, errors only, in the order in which they are said. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** What `gate check --json` says. */
export async function checked(rig: Rig, ...args: string[]): Promise<Checked> {
  const { code, stdout, stderr } = await rig.gate("check", "--json", ...args);
  if (stdout === "") throw new Error(`gate check said nothing: ${code} ${stderr}`);
  const document: CheckDocument = JSON.parse(stdout);
  const said = (severity: Problem["severity"]) =>
    document.problems
      .filter((one) => one.severity === severity)
      .map(({ code: which, path, line }) =>
        [which, path === null ? "" : ` ${path}`, line === null ? "" : `:${line}`].join(""),
      );
  return { code, document, errors: said("error"), warnings: said("warning") };
}

/**
 * A project with hooks that everybody gets, attributes for its reports, and evidence with a log. The ignore rules
 * come after the run, which would not have begun under rules that lose its reports.
 */
export async function soundProject(rig: Rig, rules: string, suiteLines = ""): Promise<void> {
  rig.suite.answers([
    { id: "tests/test_hello.py::test_hello", prompt: "Hello", logs: { "session.log": "hello\n" } },
  ]);
  rig.writeProject(suiteLines);
  rig.write(
    ".gitattributes",
    "test-reports/** -text -filter -ident -working-tree-encoding -whitespace linguist-generated\n",
  );
  rig.write(
    ".github/workflows/gate.yml",
    "on: push\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx gate verify\n",
  );
  await rig.git("add", ".");
  await rig.commit("first");
  rig.write(".gitignore", rules);
  await rig.git("commit", "-q", "-a", "--allow-empty", "--no-verify", "-m", "rules");
}
