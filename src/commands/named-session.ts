import leven from "leven";
import { inspectLock } from "../adapters/files/lock.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { placesOf } from "../evidence/places.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import {
  isRedPhase,
  isSessionName,
  type SessionFolder,
  sessionNames,
  sessionPath,
} from "../suite/session.ts";

/** A session as people name it: its name, a path that ends in it, or nothing for the newest one. */
export async function namedSession(
  { topLevel }: Worktree,
  named: string | null,
): Promise<Result<string, Problem>> {
  const names = await sessionNames(topLevel);
  const newest = names.at(-1);
  if (newest === undefined) {
    return err(problem("usage", "there is no session here yet.", { hint: "Run a suite:  gate run" }));
  }
  if (named === null) return ok(newest);
  const name = named.replace(/\/+$/, "").split("/").at(-1) ?? named;
  if (names.includes(name)) return ok(name);
  const message = isSessionName(name)
    ? `there is no session ${name}.`
    : `${named} is no session; they are named RUN_YYYYMMDD_HHMMSS.`;
  const meant = nearest(name, names);
  const offer = meant === null ? `The newest is ${newest}.` : `Did you mean ${meant}?`;
  return err(problem("usage", message, { hint: `${offer} All:  gate sessions` }));
}

/** Why a session that is there has no record that can be read: it is a red phase, or its record is damaged. */
export async function withoutRecord(folder: SessionFolder): Promise<Problem> {
  const { name } = folder;
  const place = sessionPath(name);
  const say = (message: string, hint: string) => problem("session-unusable", message, { path: place, hint });
  if (await isRedPhase(folder))
    return say(`${name} is a red phase, and no run of a suite.`, `What it saw:  ${place}/red/summary.md`);
  return say(`session.json of ${name} cannot be read.`, `Its other files may still tell:  ls ${place}`);
}

/** What differs in more is another name. */
const TYPING_ERRORS = 6;

function nearest(name: string, names: readonly string[]): string | null {
  const [first] = names
    .map((one) => ({ one, distance: leven(name, one) }))
    .toSorted((left, right) => left.distance - right.distance);
  return first === undefined || first.distance > TYPING_ERRORS ? null : first.one;
}

/** Since when a gate is at work in a worktree (RFC 3339); null where none is. */
export async function atWorkSince(worktree: Worktree): Promise<string | null> {
  const lock = await inspectLock(placesOf(worktree).lock);
  return lock?.alive ? lock.holder.since : null;
}
