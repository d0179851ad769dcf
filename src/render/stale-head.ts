import type { StaleHead, StaleHeadSuite } from "../commands/stale-head.ts";
import type { Staleness } from "../decision/decide.ts";
import { singleLined } from "./printable.ts";
import { renderHookProblems } from "./problems.ts";

/** One line for each suite that HEAD has no evidence for; what happened is "the merge" or "the rewrite". */
export function renderStaleHead(document: StaleHead, happened: "merge" | "rewrite"): string {
  const { suites, problems } = singleLined(document);
  const lines = suites.map((suite) => renderSuite(suite, happened));
  return [...lines, ...(problems.length === 0 ? [] : [renderHookProblems(problems)])].join("\n");
}

function renderSuite({ name, staleness, changes, elsewhere }: StaleHeadSuite, happened: string): string {
  const [first, ...others] = changes;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const why = first === undefined ? WHY[staleness] : `${first.path} changed${more}`;
  return `gate  ${name}: stale after this ${happened}: ${why}. ${nextStep(elsewhere, happened)}`;
}

function nextStep(elsewhere: StaleHeadSuite["elsewhere"], happened: string): string {
  const commit = happened === "rewrite" ? "git commit --amend" : "git commit";
  if (elsewhere === null) return `Next: gate run, then ${commit}`;
  return `Evidence for just these inputs is here. Next: gate attach, then ${commit}`;
}

const WHY: Readonly<Record<Staleness, string>> = {
  missing: "there is no evidence yet",
  outdated: "its inputs are not those of the recorded run",
  broken: "the recorded evidence is broken",
  "not-accepted": "the recorded run was not accepted",
};
