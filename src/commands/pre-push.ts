import type { CommitHeader } from "../adapters/git/commit-header.ts";
import { commitHeader } from "../adapters/git/history.ts";
import { ownSetting } from "../adapters/git/own-settings.ts";
import { newestAtRemotes, newestBefore, remotesHaveNothing } from "../adapters/git/remote-history.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { pathsPresent } from "../adapters/git/tree-objects.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import { findElsewhere } from "../judgement/facts.ts";
import { judgeTree } from "../judgement/judge.ts";
import type { Outcome } from "../outcome.ts";
import { type Problem, warning } from "../problem.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";
import { frameworkUpdates, type PushedUpdate, parseUpdates } from "./pushed-updates.ts";
import { verifyHere } from "./verify.ts";
import { unjudged, type VerifyDocument } from "./verify-document.ts";

/** What becomes of a push without its evidence: `git config gate.prePush`. */
export type PushMode = "warn" | "refuse" | "off";

export interface PrePushDocument {
  readonly schema: "gate/pre-push@1";
  readonly ok: boolean;
  readonly mode: PushMode;
  /** Commits that are about to leave, each once, however many references lead to it. */
  readonly tips: readonly PushedTip[];
  readonly problems: readonly Problem[];
}

export interface PushedTip {
  /** What the references will be called at the remote. */
  readonly references: readonly string[];
  readonly verification: VerifyDocument;
  /** Suites whose evidence for just these inputs lies here already, and needs to be attached only. */
  readonly attachable: readonly string[];
}

/** Verifies the commits that are about to leave this machine. Executes nothing from them. */
export async function prePush(context: Context): Promise<Outcome<PrePushDocument>> {
  const told = parseUpdates(await context.input());
  const opened = await openHere(context);
  if (!opened.ok) return outcome("warn", [], [opened.error]);
  const repository = opened.value;
  const setting = await modeOf(repository);
  if (setting.mode === "off") return outcome("off", [], []);
  const updates = told.length > 0 ? told : await frameworkUpdates(repository, context.environment);
  const tips: PushedTip[] = [];
  for (const { commit, updates: led } of await distinctTips(repository, updates)) {
    const [present] = await pathsPresent(repository, commit.tree, [CONFIGURATION_PATH]);
    if (present) tips.push(await verifyTip(repository, commit, led));
  }
  return outcome(setting.mode, tips, setting.problems);
}

function outcome(
  mode: PushMode,
  tips: readonly PushedTip[],
  problems: readonly Problem[],
): Outcome<PrePushDocument> {
  const ok = tips.every(({ verification }) => verification.ok);
  return {
    exit: ok || mode !== "refuse" ? 0 : 1,
    document: { schema: "gate/pre-push@1", ok, mode, tips, problems },
  };
}

/** Somebody who wrote anything else than the three words did not mean a mere warning. */
async function modeOf(
  repository: Repository,
): Promise<{ readonly mode: PushMode; readonly problems: readonly Problem[] }> {
  const value = (await ownSetting(repository, "gate.prePush"))?.value ?? "warn";
  if (value === "warn" || value === "refuse" || value === "off") return { mode: value, problems: [] };
  const message = `git config gate.prePush is "${value}", which is taken for refuse.`;
  const hint = "git config gate.prePush refuse   (or warn, or off)";
  return { mode: "refuse", problems: [warning("usage", message, { hint })] };
}

interface Tip {
  readonly commit: CommitHeader;
  readonly updates: readonly [PushedUpdate, ...PushedUpdate[]];
}

/** Tags are peeled; what leads to no commit has no sources to judge. */
async function distinctTips(
  repository: Repository,
  updates: readonly PushedUpdate[],
): Promise<readonly Tip[]> {
  const tips = new Map<string, Tip>();
  for (const update of updates) {
    const commit = await commitHeader(repository, update.tip);
    if (commit === null) continue;
    const known = tips.get(commit.id);
    tips.set(commit.id, { commit, updates: known === undefined ? [update] : [...known.updates, update] });
  }
  return [...tips.values()];
}

async function verifyTip(
  repository: Repository,
  commit: CommitHeader,
  updates: Tip["updates"],
): Promise<PushedTip> {
  const references = updates.map(({ remote }) => remote.replace(/^refs\/(heads|tags)\//, ""));
  const base = await baseOf(repository, commit, updates[0]);
  const isFirst = base === null && updates[0].before === null && (await remotesHaveNothing(repository));
  const verified = await verifyHere(repository, {
    revision: commit.id,
    base,
    isFirst,
    suite: null,
    deep: false,
    at: null,
  });
  if (!verified.ok) {
    return { references, verification: unjudged(commit.id, verified.error.problems), attachable: [] };
  }
  const verification = verified.value;
  const attachable = verification.ok ? [] : await attachableSuites(repository, commit);
  return { references, verification, attachable };
}

/**
 * What the remote has is what the push builds on: of this branch, or, where it is new or is rewritten, of the
 * others. null where nothing of it is here.
 */
async function baseOf(
  repository: Repository,
  commit: CommitHeader,
  { before }: PushedUpdate,
): Promise<string | null> {
  const there = before === null ? null : await commitHeader(repository, before);
  return there === null
    ? newestAtRemotes(repository, commit.id)
    : newestBefore(repository, commit.id, there.id);
}

/** A rebase or a revert leaves evidence that covers it in the store or in the history. */
async function attachableSuites(repository: Repository, { tree }: CommitHeader): Promise<readonly string[]> {
  const judged = await judgeTree(repository, tree);
  if (!judged.ok || judged.value === null) return [];
  const stale = judged.value.suites.filter(({ staleness }) => staleness !== null);
  const places = await Promise.all(
    stale.map(({ suite, inputs }) => findElsewhere(repository, suite, inputs.fingerprint)),
  );
  return stale.filter((_, index) => places[index] !== null).map(({ suite }) => suite.name);
}
