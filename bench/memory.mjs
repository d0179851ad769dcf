import { readFileSync } from "node:fs";
import { join } from "node:path";
import { timed } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { LONG_LOG_SUITE } from "./suites.mjs";

const MIB = 1 << 20;
const SIZES = [10, 1024];

/** The most memory gate held while a suite's log of 10 MiB, and of 1 GiB, became a report. */
export async function memory() {
  const [small, large] = [await peak(SIZES[0]), await peak(SIZES[1])];
  const more = large - small;
  return [
    {
      what: "memory that a log of 1 GiB takes more than one of 10 MiB",
      figure: `${Math.round(more)} MiB`,
      target: "≤ 64 MiB",
      met: more <= 64,
      parts: `peak ${Math.round(small)} MiB and ${Math.round(large)} MiB`,
    },
  ];
}

async function peak(mebibytes) {
  const repository = await Repository.create({
    files: 100,
    suite: LONG_LOG_SUITE,
    settings: "    max-report-size: 2 GiB\n    on-stale: run\n",
    beside: { "log-bytes": String(MIB) },
  });
  try {
    repository.write("../log-bytes", String(mebibytes * MIB));
    repository.write("../peak.cjs", REPORT_PEAK);
    await timed(
      process.execPath,
      ["--require", join(repository.base, "peak.cjs"), repository.program, "run", "--force"],
      {
        cwd: repository.directory,
        env: repository.env,
      },
    );
    return Number(readFileSync(join(repository.base, "peak"), "utf8")) / 1024;
  } finally {
    repository.remove();
  }
}

/** For `--require`: notes the most memory that a process held, beside this file. */
export const REPORT_PEAK = `process.on("exit", () => {
  require("node:fs").writeFileSync(__dirname + "/peak", String(process.resourceUsage().maxRSS));
});
`;
