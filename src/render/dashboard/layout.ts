import type { Glyphs } from "./bars.ts";
import { fitted, harmless, widthOf } from "./display-width.ts";
import {
  type Drawn,
  domainRows,
  failureRows,
  gpuRows,
  headRows,
  type Line,
  logRows,
  machineRows,
  nowRows,
  outputRows,
  type Row,
  resultRows,
  serviceRows,
  timeRows,
  wholeRows,
} from "./panels.ts";
import type { DashboardState } from "./state.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

type Panel =
  | "head"
  | "machine"
  | "whole"
  | "domain"
  | "results"
  | "time"
  | "now"
  | "services"
  | "gpus"
  | "failures"
  | "log"
  | "output";

/** From the top to the bottom; a blank row comes before a group where there is room for it. */
const GROUPS: readonly (readonly Panel[])[] = [
  ["head", "machine"],
  ["whole", "domain", "results", "time", "now"],
  ["services", "gpus"],
  ["failures"],
  ["log"],
  ["output"],
];

const ROWS: Readonly<Record<Panel, (drawn: Drawn) => readonly Row[]>> = {
  head: headRows,
  machine: machineRows,
  whole: wholeRows,
  domain: domainRows,
  results: resultRows,
  time: timeRows,
  now: nowRows,
  services: serviceRows,
  gpus: gpuRows,
  failures: failureRows,
  log: logRows,
  output: outputRows,
};

/** What gets rows first when there are few, and how many in all by then. */
const WISHES: readonly (readonly [Panel, number])[] = [
  ["head", 1],
  ["whole", 1],
  ["now", 1],
  ["failures", 1],
  ["time", 1],
  ["domain", 1],
  ["services", 1],
  ["gpus", 1],
  ["log", 1],
  ["results", 1],
  ["machine", 1],
  ["services", 3],
  ["failures", 3],
  ["gpus", 4],
  ["log", 5],
  ["services", 8],
  ["log", 10],
  ["failures", 10],
  ["gpus", 16],
  ["output", 10],
];

/** Of a suite that tells nothing of its tests, its output is all there is to see. */
const WISHES_WITHOUT_TESTS: typeof WISHES = [...WISHES.slice(0, 11), ["output", 10], ...WISHES.slice(11)];

/** As many rows as that leave room for blank ones. */
const AIRY = 20;
const SHORT_LABELS = 7;
const LONG_LABELS = 12;

export interface Shown {
  readonly state: DashboardState;
  readonly now: Date;
  readonly output: readonly string[];
}

/** The screen as lines, none wider than it and fewer than its rows: the last is the cursor's. */
export function layout(shown: Shown, { columns, rows }: Size, glyphs: Glyphs): readonly Line[] {
  // the last column is left free: to write into it makes some terminals break the line
  const usable = Math.max(1, columns - 1);
  const labels = columns < 60 ? SHORT_LABELS : LONG_LABELS;
  const drawn = { ...shown, glyphs, columns: usable, room: Math.max(1, usable - labels - 1) };
  const panels: Panels = new Map(GROUPS.flat().map((panel) => [panel, ROWS[panel](drawn)]));
  const blanks = rows >= AIRY && shown.state.end === null;
  const groups = GROUPS.filter((group) => group.some((panel) => rowsOf(panels, panel).length > 0));
  const granted = grant(panels, Math.max(1, rows - 1) - (blanks ? groups.length - 1 : 0), shown.state);
  return groups.flatMap((group, index) => {
    const lines = group.flatMap((panel) => shownRows(rowsOf(panels, panel), granted.get(panel) ?? 0));
    const gap: Line[] = blanks && index > 0 && lines.length > 0 ? [[]] : [];
    return [...gap, ...lines.map((row) => lineOf(row, usable, labels, glyphs))];
  });
}

type Panels = ReadonlyMap<Panel, readonly Row[]>;

const rowsOf = (panels: Panels, panel: Panel) => panels.get(panel) ?? [];

function grant(panels: Panels, rows: number, { whole }: DashboardState): ReadonlyMap<Panel, number> {
  const granted = new Map<Panel, number>();
  let left = rows;
  for (const [panel, wish] of whole.planned + whole.ended === 0 ? WISHES_WITHOUT_TESTS : WISHES) {
    const had = granted.get(panel) ?? 0;
    const more = Math.min(left, Math.max(0, Math.min(wish, rowsOf(panels, panel).length) - had));
    granted.set(panel, had + more);
    left -= more;
  }
  return granted;
}

/** The last ones are the latest. What is left out is counted where there is room for that. */
function shownRows(rows: readonly Row[], room: number): readonly Row[] {
  const left = rows.length - room;
  const [first] = rows;
  if (left <= 0 || first === undefined || room <= 0)
    return rows.slice(rows.length - Math.min(room, rows.length));
  if (first.label === null || first.label === "output") return rows.slice(-room);
  if (room < 2) {
    return rows
      .slice(-1)
      .map((row) => ({ ...row, line: [{ text: `+${left} `, tone: "faint" }, ...row.line] }));
  }
  const more: Row = { label: first.label, line: [{ text: `${left + 1} more`, tone: "faint" }] };
  return [more, ...rows.slice(1 - room)];
}

function lineOf({ label, line }: Row, columns: number, labels: number, { ellipsis }: Glyphs): Line {
  const name = label === null ? "" : padded(fitted(harmless(label), labels, ellipsis), labels + 1);
  const before = fitted(name, columns, ellipsis);
  const cut: { text: string; tone: Line[number]["tone"] }[] = [{ text: before, tone: "faint" }];
  let room = columns - widthOf(before);
  for (const { text, tone } of line) {
    const whole = harmless(text);
    const shown = fitted(whole, room, ellipsis);
    cut.push({ text: shown, tone });
    if (shown !== whole) break;
    room -= widthOf(shown);
  }
  return cut.filter(({ text }) => text !== "");
}

const padded = (text: string, columns: number) => text + " ".repeat(Math.max(0, columns - widthOf(text)));
