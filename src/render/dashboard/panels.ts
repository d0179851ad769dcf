import type { TestOutcome } from "../../protocol.ts";
import { gistOf } from "../../sessions/gist.ts";
import type { EndedTest, Level, ServiceState } from "../../sessions/happening.ts";
import type { GpuSample } from "../../suite/gpu-telemetry.ts";
import {
  clock,
  gib,
  machineText,
  memoryText,
  percent,
  type Reach,
  reachOf,
  reachOfRun,
  timeText,
  utilisationText,
} from "./amounts.ts";
import { bar, type Glyphs, sparkline } from "./bars.ts";
import { currentAction } from "./current-action.ts";
import type { DashboardState, GpuHistory } from "./state.ts";

/** Colour says nothing that the words do not say as well. */
export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "doubtful";

export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Segment[];

/** A row of the screen: what it is about, and that. */
export interface Row {
  /** null: the row takes the whole width. */
  readonly label: string | null;
  readonly line: Line;
}

export interface Drawn {
  readonly state: DashboardState;
  readonly now: Date;
  /** The end of what the suite said, oldest first. */
  readonly output: readonly string[];
  readonly columns: number;
  /** The columns right of the labels. */
  readonly room: number;
  readonly glyphs: Glyphs;
}

const plain = (text: string, tone: Tone = "plain"): Segment => ({ text, tone });
const WIDE = 60;
const LONGEST_BAR = 60;
const LONGEST_SPARKLINE = 20;

export function headRows({ state: { run, end } }: Drawn): readonly Row[] {
  if (run === null) return [];
  const name = [plain(`gate  ${run.suite}`, "strong"), plain(`  ${run.session}`)];
  const ended = end === null ? [] : [plain(`  ${end.verdict}`, end.verdict === "passed" ? "good" : "bad")];
  return [{ label: null, line: [...name, ...ended] }];
}

export function machineRows({ state: { run, end } }: Drawn): readonly Row[] {
  return run === null || end !== null
    ? []
    : [{ label: null, line: [plain(machineText(run.machine), "faint")] }];
}

export function wholeRows(drawn: Drawn): readonly Row[] {
  const { whole } = drawn.state;
  if (whole.planned + whole.ended === 0) return [];
  return [{ label: "all", line: progressLine(reachOfRun(drawn.state), drawn) }];
}

/** Of rows that a domain's could be taken for: tests that are in none are in `tests`. */
const LABELS: ReadonlySet<string> = new Set(["all", "tests", "time", "now", "service", "failed", "output"]);

export function domainRows(drawn: Drawn): readonly Row[] {
  const { domain, domains, end } = drawn.state;
  const progress = domain === null ? undefined : domains.get(domain);
  if (domain === null || progress === undefined || domains.size < 2 || end !== null) return [];
  const label = LABELS.has(domain) ? `in ${domain}` : domain;
  return [{ label, line: progressLine(reachOf(progress), drawn) }];
}

function progressLine({ ended, total, estimated }: Reach, { room, glyphs, state }: Drawn): Line {
  if (total === null) return [plain(state.end === null ? `${ended} so far` : `${ended}`)];
  // both bars are as long as each other
  const widest = String(Math.max(state.whole.planned, state.whole.ended)).length * 2 + 1;
  const counts = `${ended}/${estimated ? "~" : ""}${total}`.padStart(widest);
  const share = `${percent(ended, total)} %`.padStart(5);
  const columns = Math.min(LONGEST_BAR, room - counts.length - share.length - 2);
  const { full, rest } = bar(total === 0 ? 0 : ended / total, columns, glyphs);
  return [plain(full, "good"), plain(rest, "faint"), plain(` ${counts} ${share}`)];
}

export function timeRows({ state, now }: Drawn): readonly Row[] {
  const { started, end } = state;
  if (started === null) return [];
  const text = end === null ? timeText(state, now) : clock(end.at.getTime() - started.getTime());
  return [{ label: "time", line: [plain(text)] }];
}

const OUTCOMES: readonly (readonly [TestOutcome, Tone])[] = [
  ["passed", "good"],
  ["failed", "bad"],
  ["error", "bad"],
  ["flaky", "doubtful"],
  ["xpassed", "doubtful"],
  ["xfailed", "plain"],
  ["skipped", "plain"],
];

