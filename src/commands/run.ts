import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { configurationOnDisk } from "../recording/configuration-on-disk.ts";
import type { RunRequest } from "../recording/request.ts";
import type { Settled } from "../recording/reuse.ts";
import { judgeIndex, settleIndexSuites } from "../recording/settle-index.ts";
import { type Announce, settleOnRequest } from "../recording/settle-suite.ts";
import { withLock } from "../recording/with-lock.ts";
import { err, ok, type Result } from "../result.ts";
import { loadSession, sessionFolder } from "../suite/session.ts";
import type { Context } from "./context.ts";
import { namedSession, withoutRecord } from "./named-session.ts";
import { openWorktree } from "./open.ts";
import { outcomesDocument, type RunDocument, refusedDocument } from "./run-document.ts";
import { announceTo, surroundingsOf, waitingOf } from "./surroundings.ts";

export interface RunOptions {
  /** null: every suite. */
  readonly suite: string | null;
  readonly force: boolean;
  /** A session to finish or to resume instead of starting one: its name, or a path that ends in it. */
  readonly from: string | null;
}

/** Runs suites now, before the commit, and stages their reports. */
export async function run(context: Context, options: RunOptions): Promise<Outcome<RunDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refusedDocument([opened.error]);
  const worktree = opened.value;
  const chosen = await chooseSuite(worktree, options);
  if (!chosen.ok) return refusedDocument(chosen.error);
  const { suite, session, tree } = chosen.value;
  // Said before a run that takes minutes, not after it.
  for (const { message, hint } of (await configurationOnDisk(worktree, tree)).problems)
    context.say(`gate  ${message} ${hint ?? ""}`);
  const announce = announceTo(context);
  const settled = await withLock(worktree, "gate run", waitingOf(context), () =>
    settleIndexSuites(worktree, surroundingsOf(context), suite, (request) =>
      session === null
        ? settleOnRequest(request, options.force, announce)
        : finish(request, session, announce),
    ),
  );
  if (!settled.ok) return refusedDocument([settled.error]);
  return settled.value.ok
    ? outcomesDocument(settled.value.value.outcomes)
    : refusedDocument(settled.value.error);
}

/** What it needs is loaded where somebody asks for it. */
async function finish(request: RunRequest, session: string, announce: Announce): Promise<Settled> {
  const { finishSession } = await import("../recording/finish-session.ts");
  return finishSession(request, session, announce);
}

interface Choice {
  readonly suite: string | null;
  readonly session: string | null;
  /** Of the index. */
  readonly tree: TreeId;
}

async function chooseSuite(
  worktree: Worktree,
  { suite, from }: RunOptions,
): Promise<Result<Choice, readonly Problem[]>> {
  const judged = await judgeIndex(worktree);
  if (!judged.ok) return judged;
  if (judged.value === null) return err([noConfiguration()]);
  const { tree, suites } = judged.value;
  const names = suites.map((one) => one.suite.name);
  if (from !== null) {
    const choice = await sessionChoice(worktree, from, suite, names);
    return choice.ok ? ok({ ...choice.value, tree }) : choice;
  }
  if (suite === null || names.includes(suite)) return ok({ suite, session: null, tree });
  return err([noSuite(suite, names)]);
}

export function noSuite(suite: string, names: readonly string[]): Problem {
  return problem("usage", `there is no suite ${suite}.`, {
    hint: `Name one of gate.yaml's:  gate run ${names.join(" | ")}`,
  });
}

async function sessionChoice(
  worktree: Worktree,
  from: string,
  suite: string | null,
  suites: readonly string[],
): Promise<Result<Omit<Choice, "tree">, readonly Problem[]>> {
  const named = await namedSession(worktree, from);
  if (!named.ok) return err([named.error]);
  const name = named.value;
  const refuse = (message: string, hint: string) => err([problem("session-unusable", message, { hint })]);
  const folder = sessionFolder(worktree.topLevel, name);
  const record = await loadSession(folder);
  if (record === null) return err([await withoutRecord(folder)]);
  if (suite !== null && record.suite !== suite) {
    return refuse(
      `session ${name} is one of suite ${record.suite}.`,
      `Finish it under its own name:  gate run ${record.suite} --from ${name}`,
    );
  }
  if (!suites.includes(record.suite)) {
    return refuse(
      `session ${name} is one of suite ${record.suite}, which gate.yaml does not have.`,
      `Name a session of ${suites.join(" or ")}, or run it anew:  gate run`,
    );
  }
  return ok({ suite: record.suite, session: name });
}

export function noConfiguration(): Problem {
  return problem("config-missing", `there is no ${CONFIGURATION_PATH} among the staged files.`, {
    path: CONFIGURATION_PATH,
    hint: "Write one:  gate init,  or stage yours:  git add gate.yaml",
  });
}
