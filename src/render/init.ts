import type { InitDocument } from "../commands/init.ts";
import { renderEdit } from "./edits.ts";
import { renderProblems } from "./problems.ts";

/** What init did or would do, what it could not, and the next step. */
export function renderInit({ edits, applied, problems, next }: InitDocument): string {
  const nothing = edits.length === 0 && applied ? ["gate  nothing to do; this repository is set up."] : [];
  const complaints = problems.length === 0 ? [] : [renderProblems(problems)];
  const steps = next.map((step, index) => `${index === 0 ? "next: " : "      "}${step}`);
  return [...nothing, ...edits.map(renderEdit), ...complaints, ...steps].join("\n");
}
