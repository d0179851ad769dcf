import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurns, ms, timed, times } from "./measure.mjs";
import { Repository } from "./repository.mjs";
import { quickSuite } from "./suites.mjs";

const INPUTS = ["src/**", "prompts/**", "tests/model/**", "pyproject.toml", "uv.lock", "!**/*.md"];

/** The hook, when fresh, against a turborepo cache hit for the same inputs of the same tree. */
export async function turbo({ files, rounds }) {
  const binary = await turboBinary();
  const repository = await Repository.create({
    files,
    suite: quickSuite({ tests: 20, logs: 1 }),
    extra: {
      "package.json": JSON.stringify({
        name: "bench",
        private: true,
        packageManager: "npm@10.0.0",
        scripts: { "model-tests": "true" },
      }),
      "package-lock.json": JSON.stringify({ name: "bench", lockfileVersion: 3, packages: {} }),
      "turbo.json": JSON.stringify({ tasks: { "model-tests": { inputs: INPUTS, outputs: [] } } }),
      ".gitignore": ".turbo/\n",
    },
  });
  try {
    return [await compare(repository, binary, files, rounds)];
  } finally {
    repository.remove();
  }
}

async function compare(repository, binary, files, rounds) {
  const env = { ...repository.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", CI: "1" };
  const hit = async () => {
    const args = ["run", "model-tests", "--output-logs=none"];
    const { ms, stdout, stderr } = await timed(binary, args, { cwd: repository.directory, env });
    return { ms, hit: /1 cached/.test(`${stdout}${stderr}`) };
  };
  await hit();
  if (!(await hit()).hit) throw new Error("turbo does not hit its own cache");
  const took = await inTurns(rounds, {
    turbo: async () => (await hit()).ms,
    hook: async () =>
      (await timed(join(repository.directory, ".git/hooks/pre-commit"), [], repository.place)).ms,
  });
  const ratio = took.turbo / took.hook;
  return {
    what: `the hook against a turbo cache hit, ${files} files`,
    figure: `${times(ratio)} faster`,
    target: "≥ 10 ×",
    met: ratio >= 10,
    parts: `turbo ${ms(took.turbo)}, hook ${ms(took.hook)}`,
  };
}

/** The native program, without the Node launcher in front of it; installed once in the temporary directory. */
async function turboBinary() {
  const place = join(tmpdir(), "gate-bench-turbo");
  const platforms = join(place, "node_modules/@turbo");
  if (!existsSync(platforms)) {
    mkdirSync(place, { recursive: true });
    const args = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", place, "turbo@2"];
    await timed("npm", args, { cwd: place, env: process.env });
  }
  return join(platforms, readdirSync(platforms)[0], "bin/turbo");
}
