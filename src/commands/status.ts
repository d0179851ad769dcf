import type { Repository } from "../adapters/git/repository.ts";
import type { Decision } from "../decision/decide.ts";
import type { InputChange } from "../judgement/changes.ts";
import { type MemoDetails, recallMemo } from "../judgement/memo.ts";
import type { Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { RecordedFacts, StaleSince } from "../recording/outcomes.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";

export interface StatusOptions {
  /** Judge this commit instead of the index. */
  readonly rev: string | null;
  /** Judge with this configuration instead of the tree's own. A path. */
  readonly config: string | null;
}

export interface StatusDocument {
  readonly schema: "gate/status@1";
  /** The commit that was judged; null: the index. */
  readonly revision: string | null;
  readonly suites: readonly SuiteStatus[];
  readonly problems: readonly Problem[];
}

export interface SuiteStatus {
  readonly name: string;
  readonly decision: Decision["kind"];
  /** Why; null where it is fresh. */
  readonly reason: string | null;
  readonly fingerprint: string;
  /** What the hash file in the tree says. */
  readonly recorded: string | null;
  readonly inputs: { readonly files: number };
  readonly changes: readonly InputChange[];
  readonly staleSince: StaleSince | null;
  readonly evidence: RecordedFacts | null;
  readonly problems: readonly Problem[];
}

/** The decision and its reason for every suite. Runs nothing and changes nothing. */
export async function status(context: Context, options: StatusOptions): Promise<Outcome<StatusDocument>> {
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: document(null, [], [opened.error]) };
  if (options.rev === null && options.config === null && opened.value.topLevel !== null) {
    const memo = await recallFully(opened.value);
    if (memo !== null) return { exit: 0, document: fromMemo(memo) };
  }
  const { judgeStatus } = await import("./status-judged.ts");
  return judgeStatus(context, opened.value, options);
}

async function recallFully(repository: Repository): Promise<Required<MemoDetails> | null> {
  const memo = await recallMemo(repository);
  return memo === null || memo.warnings === null ? null : memo;
}

function fromMemo({ suites, warnings }: MemoDetails): StatusDocument {
  const found = suites.map(({ name, fingerprint, files }) => ({
    name,
    decision: "fresh" as const,
    reason: null,
    fingerprint,
    recorded: fingerprint,
    inputs: { files },
    changes: [],
    staleSince: null,
    evidence: null,
    problems: (warnings ?? []).filter(({ suite }) => suite === name),
  }));
  return document(null, found, []);
}

export function document(
  revision: string | null,
  suites: readonly SuiteStatus[],
  problems: readonly Problem[],
): StatusDocument {
  return { schema: "gate/status@1", revision, suites, problems };
}
