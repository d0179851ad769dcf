import { writeAtomically } from "../adapters/files/files.ts";
import { currentBranch } from "../adapters/git/remotes.ts";
import { resolveCommit } from "../adapters/git/trees.ts";
import { DomainResults } from "../sessions/domain-results.ts";
import { GpuLog } from "../sessions/gpu-log.ts";
import type { RunObserver } from "../sessions/happening.ts";
import { followEvents } from "../sessions/live-events.ts";
import { Narrator } from "../sessions/narrator.ts";
import { ProgressionLog } from "../sessions/progression-log.ts";
import { StepLogs } from "../sessions/step-logs.ts";
import { SYSTEM_INFO, systemInfo } from "../sessions/system-info.ts";
import { startGpuTelemetry } from "../suite/gpu-telemetry.ts";
import type { Verdict } from "../suite/results.ts";
import type { SessionFolder, SessionRecord } from "../suite/session.ts";
import type { Cleared } from "./preflight.ts";
import type { RunRequest } from "./request.ts";

/** What a session's directory tells of a run while it runs, and ever after. */
export interface LiveRun {
  /** The suite has ended: everything it said is written. */
  readonly suiteEnded: () => Promise<void>;
  /** Sentences about what could not be written. */
  readonly judged: (verdict: Verdict, reasons: readonly string[]) => readonly string[];
}

/** Begins to tell of a run, before it starts. What goes wrong here costs a file for people, never the run. */
export async function beginLiveRun(
  request: RunRequest,
  { gpus, traces }: Cleared,
  folder: SessionFolder,
  record: SessionRecord,
): Promise<LiveRun> {
  const { judged, surroundings } = request;
  const dirty = traces.map(({ path }) => path);
  const problems = await writeSystemInfo(request, folder, record, dirty);
  const narrator = new Narrator(observersIn(folder.directory));
  const run = { session: record.name, suite: judged.suite.name };
  narrator.tell({ kind: "run-started", at: new Date(record.started), run });
  narrator.flush();
  const following = followEvents(
    folder.events,
    (event) => narrator.event(event),
    () => narrator.flush(),
  );
  const telemetry =
    gpus.length === 0
      ? null
      : await startGpuTelemetry({
          env: surroundings.environment,
          mark: record.mark,
          take: (gpu) => narrator.tell({ kind: "gpu", at: surroundings.now(), gpu }),
        });
  return {
    suiteEnded: async () => {
      await Promise.all([following.stop(), telemetry?.stop()]);
    },
    judged: (verdict, reasons) => {
      narrator.tell({ kind: "run-ended", at: surroundings.now(), verdict, reason: reasons[0] ?? null });
      narrator.flush();
      return [...problems, ...narrator.finish()];
    },
  };
}

function observersIn(directory: string): readonly RunObserver[] {
  return [
    new ProgressionLog(directory),
    new DomainResults(directory),
    new StepLogs(directory),
    new GpuLog(directory),
  ];
}

async function writeSystemInfo(
  { worktree, tree, judged: { suite, inputs } }: RunRequest,
  { name, directory }: SessionFolder,
  { started, machine }: SessionRecord,
  dirty: readonly string[],
): Promise<readonly string[]> {
  try {
    const [commit, branch] = await Promise.all([resolveCommit(worktree, "HEAD"), currentBranch(worktree)]);
    const text = systemInfo({
      session: name,
      started,
      machine,
      git: { commit, branch, tree, dirty },
      suite: { name: suite.name, fingerprint: inputs.fingerprint },
      definition: suite.definition,
    });
    await writeAtomically(`${directory}/${SYSTEM_INFO}`, text);
    return [];
  } catch (error) {
    return [`${SYSTEM_INFO} was not written: ${error instanceof Error ? error.message : String(error)}`];
  }
}
