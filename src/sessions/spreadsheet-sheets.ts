import { unreachable } from "../result.ts";
import type { AccountedTest, DomainAccount, ModelUse, Retries, SessionAccount } from "./account.ts";
import { type MemorySample, peakDuring } from "./peak-memory.ts";
import type { Fact } from "./spreadsheet-system.ts";

/** A table of the report, before anything knows of spreadsheets. */
export interface ReportSheet {
  readonly name: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly ReportRow[];
}

export interface ReportColumn {
  readonly header: string;
  /** In characters. */
  readonly width: number;
  readonly form?: "seconds" | "time";
  /** Its values say how something went, and are coloured by it. */
  readonly coloured?: true;
}

export type ReportRow = readonly ReportValue[];
export type ReportValue = string | number | Date | null;

/** The sheets of a session's report: the same five whatever the session has, some without rows. */
export function reportSheets(
  account: SessionAccount,
  system: readonly Fact[],
  memory: readonly MemorySample[],
): readonly ReportSheet[] {
  return [
    { name: "summary", columns: SUMMARY, rows: summaryRows(account) },
    { name: "tests", columns: TESTS, rows: account.tests.map((test) => testRow(test, memory)) },
    { name: "steps", columns: STEPS, rows: stepRows(account) },
    { name: "services", columns: SERVICES, rows: serviceRows(account) },
    { name: "system", columns: SYSTEM, rows: system },
  ];
}

const SUMMARY: readonly ReportColumn[] = [
  { header: "item", width: 26 },
  { header: "value", width: 44, coloured: true },
  { header: "detail", width: 60 },
];

function summaryRows({ record, state, runner, domains, tests, ...counts }: SessionAccount): ReportRow[] {
  const { name, suite, command, fingerprint, started, ended, evidence } = record;
  const use = totalUse(tests);
  return [
    ["session", name, null],
    ["suite", suite, null],
    ["result", resultOf(state, ended?.verdict ?? ""), ended?.reasons.join(" ") ?? null],
    ["command", command, null],
    ["fingerprint", fingerprint, null],
    ["evidence", evidence ?? "none", null],
    ["runner", runner === null ? "unknown" : `${runner.name} ${runner.version}`, null],
    ["started (UTC)", instant(started), null],
    ["ended (UTC)", ended === null ? null : instant(ended.time), null],
    ["duration (s)", ended === null ? null : ended.durationMs / 1000, null],
    ["starts of the command", record.parts?.length ?? 1, null],
    ["tests", tests.length, outcomesOf(tests)],
    ...domains.map((one) => [`domain ${one.domain}`, one.tests, outcomesIn(one)]),
    ["peak VRAM (MiB)", counts.peakVramMiB, null],
    ["errors in logs", counts.errors, null],
    ["warnings in logs", counts.warnings, null],
    ["API calls", use.calls, null],
    ["tokens", use.tokens, null],
    ["archive", counts.archive?.name ?? "none", counts.archive?.sha256 ?? null],
  ];
}

function resultOf(state: SessionAccount["state"], verdict: string): string {
  switch (state) {
    case "ended":
      return verdict;
    case "running":
    case "crashed":
      return state;
    default:
      return unreachable(state);
  }
}

function totalUse(tests: readonly AccountedTest[]): { readonly calls: number; readonly tokens: number } {
  return tests.reduce(
    ({ calls, tokens }, { use }) => ({
      calls: calls + (use?.apiCalls ?? 0),
      tokens: tokens + (use?.tokens.total ?? 0),
    }),
    { calls: 0, tokens: 0 },
  );
}

/** `11 passed, 1 failed, 3 not begun`. */
function outcomesIn({ outcomes, tests, begun, ended }: DomainAccount): string {
  const others = { unfinished: begun, "not begun": tests - begun - ended };
  return listed(Object.entries({ ...outcomes, ...others }));
}

function outcomesOf(tests: readonly AccountedTest[]): string {
  const counts = new Map<string, number>();
  for (const test of tests) counts.set(outcomeOf(test), (counts.get(outcomeOf(test)) ?? 0) + 1);
  return listed([...counts]);
}

function listed(counts: readonly (readonly [string, number])[]): string {
  return counts.flatMap(([outcome, count]) => (count === 0 ? [] : [`${count} ${outcome}`])).join(", ");
}

function outcomeOf({ outcome, state }: AccountedTest): string {
  return outcome ?? (state === "planned" ? "not begun" : "unfinished");
}

