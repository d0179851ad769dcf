import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { timed } from "./measure.mjs";
import { REPORT_PEAK } from "./memory.mjs";
import { Repository } from "./repository.mjs";
import { LONG_LOG_SUITE, pacedSuite } from "./suites.mjs";

const TESTS = 100_000;
const EARLY = 10_000;
const PER_SECOND = 20_000;

/** What gate makes of a suite that says 20,000 events a second: whether all arrive, and what they take. */
export async function events() {
  const repository = await Repository.create({
    files: 100,
    suite: LONG_LOG_SUITE,
    beside: { "log-bytes": "1000" },
  });
  try {
    repository.write("../peak.cjs", REPORT_PEAK);
    repository.write("../suite.mjs", pacedSuite({ tests: TESTS, early: EARLY, perSecond: PER_SECOND }));
    // the last test fails, so that no reports are made of 100,000 tests: those are another bench's
    const run = `"${process.execPath}" --require ../peak.cjs "${repository.program}" run --force || test $? = 1`;
    await timed("sh", ["-c", run], {
      cwd: repository.directory,
      env: repository.env,
    });
    return rows(repository);
  } finally {
    repository.remove();
  }
}

function rows(repository) {
  const sessions = join(repository.directory, ".gate/sessions");
  const session = join(sessions, readdirSync(sessions).toSorted().at(-1));
  const { early, late, rate, cpu, lagMs } = JSON.parse(
    readFileSync(join(repository.base, "measured"), "utf8"),
  );
  const peak = Number(readFileSync(join(repository.base, "peak"), "utf8")) / 1024;
  const told = JSON.parse(readFileSync(join(session, "tests.json"), "utf8")).results.length;
  const scenarios = readFileSync(join(session, "progression.log"), "utf8").split("] Scenario ").length - 1;
  const lost = TESTS - Math.min(told, scenarios);
  const more = late - early;
  return [
    {
      what: `results of ${TESTS} tests that are lost on the way to the session's files`,
      figure: String(lost),
      target: `0 at ${PER_SECOND} events a second`,
      met: lost === 0 && rate >= 0.95 * PER_SECOND,
      parts: `${Math.round(rate)} events a second; gate took ${Math.round(cpu * 100)} % of a core, and had read the last one ${Math.round(lagMs)} ms after it`,
    },
    {
      what: `memory that gate takes more at ${TESTS} tests than at ${EARLY}`,
      figure: `${Math.round(more)} MiB`,
      target: "≤ 32 MiB",
      met: more <= 32,
      parts: `${Math.round(early)} MiB and ${Math.round(late)} MiB while the suite ran; ${Math.round(peak)} MiB when the results were read at its end`,
    },
  ];
}
