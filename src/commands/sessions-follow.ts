import { setTimeout as delay } from "node:timers/promises";
import { DirectoryTail } from "../adapters/files/tail.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { PROGRESSION_LOG } from "../sessions/progression-log.ts";
import { sessionStates } from "../sessions/session-state.ts";
import { loadSession, type SessionFolder } from "../suite/session.ts";
import type { Context } from "./context.ts";
import { atWorkSince } from "./named-session.ts";

const EVERY_MS = 200;
const LONGEST_LINE = 1 << 20;
/** Of what there is already, so much is shown. */
const FIRST = 20;

/** Prints the progression log of a session as it grows, until its run has ended, was killed, or nobody wants more. */
export async function followSession(
  { print, abort }: Context,
  worktree: Worktree,
  folder: SessionFolder,
): Promise<void> {
  const tail = new DirectoryTail(folder.directory, PROGRESSION_LOG, LONGEST_LINE);
  let told = false;
  const news = (): readonly string[] => {
    const lines: string[] = [];
    while (tail.read((line) => lines.push(line))) {}
    if (lines.some((line) => line.includes("] Test Run ended: "))) told = true;
    return lines;
  };
  for (let shown = FIRST; !abort.aborted; shown = Number.POSITIVE_INFINITY) {
    const over = await isOver(worktree, folder, () => told);
    // what was written until it was over is read after that
    const lines = news().slice(-shown);
    if (lines.length > 0) print(lines.join("\n"));
    if (over) return;
    await delay(EVERY_MS, undefined, { signal: abort }).catch(() => undefined);
  }
}

/** Its last line comes after its end was noted, unless nobody is there to write it. */
async function isOver(worktree: Worktree, folder: SessionFolder, told: () => boolean): Promise<boolean> {
  const record = await loadSession(folder);
  if (record === null) return true;
  const since = await atWorkSince(worktree);
  const state = sessionStates([record], since).get(record.name);
  if (state === "running") return false;
  return state === "crashed" || told() || since === null;
}
