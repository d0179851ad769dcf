import type { ShownEdit } from "../commands/offer-edits.ts";
import { onScreen } from "../integrations/unified-diff.ts";
import { unreachable } from "../result.ts";

/** The diff of what is planned; a line of what was done. */
export function renderEdit({ kind, target, diff, state }: ShownEdit): string {
  switch (state) {
    case "planned":
      return onScreen(diff);
    case "applied":
      return `${DONE[kind]}  ${target}`;
    case "failed":
      return `not done  ${target}`;
    default:
      return unreachable(state);
  }
}

const DONE: Readonly<Record<ShownEdit["kind"], string>> = {
  create: "created ",
  append: "added to",
  replace: "changed ",
  config: "set     ",
};
