import { join } from "node:path";
import { stateOfFile } from "../adapters/files/files.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { type Looked, type MemoDetails, recallMemo } from "../judgement/memo.ts";
import type { Outcome } from "../outcome.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";
import { type StatusDocument, type StatusOptions, statusDocument } from "./status-document.ts";

/** The decision and its reason for every suite. Runs nothing and changes nothing. */
export async function status(context: Context, options: StatusOptions): Promise<Outcome<StatusDocument>> {
  const memoAnswers = options.rev === null && options.config === null && !options.inputs;
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: statusDocument(null, [], [opened.error]) };
  const memo = memoAnswers ? await recallFully(opened.value) : null;
  if (memo !== null) return { exit: 0, document: fromMemo(memo) };
  const { judgeStatus } = await import("./status-judged.ts");
  return judgeStatus(context, opened.value, options);
}

/** null where gate.yaml on disk may be another one than is judged: whoever edited it is told. */
async function recallFully(repository: Repository): Promise<Remembered | null> {
  const { topLevel } = repository;
  const memo = topLevel === null ? null : await recallMemo(repository);
  if (topLevel === null || memo === null || memo.looked === null) return null;
  const { suites, looked } = memo;
  const now = stateOfFile(join(topLevel, CONFIGURATION_PATH));
  return now?.state === looked.configuration ? { suites, warnings: looked.warnings } : null;
}

type Remembered = Pick<MemoDetails, "suites"> & Pick<Looked, "warnings">;

function fromMemo({ suites, warnings }: Remembered): StatusDocument {
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
    lastRun: null,
    next: null,
    problems: warnings.filter(({ suite }) => suite === name),
  }));
  return statusDocument(null, found, []);
}
