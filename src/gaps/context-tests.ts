import { compareByBytes } from "../reports/canonical-json.ts";
import { patternTests } from "../suite/pattern-tests.ts";
import { isProductionFile } from "../suite/production-files.ts";
import { type TestContext, TestsByContext } from "./test-contexts.ts";

/** Tests that reached no production file. */
export interface PatternTests {
  /** What is known of each test: the lines that ran (coverage contexts), or the files that were read. */
  readonly source: "contexts" | "reads";
  /** How many tests that is known of. */
  readonly of: number;
  /** In byte order. */
  readonly tests: readonly string[];
}

/** Which tests ran lines of a file. */
export interface TestedFile {
  /** As the report has it. */
  readonly name: string;
  /** Relative to the top level; null outside of it. */
  readonly path: string | null;
  readonly tests: readonly TestContext[];
}

/**
 * Pattern tests by the contexts of a report. Where the test files are not measured, a test that ran no production
 * code is nowhere in the report, and is one of those that `ran` names beyond it. null where that cannot be told.
 */
export function patternTestsByContext(
  files: readonly TestedFile[],
  ran: readonly string[],
): PatternTests | null {
  const reached = new Map<string, string[]>();
  const known = new Set<TestContext>();
  let testsAreMeasured = false;
  for (const file of files) {
    const place = placeOf(file);
    const isProduction = isProductionFile(place);
    for (const test of file.tests) {
      known.add(test);
      if (isProduction) reached.set(test.name, [place]);
      else if (!reached.has(test.name)) reached.set(test.name, []);
    }
    testsAreMeasured ||= !isProduction && file.tests.length > 0;
  }
  if (testsAreMeasured) return { source: "contexts", of: reached.size, tests: sorted(patternTests(reached)) };
  return beyondTheReport([...known], ran);
}

function beyondTheReport(contexts: readonly TestContext[], ran: readonly string[]): PatternTests | null {
  const tests = new TestsByContext(ran);
  const seen = new Set(contexts.flatMap((context) => tests.of(context)));
  if (seen.size === 0) return null;
  return { source: "contexts", of: ran.length, tests: sorted(ran.filter((id) => !seen.has(id))) };
}

/** What lies outside the repository can be a copy of the product: a test that ran it is given the benefit. */
function placeOf({ name, path }: TestedFile): string {
  return path ?? name.replace(/^.*[\\/]/s, "");
}

const sorted = (ids: readonly string[]) => ids.toSorted(compareByBytes);
