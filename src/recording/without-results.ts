import { readEnd } from "../adapters/files/streams.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import type { UnreportedEvent } from "../protocol.ts";
import type { SessionFolder } from "../suite/session.ts";

const MOST_BYTES = 256 * 1024;
const IMPORT_FAILED = 'Error importing plugin "gate_pytest"';
/** As node:test and vitest say it. */
const NOT_INSTALLED = /(?:Cannot find (?:package|module) '|Failed to load custom Reporter from )model-gate\b/;
const SWITCHED_OFF = /-p[ =]?no:gate_pytest/;

const ADD = "Let the command add to PYTHONPATH and PYTEST_ADDOPTS instead of setting them anew.";

/** Runners that gate has a reporter for, which their command has to name. */
const REPORTERS = [
  {
    runner: "node:test",
    starts: /\bnode\b.*\s--test(?:\s|$)/,
    add: "--test-reporter=spec --test-reporter-destination=stdout --test-reporter=model-gate/node-test --test-reporter-destination=stderr",
  },
  { runner: "vitest", starts: /\bvitest\b/, add: "--reporter=default --reporter=model-gate/vitest" },
] as const;

/** A pytest that lost gate's plugin must not look like a suite that says nothing, or one that fails. */
export async function withoutResults(
  { name, run }: Suite,
  { output }: SessionFolder,
  unreported: UnreportedEvent | null,
): Promise<Problem> {
  const missing = (message: string) => problem("reporter-missing", message, { suite: name });
  const printed = (await readEnd(output, MOST_BYTES)).toString("utf8");
  if (NOT_INSTALLED.test(printed)) {
    return missing(
      "It left no structured results: the runner did not find gate's reporter, which is part of the package model-gate. Install it where the command runs:  npm install --save-dev model-gate",
    );
  }
  if (printed.includes(IMPORT_FAILED)) {
    return missing(
      withoutPlugin(
        "pytest",
        "PYTHONPATH was replaced, or ignored as by python -I and -E, so it could not be imported",
        ADD,
      ),
    );
  }
  if (unreported !== null || SWITCHED_OFF.test(run)) {
    const { runner, reason } = unreported ?? { runner: "pytest", reason: "-p no:gate_pytest was given" };
    const isOff = SWITCHED_OFF.test(reason);
    const cure = "Take -p no:gate_pytest out of the command, of PYTEST_ADDOPTS or of pytest's own addopts.";
    return missing(withoutPlugin(runner, reason, isOff ? cure : ADD));
  }
  if (/\b(?:pytest|py\.test)\b/.test(run)) {
    return missing(
      withoutPlugin("pytest", "PYTHONPATH or PYTEST_ADDOPTS was cleared, or pytest never started", ADD),
    );
  }
  const own = REPORTERS.find(({ starts }) => starts.test(run));
  if (own !== undefined && !run.includes("model-gate/")) {
    return missing(
      `It left no structured results: ${own.runner} ran without gate's reporter. Add to the command:  ${own.add}`,
    );
  }
  return missing(
    `It left no structured results. If it starts pytest, PYTHONPATH or PYTEST_ADDOPTS was set anew on the way, or pytest never started: ${lowerFirst(ADD)} If it starts another runner, add a gate reporter to that, or name its JUnit XML file in \`results:\`.`,
  );
}

function withoutPlugin(runner: string, reason: string, cure: string): string {
  return `${runner} ran without gate's plugin (${reason}), so nobody knows what its tests did. ${cure}`;
}

const lowerFirst = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
