import { type Problem, problem, warning } from "../problem.ts";
import { summarise } from "../sessions/summary-file.ts";
import {
  loadSession,
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
} from "../suite/session.ts";
import { wasCutShort } from "../suite/session-parts.ts";
import { acceptSession } from "./accept-session.ts";
import { readSession } from "./read-session.ts";
import type { RunRequest } from "./request.ts";
import { planResumption, type Resumption } from "./resume-plan.ts";
import { resumeSession } from "./resume-session.ts";
import { refused, type Settled } from "./reuse.ts";
import { runAndAccept } from "./run-and-accept.ts";
import type { Announce } from "./settle-suite.ts";

/**
 * `gate run --from`: finishes a session that was refused after its suite had ended, without running anything; or
 * runs what had not ended of one that was cut short.
 */
export async function finishSession(request: RunRequest, name: string, announce: Announce): Promise<Settled> {
  const { worktree, judged } = request;
  const { suite, inputs } = judged;
  const folder = sessionFolder(worktree.topLevel, name);
  const record = await loadSession(folder);
  const refuse = (message: string, hint: string) =>
    notUsable(suite.name, problem("session-unusable", message, { suite: suite.name, hint }));
  if (record === null) return refuse(`session ${name} cannot be read.`, `gate run ${suite.name}`);
  if (record.fingerprint !== inputs.fingerprint) {
    return refuse(
      `session ${name} is of other sources than those staged now.`,
      `Stage what it was run on (a refused git commit -a has staged nothing), or run anew:  gate run ${suite.name}`,
    );
  }
  const { ended } = record;
  const [moved] = ended?.moved ?? [];
  if (moved !== undefined)
    return refuse(`${moved} changed while session ${name} ran.`, `gate run ${suite.name}`);
  if (ended === null || wasCutShort(ended.end, true)) return resume(request, folder, record, announce);
  return finish(request, folder, { ...record, ended }, announce);
}

/** The suite ended by itself: it has said all, or died in the middle. */
async function finish(
  request: RunRequest,
  folder: SessionFolder,
  record: SessionRecord & { readonly ended: SessionEnd },
  announce: Announce,
): Promise<Settled> {
  const { worktree, judged } = request;
  const { suite } = judged;
  const session = await readSession(worktree, suite, folder, record, Date.parse(record.ended.time));
  const problems = [...session.problems, ...leaksOf(request, record.ended.leaked)];
  let { canResume } = session;
  const isWhole = suite.results !== null || (session.results?.complete ?? true);
  if (wasCutShort(record.ended.end, isWhole)) {
    const plan = await planResumption(request, folder, session.record);
    if (plan.ok) return runRest(request, plan.value, announce);
    problems.push(plan.error);
    canResume = false;
  } else if (session.judgement.verdict !== "passed" && session.problems.length === 0) {
    problems.push(
      problem(
        "session-unusable",
        `session ${record.name} came to its end: there is nothing left of it to run.`,
        {
          suite: suite.name,
          hint: `gate run ${suite.name}`,
        },
      ),
    );
  }
  const unwritten = await summarise(folder, session.record, "ended");
  problems.push(...unwritten.map((what) => warning("disk-full", what, { suite: suite.name })));
  return acceptSession(request, { ...session, problems, canResume });
}

async function resume(
  request: RunRequest,
  folder: SessionFolder,
  record: SessionRecord,
  announce: Announce,
): Promise<Settled> {
  const plan = await planResumption(request, folder, record);
  return plan.ok ? runRest(request, plan.value, announce) : notUsable(request.judged.suite.name, plan.error);
}

function runRest(request: RunRequest, plan: Resumption, announce: Announce): Promise<Settled> {
  const { name: suite, run: command } = request.judged.suite;
  const leaked = plan.parts.flatMap(({ ended }) => ended?.leaked ?? []);
  return runAndAccept(
    request,
    () => announce({ suite, command, why: whatIsKept(plan) }),
    async (cleared) => {
      const session = await resumeSession(request, cleared, plan);
      return { ...session, problems: [...leaksOf(request, leaked), ...session.problems] };
    },
  );
}

function whatIsKept({ record, ended, known }: Resumption): string {
  const bad = ended.filter(({ outcome }) => outcome === "failed" || outcome === "error").length;
  const but = bad === 0 ? "" : ` (${bad} of them failed, and ${bad === 1 ? "stays" : "stay"} so)`;
  return `resuming ${record.name}: ${ended.length} of ${known} tests have ended${but}`;
}

function leaksOf({ judged: { suite } }: RunRequest, paths: readonly string[]): readonly Problem[] {
  if (suite.leaks !== "error") return [];
  return paths.map((path) =>
    problem("leaked-files", `the run left ${path}.`, {
      path,
      suite: suite.name,
      hint: "Let the suite write to a temporary directory.",
    }),
  );
}

function notUsable(suite: string, cause: Problem): Settled {
  return { outcome: refused(suite, [cause]), attached: null };
}
