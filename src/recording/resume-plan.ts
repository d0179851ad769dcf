import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileStamp, listDirectory } from "../adapters/files/files.ts";
import { marksInUse } from "../adapters/process/marks.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { gpusFor } from "../suite/gpu.ts";
import { type MachineFacts, machineFacts } from "../suite/machine.ts";
import type { TestResult } from "../suite/results.ts";
import { partFolder, type SessionFolder, type SessionPart, type SessionRecord } from "../suite/session.ts";
import { endedBetweenTests, KILLED, partsOf } from "../suite/session-parts.ts";
import { readResults } from "./read-results.ts";
import type { RunRequest } from "./request.ts";
import { inputsWrittenSince } from "./worktree.ts";

/** A session that was cut short, and what of it holds. */
export interface Resumption {
  readonly folder: SessionFolder;
  readonly record: SessionRecord;
  /** All of them have ended. */
  readonly parts: readonly SessionPart[];
  readonly ended: readonly Pick<TestResult, "id" | "outcome">[];
  /** The tests that are known of, those that have ended among them. */
  readonly known: number;
}

/** Until whoever watches over the processes of a killed gate has ended them. */
const LAST_WAIT_MS = 10_000;
const POLL_MS = 100;

/** Whether what is left of a session can be run, and why not. */
export async function planResumption(
  request: RunRequest,
  folder: SessionFolder,
  record: SessionRecord,
): Promise<Result<Resumption, Problem>> {
  const { suite } = request.judged;
  const began = partsOf(record);
  const obstacle = await obstacleTo(request, record, began);
  const kept =
    obstacle === null
      ? await keptResults(request, folder, record, await allEnded(began, folder))
      : err(obstacle);
  if (kept.ok) return ok({ folder, record, ...kept.value });
  return err(
    problem("session-unusable", `session ${record.name} cannot be resumed: ${kept.error}.`, {
      suite: suite.name,
      hint: `Run all of it anew:  gate run ${suite.name}`,
    }),
  );
}

/** What speaks against it whatever its tests did: the end of a sentence, or null. */
async function obstacleTo(
  request: RunRequest,
  record: SessionRecord,
  parts: readonly SessionPart[],
): Promise<string | null> {
  const { results } = request.judged.suite;
  if (results !== null) return `the runner writes ${results} only when all tests have ended`;
  if (!(await areGone(parts))) return "processes of it are still running";
  const [touched] = await inputsWrittenSince(request, record.started);
  if (touched !== undefined) return `${touched} was written after it had begun`;
  return otherMachine(request, record.machine);
}

/** What the parts said, as if the next one had begun: they were all cut short. */
async function keptResults(
  request: RunRequest,
  folder: SessionFolder,
  record: SessionRecord,
  parts: readonly SessionPart[],
): Promise<Result<Pick<Resumption, "parts" | "ended" | "known">, string>> {
  const { worktree, judged } = request;
  const next: SessionPart = { mark: "", started: "", ended: null };
  const { results, mains } = await readResults(worktree, judged.suite, folder, [...parts, next]);
  const tests = results.ok ? results.value.tests : [];
  const ended = tests.filter(({ outcome }) => outcome !== null);
  if (!results.ok || ended.length === 0) return err("no test of it had ended");
  if (ended.length === tests.length)
    return err("all of its tests had ended, and nobody saw the suite come to its own end");
  const unable = mains.find(({ resumes }) => resumes !== true);
  if (unable !== undefined)
    return err(`${unable.runner.name} cannot be told to leave out the tests that have ended`);
  const [doubt] = results.value.doubts;
  if (doubt !== undefined) return err(`what it left is not whole (${doubt.replace(/\.$/, "")})`);
  const namesake = tests.find(({ id }) => / #\d+$/.test(id));
  if (namesake !== undefined) return err(`nobody can tell ${namesake.id} from its namesake`);
  const between = await endedBetween(request, folder, record, parts);
  return between === null ? ok({ parts, ended, known: tests.length }) : err(between);
}

/** What ended a suite between two tests the rest would not meet again. */
async function endedBetween(
  { worktree, judged }: RunRequest,
  folder: SessionFolder,
  { ended }: SessionRecord,
  parts: readonly SessionPart[],
): Promise<string | null> {
  if (ended === null) return null;
  const { results } = await readResults(worktree, judged.suite, folder, parts);
  const isBetween = results.ok && endedBetweenTests(ended, results.value.tests);
  return isBetween
    ? "the suite ended by itself while no test ran, and the rest would not meet that again"
    : null;
}

/** A part that gate was killed in ended when it last said something. */
function allEnded(parts: readonly SessionPart[], folder: SessionFolder): Promise<readonly SessionPart[]> {
  return Promise.all(
    parts.map(async (part, index) =>
      part.ended === null ? killed(part, await lastSign(partFolder(folder, index + 1))) : part,
    ),
  );
}

/** Whether nothing runs any more that the parts started. */
async function areGone(parts: readonly SessionPart[]): Promise<boolean> {
  const marks = parts.map(({ mark }) => mark);
  for (let waited = 0; ; waited += POLL_MS) {
    const left = marksInUse(marks)?.size ?? 0;
    if (left === 0 || waited >= LAST_WAIT_MS) return left === 0;
    await delay(POLL_MS);
  }
}

/** One that had said nothing yet ended as it began. */
function killed(part: SessionPart, lastSignMs: number): SessionPart {
  const startedMs = Date.parse(part.started);
  const durationMs = Math.max(0, lastSignMs - startedMs);
  const time = new Date(startedMs + durationMs).toISOString();
  return { ...part, ended: { time, durationMs, end: KILLED, outOfMemory: null, leaked: [] } };
}

/** When somebody last wrote what a part said; 0 where nobody did. */
async function lastSign({ output, events }: SessionFolder): Promise<number> {
  const files = [output, ...(await listDirectory(events)).map((name) => join(events, name))];
  const stamps = await Promise.all(files.map((file) => fileStamp(file)));
  return Math.max(0, ...stamps.map((stamp) => Math.floor(stamp?.modifiedMs ?? 0)));
}

/** Parts of one run on two machines would be a run on neither. */
async function otherMachine(
  { judged, surroundings }: RunRequest,
  before: MachineFacts,
): Promise<string | null> {
  const gpus = await gpusFor(judged.suite, surroundings.environment);
  const now = machineFacts(gpus.ok ? gpus.value : []);
  if (describe(now) === describe(before)) return null;
  return `it began on ${describe(before)}, and this is ${describe(now)}`;
}

function describe({ os, cpus, node, gpus }: MachineFacts): string {
  const named = [...new Set(gpus.map(({ name, driver }) => `${name} with driver ${driver}`))].toSorted();
  return [`${os} with ${cpus} CPUs and Node ${node}`, ...named].join(", ");
}
