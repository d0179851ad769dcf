import { inTurns, ms, times } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

/** What a commit costs when nothing that matters changed, and how fast `gate status` says so. */
export async function fresh({ files, rounds }) {
  const repository = await Repository.create({ files, suite: quickSuite({ tests: 20, logs: 1 }) });
  try {
    return [await hook(repository, files, rounds), await status(repository, files, rounds)];
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
  const added = took.gate - took.empty;
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
  const took = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    status: async () => (await repository.gate("status", "--json")).ms,
  });
  const ratio = took.status / took.node;
  const limit = files <= 10_000 ? 1.6 : 2;
  return {
    what: `\`gate status\` when the memo holds, ${files} files`,
    figure: times(ratio),
    target: `≤ ${limit} × empty Node`,
    met: ratio <= limit,
    parts: `Node ${ms(took.node)}, gate ${ms(took.status)}`,
  };
}
