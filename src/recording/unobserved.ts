import type { Suite } from "../config/configuration.ts";
import { type Problem, problem, warning } from "../problem.ts";
import type { Observations } from "../suite/observations.ts";
import type { Reads } from "../suite/reads.ts";
import type { SuiteResults } from "../suite/results.ts";

/** The tests of a run that came to an end and were not skipped, and what each of them read. */
export interface SeenTests {
  readonly ran: readonly string[];
  readonly reads: Reads;
}

/** Of the tests that ran: a skipped one reads nothing that matters. */
export function seenTests(results: SuiteResults | null, { byTest, all }: Reads): SeenTests {
  const ran = (results?.tests ?? []).flatMap(({ id, outcome }) =>
    outcome === null || outcome === "skipped" ? [] : [id],
  );
  const had = new Set(ran);
  return { ran, reads: { byTest: new Map([...byTest].filter(([id]) => had.has(id))), all } };
}

/** What is strict about what a run read cannot be kept where nobody saw what it read. */
export function strictButUnobserved(suite: Suite, { ran, reads }: SeenTests): readonly Problem[] {
  const why = suite.observe
    ? "gate's reporter or plugin was not there, or the runner has none"
    : "observe: false switches that off";
  const refuse = (setting: string, code: "undeclared-input" | "pattern-tests", what: string) =>
    problem(code, `${setting} cannot be judged: ${what} (${why}).`, {
      suite: suite.name,
      hint: suite.observe
        ? `Let the command add to PYTHONPATH, PYTEST_ADDOPTS and NODE_OPTIONS instead of setting them anew, or take ${setting} out of gate.yaml.`
        : `Take observe: false out of gate.yaml, or ${setting}.`,
    });
  if (ran.length === 0) return [];
  const unseen = ran.filter((id) => !reads.byTest.has(id));
  const [first] = unseen;
  return [
    ...(suite.undeclaredInputs === "error" && reads.all.size === 0
      ? [refuse("undeclared-inputs: error", "undeclared-input", "nobody saw which files the run read")]
      : []),
    ...(suite.patternTests === "error" && first !== undefined
      ? [
          refuse(
            "pattern-tests: error",
            "pattern-tests",
            `nobody saw what ${unseen.length} of ${ran.length} tests read, ${first} among them`,
          ),
        ]
      : []),
  ];
}

/** A copy of the project that is installed would pass unnoticed. */
export function modulesUnseen(
  suite: Suite,
  results: SuiteResults | null,
  { environment, modules }: Observations,
): readonly Problem[] {
  const isUnseen = suite.observe && environment === null && modules.length === 0;
  // a run that broke off told nothing of it either, and says so
  if (results?.runner.name !== "pytest" || !results.complete || !isUnseen) return [];
  const message =
    "nobody saw where pytest loaded the repository's modules from: an installed copy would go unnoticed.";
  const hint =
    "gate's plugin was not there. Let the command add to PYTHONPATH and PYTEST_ADDOPTS instead of setting them anew.";
  return [warning("foreign-module", message, { suite: suite.name, hint })];
}
