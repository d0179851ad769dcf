import { inTurns, ms, timed } from "./measure.mjs";
import { INPUT_PATHSPECS, Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const INPUT = "src/area_0/part_0/module_0.py";

/** How long it takes to say what is due after an input was changed and staged, each time anew. */
export async function decision({ files, rounds }) {
  const repository = await Repository.create({
    files,
    suite: quickSuite({ tests: 20, logs: 1 }),
    settings: "    on-stale: pending\n",
  });
  try {
    return await measure(repository, files, rounds);
  } finally {
    repository.remove();
  }
}

async function measure(repository, files, rounds) {
  let edits = 0;
  const stage = async () => {
    edits += 1;
    repository.write(INPUT, `edited = ${edits}\n`);
    await repository.git("add", INPUT);
  };
  const diffTree = async (environment) => {
    await stage();
    const tree = (await repository.git("write-tree")).stdout.trim();
    const raw = ["--raw", "-r", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none"];
    const args = ["diff-tree", ...raw, EMPTY_TREE, tree, "--", ...INPUT_PATHSPECS];
    const env = { ...repository.env, ...environment };
    return (await timed("git", args, { cwd: repository.directory, env })).ms;
  };
  const decided = async (args, word) => {
    const { ms, stdout, stderr } = await repository.gate(...args);
    if (!`${stdout}${stderr}`.includes(word)) throw new Error(`gate ${args} said: ${stdout}${stderr}`);
    return ms;
  };
  const took = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    diffTree: () => diffTree({}),
    diffTreeOnly: () => diffTree({ GIT_INDEX_FILE: "no-index" }),
    status: async () => {
      await stage();
      return decided(["status", "--json"], '"decision":"pending"');
    },
    hook: async () => {
      await stage();
      // inside a hook git has just done this
      await repository.git("write-tree");
      return decided(["pre-commit"], "pending");
    },
  });
  const limit = took.node + 1.3 * took.diffTree + 60;
  const row = (command, value) => ({
    what: `\`${command}\`, first decision after a change, ${files} files`,
    figure: ms(value),
    target: `≤ Node + 1.3 × diff-tree + 60 ms = ${ms(limit)}`,
    met: value <= limit,
    parts: `Node ${ms(took.node)}, diff-tree ${ms(took.diffTree)} (${ms(took.diffTreeOnly)} as gate asks it, without reading the index)`,
  });
  return [row("gate status", took.status), row("gate pre-commit", took.hook)];
}
