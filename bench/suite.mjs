import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inTurns, median, ms, timed } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const TESTS = 1000;
const LOGS = 3;

/** gate's own time around a large suite: reports made, stored, staged and read back. */
export async function suite({ rounds }) {
  const repository = await Repository.create({
    files: 1000,
    suite: quickSuite({ tests: TESTS, logs: LOGS }),
  });
  try {
    return [await run(repository, Math.min(rounds, 7))];
  } finally {
    repository.remove();
  }
}

async function run(repository, rounds) {
  const own = [];
  const took = await inTurns(rounds, {
    // every report is another one than before: the worst case
    run: async (round) => {
      repository.write("../variant", `, round ${round + 10}`);
      await repository.settled();
      const { ms } = await repository.gate("run", "--force");
      const suiteMs = Number(readFileSync(join(repository.base, "suite-ms"), "utf8"));
      own.push(ms - suiteMs);
      await repository.git("commit", "-q", "-m", `round ${round}`);
      return ms;
    },
  });
  const around = median(own.slice(-rounds));
  const plain = await copyAndAdd(repository);
  return {
    what: `gate's own time around ${TESTS} tests with ${TESTS * LOGS} logs`,
    figure: ms(around),
    target: "≤ 2000 ms",
    met: around <= 2000,
    parts: `\`gate run\` ${ms(took.run)}, all ${TESTS * (LOGS + 2)} reports changed; \`cp -r\` and \`git add\` of them ${ms(plain)}`,
  };
}

/** What this machine takes to put as many files somewhere and to stage them, with nothing else done. */
async function copyAndAdd(repository) {
  const copied = await timed("cp", ["-r", "test-reports", "copy"], repository.place);
  const added = await repository.git("add", "copy");
  return copied.ms + added.ms;
}
