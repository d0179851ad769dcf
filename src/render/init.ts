import type { InitDocument } from "../commands/init.ts";
import { renderEdit } from "./edits.ts";
import { renderProblems } from "./problems.ts";

/** What init did or would do, what it could not, and the next step. */
export function renderInit({ edits, applied, problems, next }: InitDocument): string {
  const isLeft = problems.some(({ code }) => code === "edit-refused");
  const standing = isLeft
    ? "nothing that gate can do; the rest is by hand:"
    : "nothing to do; this repository is set up.";
  const nothing = edits.length === 0 && applied ? [`gate  ${standing}`] : [];
  const complaints = problems.length === 0 ? [] : [renderProblems(problems)];
  const steps = next.map((step, index) => `${index === 0 ? "next: " : "      "}${step}`);
  return [...nothing, ...edits.map(renderEdit), ...complaints, ...steps].join("\n");
}
