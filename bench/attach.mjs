import { join } from "node:path";
import { inTurns, ms } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

/** Each test has a diagram, its metadata and two logs. */
const TESTS = 250;
const REPORTS = TESTS * 4;
const INPUT = "src/area_0/part_0/module_0.py";
const BARE = join(import.meta.dirname, "bare-attach.mjs");

/** A commit whose evidence is in the store already: all its reports, every one another than before, are attached. */
export async function attach({ rounds }) {
  const repository = await Repository.create({ files: 1000, suite: quickSuite({ tests: TESTS, logs: 2 }) });
  try {
    return [await measure(repository, rounds)];
  } finally {
    repository.remove();
  }
}

async function measure(repository, rounds) {
  const stage = async (state) => {
    repository.write(INPUT, `state = ${state}\n`);
    await repository.git("add", INPUT);
  };
  // evidence of both states, every report of the one unlike that of the other; the later one is taken back
  const before = (await repository.git("rev-parse", "HEAD")).stdout.trim();
  repository.write("../variant", ", and well met");
  await stage(1);
  await repository.git("commit", "-q", "-m", "the second run");
  repository.env.BARE_EVIDENCE = await reportsOfHead(repository);
  repository.env.BARE_REPORTS = "test-reports";
  repository.write("../hooks-bare/pre-commit", `#!/bin/sh\nexec "${process.execPath}" "${BARE}"\n`, 0o755);
  const commit = async (...settings) => {
    await repository.git("reset", "-q", "--hard", before);
    await repository.settled();
    await stage(1);
    return repository.git(...settings, "commit", "-m", "the change again");
  };
  const took = await inTurns(rounds, {
    none: async () => (await commit("-c", "core.hooksPath=/dev/null")).ms,
    bare: async () => {
      const { ms } = await commit("-c", "core.hooksPath=../hooks-bare");
      if ((await reportsOfHead(repository)) !== repository.env.BARE_EVIDENCE)
        throw new Error("nothing was attached");
      return ms;
    },
    gate: async () => {
      const { ms, stdout, stderr } = await commit();
      if (!`${stdout}${stderr}`.includes("reused")) throw new Error(`nothing was reused: ${stdout}${stderr}`);
      return ms;
    },
  });
  const added = took.added("gate", "none");
  return {
    what: `attaching ${REPORTS} reports from the store at the commit, over no hook`,
    figure: ms(added),
    target: "≤ 150 ms",
    met: added <= 150,
    parts: `no hook ${ms(took.none)}, gate ${ms(took.gate)}; a bare program that looks after nothing adds ${ms(took.added("bare", "none"))}`,
  };
}

async function reportsOfHead(repository) {
  return (await repository.git("rev-parse", "HEAD:test-reports")).stdout.trim();
}
