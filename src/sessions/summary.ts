import { join } from "node:path";
import { writeAtomically } from "../adapters/files/files.ts";
import { TEST_OUTCOMES } from "../protocol.ts";
import { unreachable } from "../result.ts";
import type { SessionFolder, SessionRecord } from "../suite/session.ts";
import type { AccountedTest, DomainAccount, ModelUse, SessionAccount, SessionState } from "./account.ts";
import { hasFailed } from "./account-steps.ts";
import { countText, durationText, sizeText } from "./amounts.ts";
import { gistOf } from "./gist.ts";
import { addedUse } from "./model-use.ts";
import type { RecordedService } from "./service-states.ts";
import { type Section, summaryPage, withinBudget } from "./summary-page.ts";
import { type SummaryForm, stepSection } from "./summary-steps.ts";

export const SUMMARY_FILE = "logs_summary.txt";

const FAILED_BUDGET = 1_200;
const COMPLAINTS_BUDGET = 1_200;
const FEW = 8;

/** Writes `logs_summary.txt` into the session, over the one that is there. */
export async function writeSessionSummary(folder: SessionFolder, account: SessionAccount): Promise<void> {
  await writeAtomically(join(folder.directory, SUMMARY_FILE), sessionSummary(account));
}

/** `logs_summary.txt`: one session in 80 columns and about 10 KB, whatever its size. */
export function sessionSummary(account: SessionAccount): string {
  return summaryPage([
    runSection(account),
    timingSection(account),
    domainSection(account.domains, { durations: true }),
    stepSection(account.steps, { durations: true }),
    modelSection(account.tests.map(({ use }) => use)),
    servicesSection(account),
    complaintSection(account),
    archiveSection(account),
  ]);
}

function runSection(account: SessionAccount): Section {
  const { record, state, runner, tests, services, peakVramMiB } = account;
  const { machine, ended } = record;
  const gpus = machine.gpus.map(({ name, memoryMiB }) =>
    memoryMiB === null ? name : `${name} (${sizeText(memoryMiB * 2 ** 20)})`,
  );
  const models = [...new Set(services.flatMap(({ model }) => model ?? []))];
  const parts = record.parts?.length ?? 1;
  return {
    title: "RUN SUMMARY",
    lines: [
      `Run ID: ${record.name}`,
      `Suite: ${record.suite}`,
      `Command: ${record.command}`,
      ...(models.length === 0 ? [] : [`Model: ${models.join(", ")}`]),
      ...(runner === null ? [] : [`Runner: ${runner.name} ${runner.version}`]),
      `Machine: ${machine.os}, ${machine.cpus} CPUs, ${sizeText(machine.memoryBytes)}`,
      ...(gpus.length === 0 ? [] : [`GPU: ${gpus.join(", ")}`]),
      ...(peakVramMiB === null ? [] : [`Peak VRAM: ${sizeText(peakVramMiB * 2 ** 20)}`]),
      `Fingerprint: ${record.fingerprint}`,
      `Verdict: ${verdictText(record, state)}`,
      ...(ended?.reasons ?? []).slice(0, FEW).map((reason) => `Reason: ${reason}`),
      ...(parts > 1 ? [`Resumed: ${parts - 1} ${parts === 2 ? "time" : "times"}`] : []),
      `Tests: ${testsText(tests)}`,
    ],
  };
}

function verdictText({ ended }: SessionRecord, state: SessionState): string {
  switch (state) {
    case "ended":
      return (ended?.verdict ?? "incomplete").toUpperCase();
    case "running":
      return "none yet, it is running";
    case "crashed":
      return "none, it was killed before its suite had ended";
    default:
      return unreachable(state);
  }
}

