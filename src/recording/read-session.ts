import { ranOutOfSpace } from "../adapters/git/command.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { usageComplaint } from "../suite/complaint.ts";
import { NOTHING_OBSERVED, type Observations } from "../suite/observations.ts";
import type { SuiteResults } from "../suite/results.ts";
import { type SessionEnd, type SessionFolder, type SessionRecord, saveSession } from "../suite/session.ts";
import { countTests, drawVerdict, type Judgement } from "../suite/verdict.ts";
import { collectLogs } from "./collect-logs.ts";
import { keepResults, readResults } from "./read-results.ts";

/** A session that has come to its end, whatever that was. */
export interface FinishedSession {
  readonly folder: SessionFolder;
  readonly record: SessionRecord & { readonly ended: SessionEnd };
  readonly results: SuiteResults | null;
  readonly observed: Observations;
  readonly judgement: Judgement;
  /** What speaks against accepting it, besides its verdict, and what is only worth saying. */
  readonly problems: readonly Problem[];
}

/**
 * Reads what the run left, and draws the verdict: the same one when asked again. What lies outside the
 * session is copied into it first, as far as it is older than `until`. On a full disk nothing is lost.
 */
export async function readSession(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  record: FinishedSession["record"],
  until: number,
): Promise<FinishedSession> {
  const { ended } = record;
  try {
    if (!ended.collected) {
      const time = { from: Date.parse(record.started), to: until };
      await keepResults(worktree, suite, folder, time);
      await collectLogs(suite, folder, worktree.topLevel, time);
    }
    const { results, observed, judgement } = await judgeSession(worktree, suite, folder, record);
    const { verdict, reasons } = judgement;
    const read = { ...record, ended: { ...ended, verdict, reasons, collected: true } };
    await saveSession(folder, read);
    return { folder, record: read, results, observed, judgement, problems: [] };
  } catch (error) {
    if (!ranOutOfSpace(error)) throw error;
    const { verdict, reasons } = ended;
    const judgement = { verdict, reasons, counts: countTests([]), objections: [], idle: [] };
    return {
      folder,
      record,
      results: null,
      observed: NOTHING_OBSERVED,
      judgement,
      problems: [noSpace(suite.name, folder.name)],
    };
  }
}

/** There is room for nothing more; the session has what there is. */
export function noSpace(suite: string, session: string): Problem {
  return problem("disk-full", "the disk is full.", {
    suite,
    hint: `Nothing is lost and nothing has to be run again. Make room, then:  gate run --from ${session}`,
  });
}

async function judgeSession(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  { command, started, ended: { end, outOfMemory } }: FinishedSession["record"],
): Promise<Pick<FinishedSession, "results" | "observed" | "judgement">> {
  const { results: read, observed } = await readResults(worktree, suite, folder);
  const complaint = await usageComplaint(end, folder.output);
  const run = { command, end, outOfMemory, complaint, suite, at: new Date(started) };
  const judgement = read.ok
    ? drawVerdict({ ...run, results: read.value })
    : drawVerdict({ ...run, results: null, absence: read.error.message });
  return { results: judgement.results, observed, judgement };
}
