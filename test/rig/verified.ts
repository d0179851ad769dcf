import type { VerifyDocument } from "../../src/commands/verify-document.ts";
import type { Problem } from "../../src/problem.ts";
import type { Rig } from "./repository.ts";

export interface Verified {
  readonly code: number | null;
  readonly document: VerifyDocument;
  /** Of every suite and of none, errors only, sorted. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** What `gate verify --json` says. */
export async function verified(rig: Rig, ...args: string[]): Promise<Verified> {
  const { code, stdout, stderr } = await rig.gate("verify", "--json", ...args);
  if (stdout === "") throw new Error(`gate verify said nothing: ${code} ${stderr}`);
  const document: VerifyDocument = JSON.parse(stdout);
  const all = [...document.problems, ...document.suites.flatMap((suite) => suite.problems)];
  // The rig's hooks lie in .git, where no tree shows them.
  const problems = all.filter(({ code: which }) => which !== "not-wired");
  const codes = (severity: Problem["severity"]) =>
    problems.filter((one) => one.severity === severity).map((one) => one.code);
  return {
    code,
    document,
    errors: [...new Set(codes("error"))].sort(),
    warnings: [...new Set(codes("warning"))].sort(),
    problems,
  };
}
