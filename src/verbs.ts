import { resolve } from "node:path";
import type { ApproveOptions } from "./commands/approve.ts";
import type { ArchiveOptions } from "./commands/archive.ts";
import type { Context } from "./commands/context.ts";
import type { ExportOptions } from "./commands/evidence-export.ts";
import type { GapsFormat, VerifyFormat } from "./commands/formats.ts";
import type { GapsOptions } from "./commands/gaps.ts";
import type { RedOptions } from "./commands/red.ts";
import type { RunDocument } from "./commands/run-document.ts";
import type { SessionsOptions } from "./commands/sessions.ts";
import type { SessionsReportOptions } from "./commands/sessions-report.ts";
import type { SessionsShowOptions } from "./commands/sessions-show.ts";
import { status } from "./commands/status.ts";
import type { StatusOptions } from "./commands/status-document.ts";
import type { VerifyOptions } from "./commands/verify.ts";
import type { VerifyDocument } from "./commands/verify-document.ts";
import type { WaiveOptions } from "./commands/waive.ts";
import type { WhyIgnoredOptions } from "./commands/why-ignored-document.ts";
import type { ExitCode, Outcome } from "./outcome.ts";
import { renderHookProblems, renderProblems } from "./render/problems.ts";
import type { Occasion } from "./render/run.ts";
import { renderStatus } from "./render/status.ts";

/** What a verb has to say: a document for scripts and a text for people. */
export interface Answer {
  readonly exit: ExitCode;
  readonly document: unknown;
  /** A function where there may be a lot of it, and `--json` asks for none. */
  readonly text: string | (() => string);
  /** The text is what was asked for, for another program to read: it goes to stdout whatever the exit code. */
  readonly forPrograms?: boolean;
}

export type Verb = (context: Context) => Promise<Answer>;

