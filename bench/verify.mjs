import { inTurns, ms } from "./measure.mjs";
import { INPUT_PATHSPECS, Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
/** Each test has a diagram, its metadata and three logs. */
const TESTS = 2000;
const REPORTS = TESTS * 5;

/** What CI pays to judge a commit whose reports are many: nothing but their ids is read. */
export async function verify({ files, rounds }) {
  const repository = await Repository.create({ files, suite: quickSuite({ tests: TESTS, logs: 3 }) });
  try {
    return [await measure(repository, files, rounds)];
  } finally {
    repository.remove();
  }
}

async function measure(repository, files, rounds) {
  const raw = ["--raw", "-r", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none"];
  const took = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    diffTree: async () =>
      (await repository.git("diff-tree", ...raw, EMPTY_TREE, "HEAD", "--", ...INPUT_PATHSPECS)).ms,
    manifest: async () => (await repository.git("cat-file", "blob", "HEAD:test-reports/model-tests.json")).ms,
    verify: async () => judged(await repository.gate("verify", "--json")),
    deep: async () => judged(await repository.gate("verify", "--json", "--deep")),
    base: async () => judged(await repository.gate("verify", "--json", "--base", "HEAD~1")),
  });
  const limit = took.node + 1.3 * (took.diffTree + took.manifest) + 100;
  return {
    what: `\`gate verify\`, ${files} files and ${REPORTS} reports`,
    figure: ms(took.verify),
    target: `≤ Node + 1.3 × (diff-tree + manifest) + 100 ms = ${ms(limit)}`,
    met: took.verify <= limit,
    parts: `Node ${ms(took.node)}, diff-tree ${ms(took.diffTree)}, manifest ${ms(took.manifest)}; with \`--base\` ${ms(took.base)}, with \`--deep\` ${ms(took.deep)}`,
  };
}

function judged({ ms: took, stdout, stderr }) {
  if (!stdout.includes('"ok":true')) throw new Error(`gate verify said: ${stdout}${stderr}`);
  return took;
}
