import { type Problem, problem } from "../problem.ts";
import type { Suite } from "./configuration.ts";
import type { Position } from "./document.ts";

type PositionOf = (path: readonly PropertyKey[]) => Position;

/** Reports are no inputs, and each suite has its own: what else is said to lie there cannot. */
export function reportsProblems(suites: readonly Suite[], positionOf: PositionOf): Problem[] {
  return suites.flatMap((suite, index) => [
    ...suites.slice(0, index).flatMap((earlier) => overlap(earlier, suite, positionOf)),
    ...suite.pins.flatMap((pin, which) =>
      amongReports(`the pin ${pin}`, pin, ["pins", which], suite, suites, positionOf),
    ),
    ...(suite.results === null
      ? []
      : amongReports(
          `the results file ${suite.results}`,
          suite.results,
          ["results"],
          suite,
          suites,
          positionOf,
        )),
  ]);
}

function overlap(earlier: Suite, suite: Suite, positionOf: PositionOf): Problem[] {
  if (!isWithin(suite.reports, earlier.reports) && !isWithin(earlier.reports, suite.reports)) return [];
  const [outer = ""] = [earlier.reports, suite.reports].toSorted((left, right) => left.length - right.length);
  const message = `suites ${earlier.name} and ${suite.name} share the reports directory ${outer}; each needs its own.`;
  return [
    problem("reports-overlap", message, {
      ...positionOf(["suites", suite.name, "reports"]),
      suite: suite.name,
      hint: `Give ${suite.name} another one:  reports: ${outer}-${suite.name}`,
    }),
  ];
}

function amongReports(
  what: string,
  path: string,
  keys: readonly PropertyKey[],
  suite: Suite,
  suites: readonly Suite[],
  positionOf: PositionOf,
): Problem[] {
  const owner = suites.find(({ reports }) => isWithin(path, reports));
  if (owner === undefined) return [];
  const message = `${what} lies in the reports directory ${owner.reports}, which is outside the inputs and gate's to write.`;
  const position = positionOf(["suites", suite.name, ...keys]);
  return [
    problem("reports-overlap", message, { ...position, suite: suite.name, hint: "Move it elsewhere." }),
  ];
}

/** Names that only differ in case or Unicode form are one directory on macOS and Windows. */
function isWithin(path: string, directory: string): boolean {
  const comparable = (text: string) => `${text.normalize("NFC").toLowerCase()}/`;
  return comparable(path).startsWith(comparable(directory));
}
