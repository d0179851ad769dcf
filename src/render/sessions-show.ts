import type { SessionDocument } from "../commands/sessions-document.ts";
import { minutes } from "../judgement/sentences.ts";
import type { AccountedTest, DomainAccount, SessionAccount } from "../sessions/account.ts";
import { hasFailed } from "../sessions/account-steps.ts";
import { countText, durationText, sizeText } from "../sessions/amounts.ts";
import { gistOf } from "../sessions/gist.ts";
import { addedUse } from "../sessions/model-use.ts";
import { outcomesText, standingOf, testsText } from "../sessions/summary.ts";
import { wasCutShort } from "../suite/session-parts.ts";
import { counted } from "./gaps-words.ts";
import { oneLine } from "./printable.ts";
import { renderProblems } from "./problems.ts";
import { timesText } from "./resumed.ts";

const FEW = 10;
const MOST = 20;
const LABEL = 12;
const LONGEST = 300;

/** One session, from its files. */
export function renderSession({ session, path, problems }: SessionDocument): string {
  const complaints = problems.length === 0 ? [] : [renderProblems(problems)];
  if (session === null) return complaints.join("\n");
  return [
    heading(session),
    ...runLines(session),
    ...testLines(session),
    ...serviceLines(session),
    ...modelLine(session),
    ...logLines(session),
    ...fileLines(session, path ?? ""),
    ...nextLine(session),
    ...complaints,
  ].join("\n");
}

function labelled(label: string, text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `  ${label.padEnd(LABEL)}${oneLine(shown)}`;
}

/** The first of so many, and how many more there are. */
function some(label: string, texts: readonly string[], most: number, of = texts.length): readonly string[] {
  const shown = texts.slice(0, most).map((text, index) => labelled(index === 0 ? label : "", text));
  const rest = of - shown.length;
  return rest > 0 && shown.length > 0 ? [...shown, labelled("", `and ${countText(rest)} more`)] : shown;
}

function heading({ record, state }: SessionAccount): string {
  const { ended } = record;
  const how =
    state === "ended" && ended !== null
      ? `${ended.verdict} in ${minutes(ended.durationMs)}`
      : state === "running"
        ? "running"
        : "crashed: it was killed before its suite had ended";
  return oneLine(`${record.name}  ${record.suite}  ${how}`);
}

function runLines({ record, runner, peakVramMiB }: SessionAccount): readonly string[] {
  const { machine, ended, started, command } = record;
  const resumed = (record.parts?.length ?? 1) - 1;
  return [
    labelled("started", `${utc(started)}${resumed > 0 ? `, resumed ${timesText(resumed)}` : ""}`),
    labelled("command", command),
    ...(runner === null ? [] : [labelled("runner", `${runner.name} ${runner.version}`)]),
    labelled("machine", [machine.os, ...machine.gpus.map(({ name }) => name)].join(", ")),
    ...(peakVramMiB === null ? [] : [labelled("peak VRAM", sizeText(peakVramMiB * 2 ** 20))]),
    ...some("reason", ended?.reasons ?? [], FEW),
    ...some(
      "disturbed",
      (ended?.moved ?? []).map((path) => `${path} changed while it ran, so that it is no evidence`),
      FEW,
    ),
  ];
}

function testLines({ tests, domains }: SessionAccount): readonly string[] {
  if (tests.length === 0) return [labelled("tests", "none was told of")];
  const width = Math.max(...domains.map(({ domain }) => domain.length));
  const begun = tests.filter(({ state }) => state === "begun").map(begunText);
  const failed = tests.filter(({ outcome }) => hasFailed(outcome)).map(failedText);
  return [
    labelled("tests", testsText(tests)),
    ...some(
      "domains",
      domains.map((domain) => domainText(domain, Math.min(width, 30))),
      MOST,
    ),
    ...some("unfinished", begun, FEW),
    ...some("failed", failed, MOST),
  ];
}

