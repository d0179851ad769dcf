import { committerName } from "../adapters/git/identity.ts";
import { unmergedEntries } from "../adapters/git/index.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { signBytes } from "../evidence/signing-key.ts";
import { stageFiles } from "../evidence/stage-files.ts";
import { trustIn } from "../evidence/trusted-files.ts";
import { exactly } from "../fingerprint/pathspecs.ts";
import type { JudgedSuite, JudgedTree } from "../judgement/judge.ts";
import type { Outcome } from "../outcome.ts";
import { hasErrors, type Problem, problem, warning } from "../problem.ts";
import { judgeIndex } from "../recording/settle-index.ts";
import { withLock } from "../recording/with-lock.ts";
import { err, ok, type Result } from "../result.ts";
import { shellWord } from "../shell-word.ts";
import { timeText } from "../verify/canonical-document.ts";
import { exceptionSignaturePath } from "../verify/exception-files.ts";
import { trustOf } from "../verify/trust.ts";
import type { WaiverFacts } from "../verify/verification.ts";
import { readUntil } from "../verify/waiver-draft.ts";
import { serialiseWaiver, type Waiver, waiverPath } from "../verify/waiver-file.ts";
import { judgeWaiver, readWaivers, tooMany, type WaiverRules } from "../verify/waivers.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import { exitFor } from "./run-document.ts";
import { waitingOf } from "./surroundings.ts";

export interface WaiveOptions {
  readonly suite: string;
  readonly reason: string;
  /** A date, a time or a duration. */
  readonly until: string;
}

export interface WaiveDocument {
  readonly schema: "gate/waive@1";
  readonly ok: boolean;
  /** What was written and staged; null where nothing was. */
  readonly waiver: (WaiverFacts & Pick<Waiver, "suite" | "fingerprint" | "from">) | null;
  readonly problems: readonly Problem[];
}

type Written = { readonly waiver: WaiveDocument["waiver"]; readonly problems: readonly Problem[] };

/** Writes a waiver for what is staged now, and stages it: a person commits it. Refuses what verify would not take. */
export async function waiveCommand(context: Context, options: WaiveOptions): Promise<Outcome<WaiveDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refused([opened.error]);
  const until = readUntil(options.until, context.now());
  const unusable = unusableOptions(options, until);
  if (unusable !== null || until === null) return refused(unusable === null ? [] : [unusable]);
  const worktree = opened.value;
  const written = await withLock(worktree, "gate waive", waitingOf(context), () =>
    writeWaiver(worktree, options, context.now(), until),
  );
  if (!written.ok) return refused([written.error]);
  if (!written.value.ok) return refused(written.value.error);
  const { waiver, problems } = written.value.value;
  return { exit: 0, document: { schema: "gate/waive@1", ok: true, waiver, problems } };
}

function refused(problems: readonly Problem[]): Outcome<WaiveDocument> {
  return { exit: exitFor(problems), document: { schema: "gate/waive@1", ok: false, waiver: null, problems } };
}

function unusableOptions({ reason, until: text }: WaiveOptions, until: Date | null): Problem | null {
  if (reason.trim() === "")
    return problem("usage", "a waiver needs a reason.", {
      hint: 'Say it:  --reason "the GPU is at the workshop"',
    });
  if (until !== null) return null;
  return problem("usage", `--until ${text} is no time that gate can read.`, {
    hint: "A duration, a day or a time:  --until 7d,  --until 2026-03-01,  --until 2026-03-01T12:00:00Z",
  });
}

async function writeWaiver(
  worktree: Worktree,
  { suite: name, reason }: WaiveOptions,
  now: Date,
  until: Date,
): Promise<Result<Written, readonly Problem[]>> {
  const judged = await judgeIndex(worktree);
  if (!judged.ok) return judged;
  const suite = judged.value?.suites.find((one) => one.suite.name === name);
  if (judged.value === null || suite === undefined) return err([unknownSuite(name, judged.value)]);
  if (hasErrors(suite.problems)) return err(suite.problems);
  const waiver: Waiver = {
    suite: name,
    fingerprint: suite.inputs.fingerprint,
    reason: reason.trim(),
    by: (await committerName(worktree)) ?? "somebody unknown",
    from: timeText(now),
    until: timeText(until),
  };
  if (waiver.until <= waiver.from) return err([alreadyOver(waiver)]);
  const facts = await stageWaiver(worktree, judged.value, waiver);
  if (!facts.ok) return err([facts.error]);
  const { fingerprint, from } = waiver;
  const unmerged = await unmergedEntries(worktree, [exactly(suite.suite.reports)]);
  const problems = unmerged.length > 0 ? [reportsUnmerged(suite.suite)] : mayNotHelp(suite);
  return ok({ waiver: { suite: name, fingerprint, from, ...facts.value }, problems });
}