/** `22: 20 passed, 1 failed, 1 not finished`. */
export function testsText(tests: readonly Pick<AccountedTest, "outcome" | "state">[]): string {
  const counts = [
    ...TEST_OUTCOMES.map((word) => [tests.filter(({ outcome }) => outcome === word).length, word] as const),
    [tests.filter(({ state }) => state === "begun").length, "not finished"] as const,
    [tests.filter(({ state }) => state === "planned").length, "not begun"] as const,
  ].filter(([count]) => count > 0);
  const parts = counts.map(([count, word]) => `${countText(count)} ${word}`);
  return `${countText(tests.length)}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

function timingSection({ record, tests }: SessionAccount): Section {
  const { started, ended } = record;
  const timed = tests.flatMap(({ id, duration }) => (duration === null ? [] : [{ id, duration }]));
  const slowest = timed.toSorted((left, right) => right.duration - left.duration).slice(0, FEW);
  const sum = timed.reduce((total, { duration }) => total + duration, 0);
  return {
    title: "TIMING",
    lines: [
      `Started: ${second(started)}`,
      ...(ended === null
        ? []
        : [`Completed: ${second(ended.time)}`, `Duration: ${durationText(ended.durationMs / 1000)}`]),
      ...(timed.length === 0 ? [] : [`Tests, one after another: ${durationText(sum)}`, "Slowest tests:"]),
      ...slowest.map(({ id, duration }) => `  ${durationText(duration).padStart(10)}  ${id}`),
    ],
  };
}

/** How the tests of each domain ended; of a committed summary without their time. */
export function domainSection(domains: readonly DomainAccount[], { durations }: SummaryForm): Section {
  const shown = domains.slice(0, FEW * 2);
  const width = Math.min(24, Math.max(0, ...shown.map(({ domain }) => domain.length)));
  const lines = shown.map((account) => {
    const { domain, tests, ended, duration } = account;
    const of = ended === tests ? countText(tests) : `${countText(ended)} of ${countText(tests)}`;
    const time = durations ? ` (${durationText(duration)})` : "";
    return `${domain.slice(0, width).padEnd(width)}  ${of}: ${outcomesText(account)}${time}`;
  });
  const rest = domains.length - shown.length;
  return { title: "DOMAINS", lines: [...lines, ...(rest > 0 ? [`and ${countText(rest)} more`] : [])] };
}

/** `11 passed, 1 failed` */
export function outcomesText({ outcomes }: DomainAccount): string {
  const counts = TEST_OUTCOMES.flatMap((word) =>
    outcomes[word] === undefined ? [] : [`${countText(outcomes[word])} ${word}`],
  );
  return counts.join(", ") || "none ended";
}

/** What all tests together asked of their models. */
export function modelSection(uses: readonly (ModelUse | null)[]): Section {
  const use = addedUse(uses);
  if (use === null) return { title: "MODEL USE", lines: [] };
  const { apiCalls, llmRequests, toolCalls, tokens } = use;
  const recorded = uses.filter((one) => one !== null).length;
  return {
    title: "MODEL USE",
    lines: [
      `API Calls: ${countText(apiCalls)}`,
      `LLM Requests: ${countText(llmRequests)}`,
      `Tool Calls: ${countText(toolCalls)}`,
      `Tokens (prompt/completion/total): ${[tokens.prompt, tokens.completion, tokens.total].map(countText).join(" / ")}`,
      `Recorded by ${countText(recorded)} of ${countText(uses.length)} tests`,
    ],
  };
}

function servicesSection(account: SessionAccount): Section {
  const { services } = account;
  const lines = services.slice(0, FEW).flatMap((service) => {
    const { name, model, port, since, log } = service;
    const where = port === null ? "" : `, port ${port}`;
    const state = `${standingOf(service, account)} since ${second(since)}`;
    return [`${name}${model === null ? "" : ` (${model})`}: ${state}${where}`, `  - Log: ${log}`];
  });
  const rest = services.length - FEW;
  return { title: "SERVICES", lines: [...lines, ...(rest > 0 ? [`and ${countText(rest)} more`] : [])] };
}

/** In the session of a killed gate a state is only the last one that was told. */
export function standingOf({ state }: RecordedService, { state: session }: SessionAccount): string {
  return session === "crashed" && (state === "ready" || state === "starting") ? `was ${state}` : state;
}

function complaintSection({ tests, complaints, errors, warnings }: SessionAccount): Section {
  const begun = tests.filter(({ state }) => state === "begun").map(({ id }) => [`  Not finished: ${id}`]);
  const failed = tests.filter(({ outcome }) => hasFailed(outcome));
  const errorsFirst = [
    ...complaints.filter(({ level }) => level === "ERROR"),
    ...complaints.filter(({ level }) => level === "WARNING"),
  ];
  const said = errorsFirst.map(({ level, source, test, text }) => [
    `  [${level}] ${text}`,
    `    ${source}${test === null ? "" : `, ${test}`}`,
  ]);
  return {
    title: "ERRORS AND WARNINGS",
    lines: [
      `Failed tests: ${countText(failed.length)}`,
      ...listed([...begun, ...failed.map(messageLines)], begun.length + failed.length, FAILED_BUDGET),
      `Errors in the logs: ${countText(errors)}, warnings: ${countText(warnings)}`,
      ...listed(said, errors + warnings, COMPLAINTS_BUDGET),
    ],
  };
}

/** What the tests of an accepted run had to say: why they were skipped, or failed as expected. */
export function messageSection(tests: readonly AccountedTest[]): Section {
  const said = tests.filter(({ message }) => message !== null).map(messageLines);
  return { title: "WHAT TESTS SAID", lines: listed(said, said.length, FAILED_BUDGET) };
}

function messageLines({ id, message }: AccountedTest): readonly string[] {
  const gist = gistOf(message);
  return gist === null ? [`  ${id}`] : [`  ${id}`, `    ${gist}`];
}

/** The first of so many, as far as there is room. */
function listed(entries: readonly (readonly string[])[], of: number, budget: number): readonly string[] {
  const few = entries.slice(0, 100);
  const shown = withinBudget(few, budget);
  const rest = of - shown;
  return [...few.slice(0, shown).flat(), ...(rest > 0 ? [`  and ${countText(rest)} more`] : [])];
}

function archiveSection({ archive, record }: SessionAccount): Section {
  const title = "ARCHIVE INTEGRITY";
  if (archive === null) {
    return { title, lines: [`No archive has been made. Make it:  gate archive ${record.name}`] };
  }
  return {
    title,
    lines: [
      `Archive: ${archive.name}`,
      `Size: ${sizeText(archive.bytes)} (${countText(archive.bytes)} bytes)`,
      `SHA-256: ${archive.sha256 ?? "not recorded"}`,
    ],
  };
}

/** A second is precise enough, and what is no time stays as it is. */
function second(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