function domainText(account: DomainAccount, width: number): string {
  const { domain, tests, ended, duration } = account;
  const of = ended === tests ? countText(tests) : `${countText(ended)} of ${countText(tests)}`;
  return `${domain.padEnd(width)}  ${of}: ${outcomesText(account)} (${durationText(duration)})`;
}

function begunText({ id, step, startedAt }: AccountedTest): string {
  const since = startedAt === null ? [] : [`since ${startedAt.slice(11, 19)}`];
  const facts = [...(step === null ? [] : [`step ${step}`]), ...since];
  return facts.length === 0 ? id : `${id}  (${facts.join(", ")})`;
}

function failedText({ id, message }: AccountedTest): string {
  const gist = gistOf(message);
  return gist === null ? id : `${id}  ${gist}`;
}

function serviceLines(account: SessionAccount): readonly string[] {
  const texts = account.services.map((service) => {
    const { name, model, port, since, log } = service;
    const size = account.files.find((file) => file.name === log)?.bytes;
    const where = port === null ? "" : `, port ${port}`;
    const state = `${standingOf(service, account)} since ${since.slice(11, 19)}`;
    const told = size === undefined ? log : `${log} ${sizeText(size)}`;
    return `${name}${model === null ? "" : ` (${model})`}: ${state}${where}  ${told}`;
  });
  return some("services", texts, FEW);
}

function modelLine({ tests }: SessionAccount): readonly string[] {
  const use = addedUse(tests.map((test) => test.use));
  if (use === null) return [];
  const { prompt, completion, total } = use.tokens;
  // A test may tell the sum alone.
  const parts =
    prompt + completion === 0 ? "" : ` (${countText(prompt)} prompt, ${countText(completion)} completion)`;
  const tokens = `${countText(total)} tokens${parts}`;
  const calls = [
    counted(use.llmRequests, "request"),
    counted(use.apiCalls, "API call"),
    counted(use.toolCalls, "tool call"),
  ].join(", ");
  return [labelled("model", `${calls}, ${tokens}`)];
}

function logLines({ errors, warnings, complaints }: SessionAccount): readonly string[] {
  if (errors + warnings === 0) return [];
  const said = complaints
    .filter(({ level }) => level === "ERROR")
    .map(({ source, test, text }) => `${source}${test === null ? "" : `, ${test}`}: ${text}`);
  return [
    labelled("logs", `${counted(errors, "error")}, ${counted(warnings, "warning")}`),
    ...some("", said, FEW, errors),
  ];
}

function fileLines({ files, directories, bytes, archive }: SessionAccount, path: string): readonly string[] {
  const texts = [
    ...directories.map((name) => `${name}/`),
    ...files.map(({ name, bytes: size }) => `${name} ${sizeText(size)}`),
  ];
  return [
    labelled("files", `${path}/  ${sizeText(bytes)}`),
    ...some("", texts, 2 * MOST),
    ...(archive === null ? [] : [labelled("archive", `SHA-256 ${archive.sha256 ?? "not recorded"}`)]),
  ];
}

/** As the run itself says it at its end, which a killed one cannot. */
function nextLine(account: SessionAccount): readonly string[] {
  const { state, record, resumes, tests } = account;
  if (state === "running") return [`      next: gate sessions show ${record.name} --follow`];
  const over = tests.filter((test) => test.state === "ended").length;
  if (resumes && over > 0 && isCutShort(account, over)) return [`      next: gate run --from ${record.name}`];
  return state === "crashed" ? [`      next: gate run ${record.suite}`] : [];
}

function isCutShort({ record: { ended }, tests }: SessionAccount, over: number): boolean {
  if (over === tests.length) return false;
  if (ended === null) return true;
  if (tests.some(({ outcome }) => hasFailed(outcome))) return false;
  // one that exited may have come to its end without them (`-x`)
  return wasCutShort(ended.end, ended.end.kind === "exited");
}

function utc(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}