/** Nobody has run what is merged: the reports of either side are as good, as long as they are whole. */
function reportsUnmerged({ name, reports }: Suite): Problem {
  const place = shellWord(reports);
  const hint = `Take those of one side:  git checkout HEAD -- ${place},  then:  git commit`;
  return warning("unmerged-inputs", `the reports of ${name} are unmerged; the waiver stands for them.`, {
    path: reports,
    suite: name,
    hint,
  });
}

/** Signs where the policy goes by names, and asks verify's own question before anything is written. */
async function stageWaiver(
  worktree: Worktree,
  judged: JudgedTree,
  waiver: Waiver,
): Promise<Result<WaiverFacts, Problem>> {
  const { signing, waivers: policy } = judged.configuration;
  const path = waiverPath(waiver);
  const bytes = Buffer.from(serialiseWaiver(waiver));
  const isSigned = signing !== null || policy.by.length > 0;
  const signature = isSigned ? await signBytes(worktree, "waiver", bytes) : ok(null);
  if (!signature.ok) return signature;
  const trust =
    signing === null
      ? await trustOf(worktree, null)
      : await trustIn(worktree, judged.tree, signing, "the index");
  if (!trust.ok) return trust;
  const rules = { policy, trust: trust.value, at: new Date(waiver.from) };
  const facts = await judgeWaiver(worktree, rules, { path, bytes, signature: signature.value }, waiver);
  if (!facts.ok) return facts;
  const crowded = await wouldBeTooMany(worktree, judged, rules, waiver.suite);
  if (crowded !== null) return err(crowded);
  const signed = exceptionSignaturePath(path);
  const files: [string, Uint8Array][] = [[path, bytes]];
  if (signature.value !== null) files.push([signed, signature.value]);
  const remove = signature.value === null ? [signed] : [];
  const staged = await stageFiles(worktree, { write: new Map(files), remove });
  return staged.ok ? facts : staged;
}

function unknownSuite(name: string, judged: JudgedTree | null): Problem {
  if (judged === null) {
    return problem("config-missing", "there is no gate.yaml among the staged files.", {
      path: "gate.yaml",
      hint: "Write one:  gate init,  or stage yours:  git add gate.yaml",
    });
  }
  const names = judged.suites.map(({ suite }) => suite.name).join(", ");
  return problem("usage", `there is no suite ${name}.`, { hint: `Suites in gate.yaml:  ${names}` });
}

function alreadyOver({ until }: Waiver): Problem {
  return problem("usage", `a waiver until ${until} would be over already.`, {
    hint: "Give a time to come:  --until 7d",
  });
}

/** Counts the others that are in force: this one takes the place of an earlier one for the same inputs. */
async function wouldBeTooMany(
  worktree: Worktree,
  { tree, suites, configuration }: JudgedTree,
  rules: WaiverRules,
  name: string,
): Promise<Problem | null> {
  const others = suites
    .filter(({ suite }) => suite.name !== name)
    .map(({ suite, inputs }) => ({ name: suite.name, fingerprint: inputs.fingerprint, problems: [] }));
  const policy = { ...rules.policy, atOnce: Number.MAX_SAFE_INTEGER };
  const { waivers } = await readWaivers(worktree, tree, { ...rules, policy, suites: others });
  const { atOnce } = configuration.waivers;
  return waivers.size + 1 > atOnce ? tooMany(waivers.size + 1, atOnce) : null;
}

function mayNotHelp({ suite: { name }, staleness }: JudgedSuite): Problem[] {
  if (staleness === null) {
    return [
      warning(
        "waiver-invalid",
        `${name} has its evidence; the waiver counts only where verify finds inputs-collapsed.`,
        {
          suite: name,
        },
      ),
    ];
  }
  if (staleness !== "broken") return [];
  const message = `the evidence of ${name} does not agree with itself, which no waiver lets pass.`;
  return [
    warning("waiver-invalid", message, {
      suite: name,
      hint: `See what is wrong:  gate verify --suite ${name}`,
    }),
  ];
}