/** Each verb is loaded when it is called, and brings in only what it needs; `status` is there at once. */
export const verbs = {
  status:
    (options: StatusOptions): Verb =>
    async (context) => {
      const { exit, document } = await status(context, options);
      return { exit, document, text: renderStatus(document, context.now()) };
    },
  verify:
    (options: VerifyOptions, format: VerifyFormat): Verb =>
    async (context) => {
      const { verify } = await import("./commands/verify.ts");
      const { renderVerifyAs } = await import("./render/verify-formats.ts");
      const { exit, document } = await verify(context, options);
      if (format === "github") await leaveForGithub(context, document);
      const text = await renderVerifyAs(document, format);
      return { exit, document, text, forPrograms: format !== "text" };
    },
  whyIgnored:
    (options: WhyIgnoredOptions): Verb =>
    async (context) => {
      const { whyIgnored } = await import("./commands/why-ignored.ts");
      const { renderWhyIgnored } = await import("./render/why-ignored.ts");
      const { exit, document } = await whyIgnored(context, options);
      if (document.problems.length > 0) context.say(renderProblems(document.problems));
      const text = () => renderWhyIgnored(document);
      return { exit, document, text, forPrograms: true };
    },
  gaps:
    (options: GapsOptions, format: GapsFormat): Verb =>
    async (context) => {
      const { gaps } = await import("./commands/gaps.ts");
      const { renderGapsAs } = await import("./render/gaps-formats.ts");
      const { exit, document } = await gaps(context, options);
      return { exit, document, text: renderGapsAs(document, format), forPrograms: format !== "text" };
    },
  check:
    (options: { fix: boolean; yes: boolean; dryRun: boolean }): Verb =>
    async (context) => {
      const { check } = await import("./commands/check.ts");
      const { renderCheck } = await import("./render/check.ts");
      const hooksDirectory = resolve(import.meta.dirname, "../hooks");
      const { exit, document } = await check(context, { ...options, hooksDirectory });
      return { exit, document, text: renderCheck(document) };
    },
  doctor: (): Verb => async (context) => {
    const { doctor } = await import("./commands/doctor.ts");
    const { renderDoctor } = await import("./render/doctor.ts");
    const hooksDirectory = resolve(import.meta.dirname, "../hooks");
    const { exit, document } = await doctor(context, { hooksDirectory });
    return { exit, document, text: renderDoctor(document) };
  },
  doctorAttack:
    (revision: string): Verb =>
    async (context) => {
      const { doctorAttack } = await import("./commands/doctor-attack.ts");
      const { renderDoctorAttack } = await import("./render/doctor-attack.ts");
      const { exit, document } = await doctorAttack(context, revision);
      return { exit, document, text: renderDoctorAttack(document) };
    },
  evidenceExport:
    (options: ExportOptions): Verb =>
    async (context) => {
      const { evidenceExport } = await import("./commands/evidence-export.ts");
      const { exit, document } = await evidenceExport(context, options);
      const { content, problems } = document;
      if (content === null) return { exit, document, text: renderProblems(problems) };
      if (problems.length > 0) context.say(renderProblems(problems));
      return { exit, document, text: content.trimEnd() };
    },
  run:
    (suite: string | null, force: boolean, from: string | null): Verb =>
    async (context) => {
      const { run } = await import("./commands/run.ts");
      return runAnswer(context, "request", () => run(context, { suite, force, from }));
    },
  sessions:
    (options: SessionsOptions): Verb =>
    async (context) => {
      const { sessions } = await import("./commands/sessions.ts");
      const { renderSessions } = await import("./render/sessions.ts");
      const { exit, document } = await sessions(context, options);
      return { exit, document, text: renderSessions(document) };
    },
  sessionsShow:
    (options: SessionsShowOptions): Verb =>
    async (context) => {
      const { sessionsShow } = await import("./commands/sessions-show.ts");
      const { renderSession } = await import("./render/sessions-show.ts");
      const { exit, document } = await sessionsShow(context, options);
      return { exit, document, text: () => renderSession(document) };
    },
  sessionsReport:
    (options: SessionsReportOptions): Verb =>
    async (context) => {
      const { sessionsReport } = await import("./commands/sessions-report.ts");
      const { renderSessionsReport } = await import("./render/sessions-report.ts");
      const { exit, document } = await sessionsReport(context, options);
      return { exit, document, text: renderSessionsReport(document) };
    },
  archive:
    (options: ArchiveOptions): Verb =>
    async (context) => {
      const { archive } = await import("./commands/archive.ts");
      const { renderArchive } = await import("./render/archive.ts");
      const { exit, document } = await archive(context, options);
      return { exit, document, text: renderArchive(document) };
    },
  red:
    (options: RedOptions): Verb =>
    async (context) => {
      const { renderRed } = await import("./render/run-red.ts");
      const { redSummary } = await import("./render/run-red-summary.ts");
      const { red } = await import("./commands/red.ts");
      const { exit, document } = await red(context, options, redSummary);
      return { exit, document, text: renderRed(document), forPrograms: document.suite !== null };
    },
  attach: (): Verb => async (context) => {
    const { attach } = await import("./commands/attach.ts");
    return runAnswer(context, "request", () => attach(context));
  },
  waive:
    (options: WaiveOptions): Verb =>
    async (context) => {
      const { waiveCommand } = await import("./commands/waive.ts");
      const { renderWaive } = await import("./render/waive.ts");
      const { exit, document } = await waiveCommand(context, options);
      return { exit, document, text: renderWaive(document) };
    },
  approve:
    (options: ApproveOptions): Verb =>
    async (context) => {
      const { approveCommand } = await import("./commands/approve.ts");
      const { renderApprove } = await import("./render/waive.ts");
      const { exit, document } = await approveCommand(context, options);
      return { exit, document, text: renderApprove(document) };
    },
  preCommit: (): Verb => async (context) => {
    const { preCommit } = await import("./commands/pre-commit.ts");
    return runAnswer(context, "commit", () => preCommit(context));
  },
  preMergeCommit: (): Verb => async (context) => {
    const { preMergeCommit } = await import("./commands/pre-merge-commit.ts");
    return runAnswer(context, "merge", () => preMergeCommit(context));
  },
  postCommit: (): Verb => async (context) => {
    const { postCommit } = await import("./commands/post-commit.ts");
    const { exit, document } = await postCommit(context);
    return { exit, document, text: renderHookProblems(document.problems) };
  },
  prePush: (): Verb => async (context) => {
    const { prePush } = await import("./commands/pre-push.ts");
    const { renderPrePush } = await import("./render/pre-push.ts");
    const { exit, document } = await prePush(context);
    return { exit, document, text: renderPrePush(document) };
  },
  postMerge: (): Verb => async (context) => {
    const { postMerge } = await import("./commands/post-merge.ts");
    const { renderStaleHead } = await import("./render/stale-head.ts");
    const { exit, document } = await postMerge(context);
    return { exit, document, text: renderStaleHead(document, "merge") };
  },
  postRewrite: (): Verb => async (context) => {
    const { postRewrite } = await import("./commands/post-rewrite.ts");
    const { renderStaleHead } = await import("./render/stale-head.ts");
    const { exit, document } = await postRewrite(context);
    return { exit, document, text: renderStaleHead(document, "rewrite") };
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

/** What GitHub's runner takes from a step besides its log. */
async function leaveForGithub(context: Context, document: VerifyDocument): Promise<void> {
  const { leaveForRunner } = await import("./integrations/github-runner.ts");
  const { githubOutputs } = await import("./render/verify-github.ts");
  const { renderJobSummary } = await import("./render/job-summary.ts");
  const results = { outputs: githubOutputs(document), summary: renderJobSummary(document) };
  await leaveForRunner(context.environment, results);
}

/**
 * The rendering is loaded before anything runs: an installation that changes while a suite takes its time must
 * not take the answer away.
 */
async function runAnswer(
  context: Context,
  at: Occasion,
  perform: () => Promise<Outcome<RunDocument>>,
): Promise<Answer> {
  const { renderRun } = await import("./render/run.ts");
  const { exit, document } = await perform();
  return { exit, document, text: renderRun(document, { now: context.now(), at }) };
}
