import type { Outcome } from "../outcome.ts";
import { hasErrors, type Problem, problem } from "../problem.ts";
import { unreachable } from "../result.ts";
import type { Verification } from "../verify/verification.ts";
import { verifyRevision } from "../verify/verify.ts";
import { type BelievedEvidence, believedEvidence } from "../views/believed-evidence.ts";
import { testResultStatement } from "../views/in-toto.ts";
import { junitXml } from "../views/junit.ts";
import type { Context } from "./context.ts";
import type { ExportDocument } from "./evidence-export-document.ts";
import type { ExportFormat } from "./formats.ts";
import { openHere } from "./open.ts";

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly revision: string;
  /** Whose keys are trusted is read there; null: what this clone's git trusts. */
  readonly base: string | null;
  readonly suite: string | null;
}

/** Puts a commit's evidence into the form of others, after verify has read all of it and said yes. */
export async function evidenceExport(
  context: Context,
  options: ExportOptions,
): Promise<Outcome<ExportDocument>> {
  const { revision, base, suite, format } = options;
  const document = (content: string | null, problems: readonly Problem[]): ExportDocument => ({
    schema: "gate/evidence-export@1",
    revision,
    format,
    content,
    problems,
  });
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: document(null, [opened.error]) };
  const verified = await verifyRevision(opened.value, { revision, base, suite, deep: true, at: null });
  if (!verified.ok) return { exit: verified.error.exit, document: document(null, verified.error.problems) };
  const problems = problemsOf(verified.value);
  if (hasErrors(problems)) return { exit: 1, document: document(null, problems.map(askedHere)) };
  const several = severalStatements(options, verified.value);
  if (several !== null) return { exit: 2, document: document(null, [several]) };
  const believed = await believedEvidence(opened.value, verified.value);
  if (!believed.ok) return { exit: 1, document: document(null, [...believed.error, ...problems]) };
  return { exit: 0, document: document(contentOf(format, believed.value), problems) };
}

function problemsOf({ suites, problems }: Verification): Problem[] {
  return [...suites.flatMap((suite) => suite.problems), ...problems];
}

/** Where verify names itself as the way out, it is this command that was asked. */
function askedHere(one: Problem): Problem {
  const hint = one.hint?.replace("gate verify --base", "gate evidence export --base") ?? null;
  return { ...one, hint };
}

/** A statement is of one run; what takes statements takes one at a time. */
function severalStatements({ format }: ExportOptions, { suites }: Verification): Problem | null {
  if (format !== "in-toto" || suites.length === 1) return null;
  const names = suites.map(({ name }) => `--suite ${name}`).join(", or ");
  return problem("usage", "an in-toto statement is of one suite.", { hint: `Name it:  ${names}` });
}

function contentOf(format: ExportFormat, evidence: readonly BelievedEvidence[]): string {
  switch (format) {
    case "in-toto": {
      const [one] = evidence.map(testResultStatement);
      return `${JSON.stringify(one, null, 2)}\n`;
    }
    case "junit":
      return junitXml(evidence);
    default:
      return unreachable(format);
  }
}
