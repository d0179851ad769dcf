import { inTurns, ms, timed, times } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const RULES = "*.log\nlogs/\n\n!test-reports/logs/**/*.log\n";
const PATHS = 10_000;
const IGNORED = "docs/area_3/logs/test_hello/session.log";
const PLAIN = "docs/area_3/logs.md";

/** What `gate why-ignored` takes for one path, and for 10,000 of them against git alone. */
export async function whyIgnored({ files, rounds }) {
  const repository = await Repository.create({
    files: files ?? 10_000,
    suite: quickSuite({ tests: 2, logs: 1 }),
  });
  try {
    repository.write(".gitignore", RULES);
    repository.write(IGNORED, "");
    return [await onePath(repository, rounds), ...(await manyPaths(repository, rounds))];
  } finally {
    repository.remove();
  }
}

async function onePath(repository, rounds) {
  await expectAnswers(repository);
  const took = await inTurns(rounds, {
    node: async () => (await repository.emptyNode()).ms,
    plain: async () => (await repository.gate("why-ignored", PLAIN)).ms,
    ignored: async () => (await repository.gate("why-ignored", IGNORED)).ms,
  });
  return {
    what: "`gate why-ignored` of one ignored path, with the lines to add",
    figure: times(took.ignored / took.node),
    target: "≤ 2 × empty Node",
    met: took.ignored <= 2 * took.node,
    parts: `Node ${ms(took.node)}, gate ${ms(took.ignored)}; of a path that no rule matches ${ms(took.plain)} (${times(took.plain / took.node)})`,
  };
}

/** As a script asks, files of some directories one after the other: every second one is ignored. */
const paths = Array.from({ length: PATHS }, (_, index) => {
  return `src/area_${Math.floor(index / 500)}/part_${Math.floor(index / 50)}/new_${index}.${index % 2 === 0 ? "log" : "py"}`;
});

async function manyPaths(repository, rounds) {
  const input = `${paths.join("\n")}\n`;
  const { place } = repository;
  const ask =
    (...args) =>
    async () =>
      (await timed(process.execPath, [repository.program, "why-ignored", ...args], { ...place, input })).ms;
  const git =
    (...args) =>
    async () => {
      return (await timed("git", ["check-ignore", "--stdin", "-v", "-n", ...args], { ...place, input })).ms;
    };
  const took = await inTurns(Math.min(rounds, 9), {
    git: git(),
    alone: git("--no-index"),
    text: ask("--stdin"),
    json: ask("--stdin", "--json"),
  });
  return ["text", "json"].map((how) => ({
    what: `\`gate why-ignored --stdin\` of ${PATHS} paths, as ${how === "text" ? "text" : "JSON"}`,
    figure: times(took[how] / took.git),
    target: "≤ 2 × git check-ignore --stdin -v -n",
    met: took[how] <= 2 * took.git,
    parts: `git ${ms(took.git)} (without looking at the index ${ms(took.alone)}), gate ${ms(took[how])}`,
  }));
}

async function expectAnswers(repository) {
  const [plain, ignored] = JSON.parse(
    (await repository.gate("why-ignored", "--json", PLAIN, IGNORED)).stdout,
  ).paths;
  const right = !plain.ignored && ignored.ignored && ignored.fix.length === 1 && ignored.rules.length === 2;
  if (!right) throw new Error(`gate why-ignored said: ${JSON.stringify([plain, ignored])}`);
}
