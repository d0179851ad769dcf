import type { Suite } from "../config/configuration.ts";
import { shellWord } from "../shell-word.ts";

/** Names the tests of a run that is not of the whole suite. */
const TESTS_VARIABLE = "GATE_TESTS";
/** The module of plugins/pytest that puts the tests of that variable in place of the command's own. */
const PYTEST_SELECTION = "-p gate_select";

interface RedCommand {
  readonly command: string;
  /** What the command's environment gets besides that of the suite. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The suite's command for some tests alone. One that reads GATE_TESTS knows what to do with it, and pytest is
 * told by a plugin, since a path in the command would select the whole suite; any other gets the selector as
 * its last word.
 */
export function redCommand({ run }: Pick<Suite, "run">, selector: string): RedCommand {
  const variables = { [TESTS_VARIABLE]: selector };
  const knows = run.includes(TESTS_VARIABLE) || /\b(?:pytest|py\.test)\b/.test(run);
  return { command: knows ? run : `${run} ${shellWord(selector)}`, variables };
}

/** PYTEST_ADDOPTS with the plugin that selects; harmless to whatever is not pytest. */
export function selectingPytest(options: string | undefined): string {
  return options === undefined || options === "" ? PYTEST_SELECTION : `${options} ${PYTEST_SELECTION}`;
}