export function resultRows({ state: { outcomes } }: Drawn): readonly Row[] {
  const parts = OUTCOMES.flatMap(([outcome, tone]) => {
    const count = outcomes.get(outcome) ?? 0;
    return count === 0 ? [] : [plain(`${count} ${outcome}`, tone)];
  });
  return parts.length === 0 ? [] : [{ label: "tests", line: separated(parts) }];
}

function separated(parts: readonly Segment[]): Line {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [plain(", "), part]));
}

export function nowRows({ state, now }: Drawn): readonly Row[] {
  return state.end === null ? [{ label: "now", line: [plain(currentAction(state, now), "strong")] }] : [];
}

/** What matters most comes last: the last rows are shown where there are few. */
const URGENCY: readonly ServiceState["state"][] = ["stopped", "ready", "starting", "died"];

export function serviceRows({ state: { services, end } }: Drawn): readonly Row[] {
  const shown = [...services.values()].filter(({ state }) => end === null || state === "died");
  const urgency = (service: ServiceState) => URGENCY.indexOf(service.state);
  return shown
    .toSorted((left, right) => urgency(left) - urgency(right))
    .map(({ name, model, port, state }) => {
      const tone = state === "died" ? "bad" : state === "ready" ? "good" : "doubtful";
      const where = port === null ? "" : ` on port ${port}`;
      const what = `${name}${model === null ? "" : ` (${model})`}${where}`;
      return { label: "service", line: [plain(state.padEnd(9), tone), plain(what)] };
    });
}

export function gpuRows({ state: { gpus, end }, room, columns, glyphs }: Drawn): readonly Row[] {
  return [...gpus].map(([index, history]) => {
    const label = `GPU ${index}`;
    if (end !== null) return { label, line: [plain(peakText(history))] };
    const { last, utilisation, memory } = history;
    const heat = columns < WIDE ? "" : heatText(last);
    const share = utilisationText(history).padStart(5);
    const used = `  ${memoryText(history)} VRAM`;
    const space = room - `${share} ${used} ${heat}`.length;
    const marks = Math.max(0, Math.min(LONGEST_SPARKLINE, Math.floor(space / 2)));
    return {
      label,
      line: [
        plain(share),
        plain(spark(utilisation, 100, marks, glyphs)),
        plain(used),
        plain(spark(memory, last.memoryTotalMiB, marks, glyphs)),
        plain(heat, "faint"),
      ],
    };
  });
}

function heatText({ temperature, power }: GpuSample): string {
  const parts = [
    ...(temperature === null ? [] : [`${Math.round(temperature)} °C`]),
    ...(power === null ? [] : [`${Math.round(power)} W`]),
  ];
  return parts.length === 0 ? "" : `  ${parts.join(", ")}`;
}

function peakText({ peakMemoryMiB, last: { name } }: GpuHistory): string {
  return peakMemoryMiB === null ? name : `${name}, peak ${gib(peakMemoryMiB)} GiB VRAM`;
}

function spark(
  values: readonly (number | null)[],
  most: number | null,
  marks: number,
  glyphs: Glyphs,
): string {
  if (marks < 4 || most === null || most === 0) return "";
  return ` ${sparkline(values.slice(-marks), most, glyphs).padStart(marks)}`;
}

/** The latest is the last. Where a test's id leaves no room for its message, its name has to do. */
export function failureRows({ state: { failures }, room }: Drawn): readonly Row[] {
  return failures.map(({ id, name, outcome, message }: EndedTest) => {
    const gist = gistOf(message);
    const why = gist === null ? "" : `: ${gist}`;
    const what = id.length + why.length > room ? name : id;
    return { label: outcome === "error" ? "error" : "failed", line: [plain(what, "bad"), plain(why)] };
  });
}

const LEVELS: Readonly<Record<Level, Tone>> = { INFO: "faint", WARNING: "doubtful", ERROR: "bad" };

export function logRows({ state: { log, end }, columns }: Drawn): readonly Row[] {
  if (end !== null) return [];
  return log.map(({ at, level, text }) => {
    const time = at.toISOString().slice(11, 19);
    const before = columns < WIDE ? `${time} ` : `[${time}] [${level}] `;
    const fits = before.length + text.length <= columns;
    const shown = fits ? text : text.replace(/^Scenario (?:\S*::)?/, "");
    return { label: null, line: [plain(before, LEVELS[level]), plain(shown)] };
  });
}

export function outputRows({ output, state: { end } }: Drawn): readonly Row[] {
  if (end !== null && end.verdict === "passed") return [];
  return output.map((text) => ({ label: "output", line: [plain(text)] }));
}
