import { resolve } from "node:path";
import type { Context } from "./commands/context.ts";
import type { RunDocument } from "./commands/run-document.ts";
import { status } from "./commands/status.ts";
import type { VerifyOptions } from "./commands/verify.ts";
import type { VerifyFormat } from "./commands/verify-document.ts";
import type { ExitCode, Outcome } from "./outcome.ts";
import { renderProblems } from "./render/problems.ts";
import { renderStatus } from "./render/status.ts";

/** What a verb has to say: a document for scripts and a text for people. */
export interface Answer {
  readonly exit: ExitCode;
  readonly document: unknown;
  readonly text: string;
}

export type Verb = (context: Context) => Promise<Answer>;

/** Each verb is loaded when it is called, and brings in only what it needs; `status` is there at once. */
export const verbs = {
  status:
    (rev: string | null, config: string | null): Verb =>
    async (context) => {
      const { exit, document } = await status(context, { rev, config });
      return { exit, document, text: renderStatus(document, context.now()) };
    },
  verify:
    (options: VerifyOptions, format: VerifyFormat): Verb =>
    async (context) => {
      const { verify } = await import("./commands/verify.ts");
      const { renderVerifyAs } = await import("./render/verify-formats.ts");
      const { exit, document } = await verify(context, options);
      return { exit, document, text: renderVerifyAs(document, format) };
    },
  run:
    (suite: string | null, force: boolean, from: string | null): Verb =>
    async (context) => {
      const { run } = await import("./commands/run.ts");
      return runAnswer(context, false, () => run(context, { suite, force, from }));
    },
  attach: (): Verb => async (context) => {
    const { attach } = await import("./commands/attach.ts");
    return runAnswer(context, false, () => attach(context));
  },
  preCommit: (): Verb => async (context) => {
    const { preCommit } = await import("./commands/pre-commit.ts");
    return runAnswer(context, true, () => preCommit(context));
  },
  preMergeCommit: (): Verb => async (context) => {
    const { preMergeCommit } = await import("./commands/pre-merge-commit.ts");
    return runAnswer(context, true, () => preMergeCommit(context));
  },
  postCommit: (): Verb => async (context) => {
    const { postCommit } = await import("./commands/post-commit.ts");
    const { exit, document } = await postCommit(context);
    return { exit, document, text: renderProblems(document.problems) };
  },
  init:
    (options: { yes: boolean; dryRun: boolean; whenMissing: "pass" | "refuse" | null }): Verb =>
    async (context) => {
      const { initCommand } = await import("./commands/init.ts");
      const { renderInit } = await import("./render/init.ts");
      const hooksDirectory = resolve(import.meta.dirname, "../hooks");
      const { exit, document } = await initCommand(context, { ...options, hooksDirectory });
      return { exit, document, text: renderInit(document) };
    },
};

/**
 * The rendering is loaded before anything runs: an installation that changes while a suite takes its time must
 * not take the answer away.
 */
async function runAnswer(
  context: Context,
  quiet: boolean,
  perform: () => Promise<Outcome<RunDocument>>,
): Promise<Answer> {
  const { renderRun } = await import("./render/run.ts");
  const { exit, document } = await perform();
  return { exit, document, text: renderRun(document, { now: context.now(), quiet }) };
}
