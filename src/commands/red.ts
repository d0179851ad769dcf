import { join } from "node:path";
import { writeAtomically } from "../adapters/files/files.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import type { ExitCode, Outcome } from "../outcome.ts";
import { type Problem, problem } from "../problem.ts";
import { type RedPhase, redDirectory, redPath, runRed } from "../recording/red.ts";
import { proposalYaml, proposedEntries } from "../recording/red-proposal.ts";
import { judgeIndex } from "../recording/settle-index.ts";
import { withLock } from "../recording/with-lock.ts";
import { err, ok, type Result } from "../result.ts";
import type { Context } from "./context.ts";
import { openWorktree } from "./open.ts";
import type { RedDocument } from "./red-document.ts";
import { noConfiguration, noSuite } from "./run.ts";
import { exitFor } from "./run-document.ts";
import { surroundingsOf, waitingOf } from "./surroundings.ts";

export interface RedOptions {
  /** null: the only one. */
  readonly suite: string | null;
  readonly selectors: readonly string[];
}

/** The summary in Markdown, with the lines that are proposed for gate.yaml. */
type Summarise = (phase: RedPhase, proposal: string) => string;

/** Runs tests that are to fail, each by itself, and proposes what to declare. Makes no evidence. */
export async function red(
  context: Context,
  options: RedOptions,
  summarise: Summarise,
): Promise<Outcome<RedDocument>> {
  const opened = await openWorktree(context);
  if (!opened.ok) return refused([opened.error]);
  const worktree = opened.value;
  const chosen = await chooseSuite(worktree, options.suite);
  if (!chosen.ok) return refused(chosen.error);
  const selectors = [...new Set(options.selectors)];
  if (selectors.some((selector) => selector.trim() === "")) return refused([emptySelector()]);
  const suite = chosen.value;
  const ran = await withLock(worktree, "gate run --red", waitingOf(context), async () => {
    const phase = await runRed({ worktree, suite, selectors, surroundings: surroundingsOf(context) });
    return phase.ok ? ok(await concluded(phase.value, suite, summarise)) : phase;
  });
  if (!ran.ok) return refused([ran.error]);
  return ran.value.ok ? ran.value.value : refused(ran.value.error);
}

async function concluded(phase: RedPhase, suite: Suite, summarise: Summarise): Promise<Outcome<RedDocument>> {
  const { session, variables, runs, interrupted } = phase;
  const proposed = proposedEntries(phase);
  const yaml = proposalYaml(proposed, suite.expectedFailures.length > 0);
  await writeAtomically(join(redDirectory(session), "summary.md"), summarise(phase, yaml));
  const directory = redPath(session);
  const isRed = !interrupted && runs.every(({ state }) => state === "red");
  return {
    exit: interrupted ? 130 : isRed ? 0 : 1,
    document: {
      schema: "gate/red@1",
      ok: isRed,
      interrupted,
      suite: suite.name,
      session: directory,
      summary: `${directory}/summary.md`,
      variables,
      selectors: runs.map((run) => ({ ...run, log: `${directory}/${run.log}` })),
      proposed: { entries: proposed, yaml, below: suite.expectedFailures.length > 0 ? "list" : "suite" },
      problems: [],
    },
  };
}

async function chooseSuite(
  worktree: Worktree,
  name: string | null,
): Promise<Result<Suite, readonly Problem[]>> {
  const judged = await judgeIndex(worktree);
  if (!judged.ok) return judged;
  if (judged.value === null) return err([noConfiguration()]);
  const suites = judged.value.suites.map(({ suite }) => suite);
  const names = suites.map((suite) => suite.name);
  const [only, ...others] = suites;
  if (name === null && only !== undefined && others.length === 0) return ok(only);
  if (name === null) {
    return err([
      problem("usage", "gate.yaml has several suites, and --red has to know which one.", {
        hint: `Name it:  gate run ${names.join(" | ")} --red …`,
      }),
    ]);
  }
  const suite = suites.find((one) => one.name === name);
  return suite === undefined ? err([noSuite(name, names)]) : ok(suite);
}

function emptySelector(): Problem {
  return problem("usage", "a selector is empty; it would run the whole suite.", {
    hint: "Name a test:  gate run --red tests/test_router.py::test_route",
  });
}

function refused(problems: readonly Problem[]): Outcome<RedDocument> {
  const impossible = problems.some(({ code }) =>
    ["machine-cannot-run", "gpu-busy", "service-failed"].includes(code),
  );
  const exit: ExitCode = impossible ? 3 : exitFor(problems);
  const nothing = { suite: null, session: null, summary: null, variables: [], selectors: [], proposed: null };
  return { exit, document: { schema: "gate/red@1", ok: false, interrupted: false, ...nothing, problems } };
}
