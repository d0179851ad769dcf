import type { Suite } from "../config/configuration.ts";
import { type Problem, problem } from "../problem.ts";
import { patternTests } from "../suite/pattern-tests.ts";
import { isProductionFile } from "../suite/production-files.ts";
import type { Reads } from "../suite/reads.ts";
import type { SuiteResults } from "../suite/results.ts";

const MOST_NAMED = 10;

/** The refusal that `pattern-tests: error` asks for. A test that was skipped executed nothing anyway. */
export function refusePatternTests(
  suite: Suite,
  results: SuiteResults | null,
  { byTest }: Reads,
): readonly Problem[] {
  if (suite.patternTests === "allow") return [];
  const skipped = new Set(results?.tests.flatMap(({ id, outcome }) => (outcome === "skipped" ? [id] : [])));
  const isProduction = (path: string) => isProductionFile(path) && !suite.pins.includes(path);
  const found = patternTests(byTest, isProduction).filter((id) => !skipped.has(id));
  const named = found.slice(0, MOST_NAMED).map((id) =>
    problem("pattern-tests", `${id} executed no production file: it tests nothing of what is shipped.`, {
      suite: suite.name,
      hint: "Let it call the code that it is about, or set  pattern-tests: allow;  see  gate gaps",
    }),
  );
  const more = found.length - named.length;
  if (more <= 0) return named;
  return [
    ...named,
    problem("pattern-tests", `${more} more tests executed no production file.`, { suite: suite.name }),
  ];
}
