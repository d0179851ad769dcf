import type { SuiteResults } from "./results.ts";

/**
 * A document of results, with what the events of the run have told besides: which tests were left out, and something
 * worse, for the file that `results:` names may be of a part of the command, or be written over by the next part.
 */
export function withTold(document: SuiteResults, events: SuiteResults): SuiteResults {
  const doubts = [...document.doubts, ...events.doubts, ...worseThan(document, events)];
  return { ...document, deselected: events.deselected, doubts };
}

function worseThan(document: SuiteResults, { runner, tests }: SuiteResults): string[] {
  // Then it has not passed in any case.
  if (document.tests.some(({ outcome }) => isBad(outcome))) return [];
  const bad = tests.filter(({ outcome }) => isBad(outcome));
  const [first] = bad;
  if (first === undefined) return [];
  const how = first.outcome === null ? "did not end" : first.outcome === "error" ? "had an error" : "failed";
  const more = bad.length === 1 ? "" : `, and so ${bad.length - 1} more`;
  return [`${runner.name} told gate that ${first.id} ${how}${more}; the results file does not say so.`];
}

function isBad(outcome: SuiteResults["tests"][number]["outcome"]): boolean {
  return outcome === null || outcome === "failed" || outcome === "error";
}
