import type { Repository } from "../adapters/git/repository.ts";
import { type MemoDetails, recallMemo } from "../judgement/memo.ts";
import type { Outcome } from "../outcome.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";
import { type StatusDocument, type StatusOptions, statusDocument } from "./status-document.ts";

/** The decision and its reason for every suite. Runs nothing and changes nothing. */
export async function status(context: Context, options: StatusOptions): Promise<Outcome<StatusDocument>> {
  const memoAnswers = options.rev === null && options.config === null && !options.inputs;
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: statusDocument(null, [], [opened.error]) };
  if (memoAnswers && opened.value.topLevel !== null) {
    const memo = await recallFully(opened.value);
    if (memo !== null) return { exit: 0, document: fromMemo(memo) };
  }
  const { judgeStatus } = await import("./status-judged.ts");
  return judgeStatus(context, opened.value, options);
}

async function recallFully(repository: Repository): Promise<MemoDetails | null> {
  const memo = await recallMemo(repository);
  return memo === null || memo.warnings === null ? null : memo;
}

function fromMemo({ suites, warnings }: MemoDetails): StatusDocument {
  const found = suites.map(({ name, fingerprint, files, recorded }) => ({
    name,
    decision: "fresh" as const,
    reason: null,
    fingerprint,
    recorded: fingerprint,
    inputs: { files },
    changes: [],
    staleSince: null,
    evidence: recorded,
    next: null,
    problems: (warnings ?? []).filter(({ suite }) => suite === name),
  }));
  return statusDocument(null, found, []);
}
