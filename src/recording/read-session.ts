import { ranOutOfSpace } from "../adapters/git/command.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { peakOf, readMemorySamples } from "../sessions/peak-memory.ts";
import { usageComplaint } from "../suite/complaint.ts";
import { NOTHING_OBSERVED, type Observations } from "../suite/observations.ts";
import type { SuiteResults } from "../suite/results.ts";
import {
  partFolder,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  saveSession,
} from "../suite/session.ts";
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
  /** Whether its runners leave out what has ended, so that the rest can be run later. */
  readonly canResume: boolean;
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
      const { parts = [] } = record;
      const time = { from: Date.parse(parts.at(-1)?.started ?? record.started), to: until };
      await keepResults(worktree, suite, folder, time);
      await collectLogs(suite, partFolder(folder, Math.max(parts.length, 1)), worktree.topLevel, time);
    }
    const judged = await judgeSession(worktree, suite, folder, record);
    const { results, observed, canResume, problems } = judged;
    const judgement = ended.diskFull === true ? onFullDisk(judged.judgement) : judged.judgement;
    const { verdict, reasons, counts } = judgement;
    const read = {
      ...record,
      ended: {
        ...ended,
        verdict,
        reasons,
        collected: true,
        ...(results === null ? {} : { tests: counts }),
        ...judgedIn(results),
        ...(await peakIn(folder)),
      },
    };
    await saveSession(folder, read);
    return { folder, record: read, results, observed, judgement, canResume, problems };
  } catch (error) {
    if (!ranOutOfSpace(error)) throw error;
    const { verdict, reasons } = ended;
    const judgement = { verdict, reasons, counts: countTests([]), objections: [], idle: [] };
    return {
      folder,
      record,
      results: null,
      observed: NOTHING_OBSERVED,
      canResume: false,
      judgement,
      problems: [noSpace(suite.name, folder.name)],
    };
  }
}

/** The runner knows nothing of what gate.yaml expects to fail, and of an earlier part that died under a test. */
function judgedIn(results: SuiteResults | null): Pick<SessionEnd, "judged"> {
  const judged = (results?.tests ?? []).flatMap(({ id, outcome, resumed }) =>
    outcome === "xfailed" || (outcome === "flaky" && resumed !== undefined) ? [[id, outcome] as const] : [],
  );
  return judged.length === 0 ? {} : { judged: Object.fromEntries(judged) };
}

async function peakIn({ directory }: SessionFolder): Promise<Pick<SessionEnd, "peakVramMiB">> {
  const peakVramMiB = peakOf(await readMemorySamples(directory));
  return peakVramMiB === null ? {} : { peakVramMiB };
}

/** Whatever did not pass then may have failed for want of room. */
function onFullDisk(judgement: Judgement): Judgement {
  if (judgement.verdict === "passed") return judgement;
  return { ...judgement, reasons: ["The disk was full when the suite had ended.", ...judgement.reasons] };
}

/** There is room for nothing more; the session has what there is. */
export function noSpace(suite: string, session: string): Problem {
  return problem("disk-full", "the disk is full.", {
    suite,
    hint: `The session has what was written. Make room, then go on from there:  gate run --from ${session}`,
  });
}

async function judgeSession(
  worktree: Worktree,
  suite: Suite,
  folder: SessionFolder,
  { command, started, parts = [], ended: { end, outOfMemory } }: FinishedSession["record"],
): Promise<Pick<FinishedSession, "results" | "observed" | "judgement" | "canResume" | "problems">> {
  const { results: read, observed, mains, idleLogs } = await readResults(worktree, suite, folder, parts);
  const lastPart = Math.max(parts.length, 1);
  const complaint = await usageComplaint(end, partFolder(folder, lastPart).output);
  const run = { command, end, outOfMemory, complaint, suite, at: new Date(started), lastPart };
  const judgement = read.ok
    ? drawVerdict({ ...run, results: read.value })
    : drawVerdict({ ...run, results: null, absence: read.error.message });
  const canResume = suite.results === null && mains.every(({ resumes }) => resumes === true);
  // Where tests fail, their logs may be missing for that.
  const problems = judgement.verdict === "passed" ? idleLogs.map((glob) => noSuchLog(suite.name, glob)) : [];
  return { results: judgement.results, observed, judgement, canResume, problems };
}

function noSuchLog(suite: string, glob: string): Problem {
  return warning("pattern-matches-nothing", `logs: "${glob}" matches no file that the run wrote.`, {
    path: CONFIGURATION_PATH,
    suite,
    hint: 'Correct it: a pattern counts from the top of the repository, and matches at every depth with **/ before it:  "**/*.log"',
  });
}
