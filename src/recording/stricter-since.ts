import type { JudgedSuite } from "../judgement/judge.ts";
import { type Problem, warning } from "../problem.ts";
import { readsOfAll, unpackReads } from "../reports/read-sets.ts";
import { isProductionFile } from "../suite/production-files.ts";

/** A setting that is not in the fingerprint judges the next run: what it would say of the recorded one. */
export function stricterSince({ suite, recorded }: JudgedSuite): readonly Problem[] {
  const { manifest } = recorded;
  if (suite.patternTests !== "error" || manifest === null) return [];
  const say = (message: string) => [
    warning("pattern-tests", `${message}, and pattern-tests: error judges the next run.`, {
      suite: suite.name,
      hint: "To have it judged now:  gate run --force",
    }),
  ];
  const reads = readsOfAll(manifest);
  if (reads === null) return say("nobody saw what the recorded tests read");
  const ran = [...manifest.tests].filter(([, { outcome }]) => outcome !== "skipped");
  const setOf = new Map(
    ran.flatMap(([id, test]) => (test.reads === null ? [] : [[id, test.reads] as const])),
  );
  const { byTest } = unpackReads({ ...reads, setOf });
  const isProduction = (path: string) => isProductionFile(path) && !suite.pins.includes(path);
  const [first, ...others] = ran.flatMap(([id]) =>
    [...(byTest.get(id) ?? [])].some(isProduction) ? [] : [id],
  );
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return say(`${first}${more} executed no production file among the inputs when it was recorded`);
}
