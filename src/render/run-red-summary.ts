import { type RedPhase, type RedRun, type RedTest, type RedVariable, redPath } from "../recording/red.ts";
import type { Place } from "../recording/red-assertion.ts";
import { unreachable } from "../result.ts";
import { code, table } from "./markdown.ts";
import { printable } from "./printable.ts";

/** The summary of a red phase, in Markdown: what fails and where, under what, and what is to be done. */
export function redSummary(phase: RedPhase, proposal: string): string {
  const { suite, started, session, runs } = phase;
  const time = started.toISOString();
  return [
    `# Red phase of ${suite}`,
    "",
    `${time.slice(0, 10)} ${time.slice(11, 19)} UTC, \`${redPath(session)}\`${phase.interrupted ? ", interrupted" : ""}`,
    "",
    table(["selector", "result", "log"], runs.map(row)),
    "",
    ...runs.flatMap(section),
    "## Environment",
    "",
    ...environment(phase.variables),
    "",
    "## Follow-up",
    "",
    ...followUp(runs, proposal),
    "",
  ].join("\n");
}

function row(run: RedRun): readonly string[] {
  return [code(run.selector), resultText(run), `[log](${encodeURI(run.log)})`];
}

function resultText({ state, tests }: RedRun): string {
  switch (state) {
    case "red":
      return `red: ${outcomesText(tests)}`;
    case "not-red":
      return `not red: ${outcomesText(tests)}`;
    case "not-run":
      return "did not run";
    default:
      return unreachable(state);
  }
}

/** `1 passed, 2 failed`. */
export function outcomesText(tests: readonly RedTest[]): string {
  const parts = OUTCOMES.flatMap(([outcome, what]) => {
    const count = tests.filter((test) => test.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${what}`];
  });
  return parts.join(", ");
}

const OUTCOMES: readonly (readonly [RedTest["outcome"], string])[] = [
  ["passed", "passed"],
  ["xpassed", "passed against the runner's expectation"],
  ["flaky", "passed on retry"],
  ["skipped", "skipped"],
  [null, "never ended"],
  ["failed", "failed"],
  ["error", "ended in an error"],
  ["xfailed", "failed as the runner expects"],
];

function section(run: RedRun): readonly string[] {
  const { selector, command, log, durationMs, reasons, tests } = run;
  return [
    `## ${code(selector)}`,
    "",
    `- ${resultText(run)}, in ${(durationMs / 1000).toFixed(1)} s`,
    `- command: ${code(command)}${command.endsWith(selector) ? "" : ", for this selector alone"}`,
    `- log: [${log}](${encodeURI(log)})`,
    ...reasons.map((reason) => `- ${escaped(reason)}`),
    "",
    ...tests.flatMap(testLines),
  ];
}

function testLines(test: RedTest): readonly string[] {
  const { id, outcome, lines, place, raised, expected } = test;
  const at = place === null ? "" : ` at ${code(placeText(place))}`;
  const from = raised === null ? "" : `, raised in ${code(placeText(raised))}`;
  const known = expected ? " (expected already)" : "";
  return [
    `${code(id)}: ${outcome ?? "never ended"}${at}${from}${known}`,
    "",
    ...(lines.length === 0 ? [] : [...lines.map((line) => `    ${printable(line)}`), ""]),
  ];
}

export function placeText({ path, line }: Place): string {
  return `${path}:${line}`;
}

function environment(variables: readonly RedVariable[]): readonly string[] {
  if (variables.length === 0) return ["Nothing besides that of the shell."];
  const lines = table(
    ["variable", "value", "from"],
    variables.map(({ name, value, from }) => [
      code(name),
      value === "" ? "empty" : code(value),
      from === "env" ? "`env` of gate.yaml" : "`gpu: optional`: this machine has no NVIDIA GPU",
    ]),
  );
  return [lines];
}

function followUp(runs: readonly RedRun[], proposal: string): readonly string[] {
  const unmet = runs
    .filter(({ state }) => state !== "red")
    .map((run) => `- ${code(run.selector)}: ${UNMET[run.state]}`);
  const known = runs.flatMap(({ tests }) => tests).some(({ expected }) => expected);
  const told =
    proposal === ""
      ? known
        ? ["Everything that fails is expected to fail already."]
        : []
      : [
          "Expect them to fail until they are built, in gate.yaml; better reasons than these are welcome:",
          "",
          "```yaml",
          proposal,
          "```",
        ];
  const green =
    proposal === "" && !known
      ? []
      : ["", "Once such a test passes, gate accepts no run until its entry is removed from gate.yaml."];
  return [...unmet, ...(unmet.length > 0 && told.length > 0 ? [""] : []), ...told, ...green];
}

const UNMET: Readonly<Record<RedRun["state"], string>> = {
  red: "",
  "not-red": "it does not fail; see that it tests what is not there yet",
  "not-run": "it did not run; see its log, and correct the selector",
};

function escaped(text: string): string {
  return printable(text.replace(/\s+/g, " ")).replace(/[\\`*_[\]<>]/g, "\\$&");
}
