import type { Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import { attackCommit } from "../verify/attacks/attack-commit.ts";
import { type AttackedSuite, type Attempt, isGood } from "../verify/attacks/report.ts";
import { verifyRevision } from "../verify/verify.ts";
import type { Context } from "./context.ts";
import { openHere } from "./open.ts";

/** What `gate doctor --attack --json` prints. */
export interface AttackDocument {
  readonly schema: "gate/doctor-attack@1";
  /** As it was asked for. */
  readonly revision: string;
  readonly commit: string | null;
  /** Every forgery was refused as it has to be, and no honest variant. */
  readonly ok: boolean;
  readonly suites: readonly AttackDocumentSuite[];
  /** Why there was nothing to forge: the commit itself is refused. */
  readonly problems: readonly Problem[];
}

export interface AttackDocumentSuite extends AttackedSuite {
  readonly forgeries: readonly AttackDocumentForgery[];
}

export interface AttackDocumentForgery extends Attempt {
  readonly ok: boolean;
}

/** Shows that verify refuses every forgery of a commit's evidence, and no honest variant of the commit. */
export async function doctorAttack(context: Context, revision: string): Promise<Outcome<AttackDocument>> {
  const opened = await openHere(context);
  if (!opened.ok) return { exit: 2, document: unattacked(revision, [opened.error]) };
  const attacked = await attackCommit(opened.value, { revision, verify: verifyRevision, only: null });
  if (!attacked.ok) return { exit: 1, document: unattacked(revision, attacked.error) };
  const suites = attacked.value.suites.map(documentSuite);
  const document: AttackDocument = {
    schema: "gate/doctor-attack@1",
    ...attacked.value,
    suites,
    problems: [],
  };
  return { exit: document.ok ? 0 : 1, document };
}

function documentSuite(suite: AttackedSuite): AttackDocumentSuite {
  return { ...suite, forgeries: suite.forgeries.map((one) => ({ ...one, ok: isGood(one) })) };
}

function unattacked(revision: string, problems: readonly Problem[]): AttackDocument {
  return { schema: "gate/doctor-attack@1", revision, commit: null, ok: false, suites: [], problems };
}
