import { setTimeout } from "node:timers/promises";
import { inTurns, ms, times } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

/** gate trusts the times of an index file that are older than this. */
const SETTLED_MS = 3_500;

/** What a commit costs when nothing that matters changed, and how fast `gate status` says so. */
export async function fresh({ files, rounds }) {
  const repository = await Repository.create({ files, suite: quickSuite({ tests: 20, logs: 1 }) });
  try {
    return [await hook(repository, files, rounds), ...(await status(repository, files, rounds))];
  } finally {
    repository.remove();
  }
}

async function hook(repository, files, rounds) {
  let edits = 0;
  const commit = async (...settings) => {
    edits += 1;
    repository.write("docs/area_0/part_0/module_0.py", `edited = ${edits}\n`);
    await repository.git("add", "docs/area_0/part_0/module_0.py");
    return (await repository.git(...settings, "commit", "-q", "-m", `edit ${edits}`)).ms;
  };
  const took = await inTurns(rounds, {
    empty: () => commit("-c", `core.hooksPath=${repository.noHooks}`),
    gate: () => commit(),
    writeTree: async () => (await repository.git("write-tree")).ms,
  });
  const added = took.added("gate", "empty");
  const limit = files <= 10_000 ? 10 : 2 * took.writeTree;
  return {
    what: `the shim adds to \`git commit\` when fresh, ${files} files`,
    figure: ms(added),
    target: files <= 10_000 ? "≤ 10 ms" : `≤ 2 × write-tree = ${ms(limit)}`,
    met: added <= limit,
    parts: `empty hook ${ms(took.empty)}, gate ${ms(took.gate)}, write-tree ${ms(took.writeTree)}`,
  };
}

async function status(repository, files, rounds) {
  await setTimeout(SETTLED_MS);
  const took = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    again: async () => (await repository.gate("status", "--json")).ms,
  });
  const other = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    staged: async (round) => {
      repository.write("docs/area_0/part_0/module_1.py", `staged = ${round}\n`);
      await repository.git("add", "docs/area_0/part_0/module_1.py");
      return (await repository.gate("status", "--json")).ms;
    },
  });
  const limit = files <= 10_000 ? 1.6 : 2;
  const row = (when, value, node) => ({
    what: `\`gate status\` when the memo holds, ${when}, ${files} files`,
    figure: times(value / node),
    target: `≤ ${limit} × empty Node`,
    met: value / node <= limit,
    parts: `Node ${ms(node)}, gate ${ms(value)}`,
  });
  return [
    row("nothing staged since", took.again, took.node),
    row("something else staged since", other.staged, other.node),
  ];
}
