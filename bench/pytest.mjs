import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { inTurns, ms, timed } from "./measure.mjs";

const PLUGIN = resolve(import.meta.dirname, "../plugins/pytest");

/** What gate's plugin adds to pytest, in turns with the same suite without it. */
export async function pytest({ rounds }) {
  const directory = mkdtempSync(join(tmpdir(), "gate-bench-pytest-"));
  try {
    const quick = await overhead(directory, "1,000 trivial tests", quickTests(1000), rounds);
    const slow = await overhead(
      directory,
      "20 tests of one second",
      slowTests(20),
      Math.min(rounds, 3),
      false,
    );
    return [
      row(quick, "events", 10, "events only"),
      row(quick, "observed", 20, "with observed inputs"),
      row(slow, "observed", 1, "with observed inputs"),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const quickTests = (count) =>
  Array.from({ length: count }, (_, index) => `def test_${index}():\n    assert True\n`).join("\n");

const slowTests = (count) =>
  `import time\n\n${Array.from({ length: count }, (_, index) => `def test_${index}():\n    time.sleep(1)\n`).join("\n")}`;

async function overhead(directory, what, tests, rounds, alsoEvents = true) {
  const project = join(directory, what.replaceAll(/\W+/g, "-"));
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "src/app.py"), "VALUE = 1\n");
  writeFileSync(join(project, "conftest.py"), "import sys\nsys.path.insert(0, 'src')\n");
  writeFileSync(join(project, "test_all.py"), `import app\n\n${tests}`);
  const run = (env) => async () => {
    const took = await timed("python3", ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_all.py"], {
      cwd: project,
      env: { ...process.env, PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "", ...env },
    });
    if (!took.stdout.includes(" passed")) throw new Error(`pytest said: ${took.stdout}${took.stderr}`);
    return took.ms;
  };
  const took = await inTurns(rounds, {
    bare: run({}),
    ...(alsoEvents ? { events: run(injected(directory, project, false)) } : {}),
    observed: run(injected(directory, project, true)),
  });
  return { what, took };
}

/** As `gate run` sets it. */
function injected(directory, root, observe) {
  const session = mkdtempSync(join(directory, "session-"));
  for (const name of ["events", "artifacts"]) mkdirSync(join(session, name));
  const settings = join(session, "reporter.json");
  writeFileSync(
    settings,
    JSON.stringify({ logs: ["**/session*.log"], maxLogBytes: 1 << 20, observe, ownModules: ["app"] }),
  );
  return {
    GATE_EVENTS: join(session, "events"),
    GATE_ARTIFACTS: join(session, "artifacts"),
    GATE_ROOT: root,
    GATE_SESSION: "bench",
    GATE_SETTINGS: settings,
    PYTHONPATH: [PLUGIN, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    PYTEST_ADDOPTS: "-p gate_pytest",
  };
}

function row({ what, took }, which, percent, how) {
  const added = (took[which] / took.bare - 1) * 100;
  return {
    what: `pytest under gate, ${what}, ${how}`,
    figure: `${added.toFixed(1)} % more`,
    target: `≤ ${percent} %`,
    met: added <= percent,
    parts: Object.entries(took)
      .flatMap(([name, value]) => (typeof value === "number" ? [`${name} ${ms(value)}`] : []))
      .join(", "),
  };
}
