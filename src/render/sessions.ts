import type { SessionsDocument } from "../commands/sessions-document.ts";
import { minutes } from "../judgement/sentences.ts";
import { sizeText } from "../sessions/amounts.ts";
import type { ListedSession } from "../sessions/session-list.ts";
import type { TestCounts } from "../suite/verdict.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

/** The table of `gate sessions`, newest first. */
export function renderSessions(document: SessionsDocument): string {
  const { sessions, suite, problems } = singleLined(document);
  const found = sessions.length === 0 && problems.length === 0 ? [nothingFound(suite)] : [];
  const complaints = problems.length === 0 ? [] : [renderProblems(problems)];
  return [...tableOf(sessions), ...found, ...complaints].join("\n");
}

function nothingFound(suite: string | null): string {
  return `no session${suite === null ? "" : ` of ${suite}`} here yet.\n      next: gate run${suite === null ? "" : ` ${suite}`}`;
}

interface Column {
  readonly head: string;
  readonly of: (session: ListedSession) => string;
  readonly right?: true;
}

const COLUMNS: readonly Column[] = [
  { head: "session", of: ({ name }) => name },
  { head: "suite", of: ({ suite }) => suite ?? "?" },
  { head: "verdict", of: standing },
  {
    head: "duration",
    of: ({ durationMs }) => (durationMs === null ? "" : minutes(durationMs)),
    right: true,
  },
  { head: "tests", of: ({ tests }) => (tests === null ? "?" : passed(tests)), right: true },
  {
    head: "peak VRAM",
    of: ({ peakVramMiB }) => (peakVramMiB === null ? "" : sizeText(peakVramMiB * 2 ** 20)),
    right: true,
  },
  { head: "size", of: ({ bytes }) => sizeText(bytes), right: true },
  { head: "archive", of: ({ archived }) => (archived ? "yes" : "") },
];

/** Columns that no session has anything in are left out. */
function tableOf(sessions: readonly ListedSession[]): readonly string[] {
  if (sessions.length === 0) return [];
  const columns = COLUMNS.map(({ head, of, right }) => ({
    cells: [head, ...sessions.map(of)],
    right,
  })).filter(({ cells }) => cells.slice(1).some((cell) => cell !== ""));
  const widths = columns.map(({ cells }) => Math.max(...cells.map((cell) => cell.length)));
  return ["", ...sessions].map((_, row) =>
    columns
      .map(({ cells, right }, index) => {
        const cell = cells[row] ?? "";
        return right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
}

function standing({ state, verdict, disturbed }: ListedSession): string {
  if (state !== "ended") return state;
  return `${verdict ?? "?"}${disturbed ? ", disturbed" : ""}`;
}

/** What did not fail: `22/22 passed`. */
function passed({ total, passed: plain, xfailed, xpassed, flaky }: TestCounts): string {
  return `${plain + xfailed + xpassed + flaky}/${total} passed`;
}