const USE: readonly ReportColumn[] = [
  { header: "retries", width: 9 },
  { header: "API calls", width: 11 },
  { header: "LLM requests", width: 14 },
  { header: "tool calls", width: 12 },
  { header: "prompt tokens", width: 15 },
  { header: "completion tokens", width: 19 },
  { header: "total tokens", width: 14 },
  { header: "errors", width: 9 },
  { header: "warnings", width: 11 },
];

interface Used {
  readonly retries: Retries;
  readonly use: ModelUse | null;
  readonly errors: number;
  readonly warnings: number;
}

function valuesOfUse({ retries, use, errors, warnings }: Used): ReportRow {
  return [
    retries.count || null,
    use?.apiCalls ?? null,
    use?.llmRequests ?? null,
    use?.toolCalls ?? null,
    use?.tokens.prompt ?? null,
    use?.tokens.completion ?? null,
    use?.tokens.total ?? null,
    errors || null,
    warnings || null,
  ];
}

const TESTS: readonly ReportColumn[] = [
  { header: "id", width: 60 },
  { header: "name", width: 36 },
  { header: "domain", width: 16 },
  { header: "step", width: 8 },
  { header: "outcome", width: 12, coloured: true },
  { header: "duration (s)", width: 13, form: "seconds" },
  { header: "started (UTC)", width: 21, form: "time" },
  { header: "ended (UTC)", width: 21, form: "time" },
  { header: "peak VRAM (MiB)", width: 17 },
  ...USE,
  { header: "message", width: 60 },
  { header: "properties", width: 60 },
];

function testRow(test: AccountedTest, memory: readonly MemorySample[]): ReportRow {
  const { id, name, domain, step, duration, startedAt, endedAt, message, properties } = test;
  const peak = peakDuring(memory, test);
  const told = Object.keys(properties).length === 0 ? null : JSON.stringify(properties);
  const times = [startedAt, endedAt].map((time) => (time === null ? null : instant(time)));
  return [
    id,
    name,
    domain,
    step,
    outcomeOf(test),
    duration,
    ...times,
    peak,
    ...valuesOfUse(test),
    message,
    told,
  ];
}

const STEPS: readonly ReportColumn[] = [
  { header: "step", width: 8 },
  { header: "name", width: 60 },
  { header: "result", width: 12, coloured: true },
  { header: "tests", width: 8 },
  { header: "duration (s)", width: 13, form: "seconds" },
  ...USE,
  { header: "note", width: 44 },
  { header: "logs", width: 18 },
];

/** As the summary says it of a step that asked no model. */
const NO_MODEL = "Template-based generation (no LLM calls)";

function stepRows({ steps, directories }: SessionAccount): ReportRow[] {
  const hasLogs = directories.includes("logs");
  return steps.map((step) => {
    const { number, name, result, tests, duration, use } = step;
    const note = use !== null && use.llmRequests === 0 && use.tokens.total === 0 ? NO_MODEL : null;
    const logs = hasLogs ? `logs/step_${String(number).padStart(3, "0")}` : null;
    return [number, name, result, tests, duration, ...valuesOfUse(step), note, logs];
  });
}

const SERVICES: readonly ReportColumn[] = [
  { header: "name", width: 24 },
  { header: "domain", width: 16 },
  { header: "model", width: 36 },
  { header: "port", width: 8 },
  { header: "state", width: 12, coloured: true },
  { header: "since (UTC)", width: 21, form: "time" },
  { header: "log", width: 56 },
  { header: "log bytes", width: 12 },
];

function serviceRows({ services, files }: SessionAccount): ReportRow[] {
  const told = services.map(({ name, domain, model, port, state, since, log }) => {
    const bytes = files.find((file) => file.name === log)?.bytes ?? null;
    return [name, domain, model, port, state, instant(since), log, bytes];
  });
  const logs = new Set(services.map(({ log }) => log));
  const untold = files
    .filter(({ name }) => /^svc_.+\.log$/.test(name) && !logs.has(name))
    .map(({ name, bytes }) => [null, null, null, null, "unknown", null, name, bytes]);
  return [...told, ...untold];
}

const SYSTEM: readonly ReportColumn[] = [
  { header: "item", width: 44 },
  { header: "value", width: 80 },
];

/** A leap second has its place in RFC 3339, and none in a Date. */
function instant(time: string): Date | string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date;
}
