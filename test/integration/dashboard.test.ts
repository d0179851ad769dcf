import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DirectedSuite } from "../rig/directed-suite.ts";
import { GATE, Rig } from "../rig/repository.ts";
import { livingProcesses, until } from "../rig/started.ts";
import { gateRun, HAS_TMUX, Terminal } from "../rig/terminal.ts";

const SERVICE = "    services:\n      ollama:\n        run: sleep 1000\n        model: qwen2.5\n";

interface Shape {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: string;
  readonly command?: string;
}

/** gate running a suite that the test directs, in a terminal of this size. */
async function watched({ columns, rows, env = {}, before = "", command = gateRun() }: Shape) {
  const rig = await Rig.create();
  const suite = new DirectedSuite(rig, before);
  rig.writeProject(`    gpu: optional\n${SERVICE}`);
  await rig.git("add", ".");
  const path = `${driver(rig)}:${rig.env.PATH}`;
  const terminal = await Terminal.open(rig, { columns, rows, env: { PATH: path, ...env } }, command);
  await suite.running();
  return { rig, suite, terminal };
}

/** An nvidia-smi of one GPU, whose numbers stay what they are. */
function driver(rig: Rig): string {
  const directory = join(rig.base, "driver");
  mkdirSync(directory, { recursive: true });
  const gpu = "0, NVIDIA GeForce RTX 4090";
  const script = `#!/bin/sh
case "$*" in
*--loop*) echo '${gpu}, 78, 11468, 24564, 61, 210.5'; exec sleep 1000 ;;
*) echo '${gpu}, 550.54.14, 24564, GPU-8f1c2a34-5b6d-4e7f-9a0b-1c2d3e4f5a6b' ;;
esac
`;
  writeFileSync(join(directory, "nvidia-smi"), script);
  chmodSync(join(directory, "nvidia-smi"), 0o755);
  return directory;
}

/** Two domains, of which one is done: two tests passed, one failed, one runs, two are to come. */
function halfWay(suite: DirectedSuite): void {
  suite.plans("llm/test_a", "llm/test_b", "llm/test_c", "stt/test_d", "stt/test_e", "stt/test_f");
  for (const test of ["llm/test_a", "llm/test_b", "llm/test_c"]) {
    suite.begins(test);
    if (test === "llm/test_b") suite.ends(test, "failed", "assert 'wörld' == 'world'\nsecond line");
    else suite.ends(test);
  }
  suite.begins("stt/test_d");
}

/** What differs from run to run. */
function settled(screen: string): string {
  return screen
    .replaceAll(/RUN_\d{8}_\d{6}(?:_\d+)?/g, "RUN_20260213_142722")
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "14:27:22")
    .replaceAll(/(?<!:)\b\d+:\d\d\b(?!:)/g, "0:00")
    .replace(/^\S+ \d+\.\d+ \S+, \d+ CPUs?, [\d.]+ GiB/m, "Linux 6.1 x86_64, 16 CPUs, 64.0 GiB")
    .replace(/ in \d+\.\d s on /, " in 0.0 s on ");
}

/** Not the shell, nor tmux, which have its command among their arguments. */
function gateIn(rig: Rig): number | null {
  const command = `${process.execPath} ${GATE} run`;
  return livingProcesses(rig).find((one) => one.command === command)?.pid ?? null;
}

const PATIENCE = { timeout: 20_000, interval: 100 };

const seen = (terminal: Terminal) => expect.poll(() => terminal.screen(), PATIENCE);

const shows = (terminal: Terminal, screen: string) =>
  expect.poll(() => settled(terminal.screen()), PATIENCE).toBe(screen.trim());

/** The shell that follows takes lines. */
async function isUsable(terminal: Terminal): Promise<void> {
  terminal.press("Enter", "echo $((40 + 2))", "Enter");
  await seen(terminal).toMatch(/^(?:\$ )?42$/m);
}

const ANNOUNCED = 'gate  model-tests: no evidence yet. Running: sh "$RIG_SUITE"';

describe.skipIf(!HAS_TMUX)("the screen of a run (apt-get install tmux)", () => {
  it("shows the whole run at 80 columns and 24 rows", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24 });
    halfWay(suite);
    await shows(
      terminal,
      `
${ANNOUNCED}
gate  model-tests  RUN_20260213_142722
Linux 6.1 x86_64, 16 CPUs, 64.0 GiB, NVIDIA GeForce RTX 4090 (24.0 GiB)

all          ████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 3/6  50 %
stt          ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/3   0 %
tests        2 passed, 1 failed
time         0:00, about 0:00 left
now          running test_d (0:00)

service      ready    ollama (qwen2.5)
GPU 0         78 %            ▆  11.2/24.0 GiB VRAM            ▄  61 °C, 211 W

failed       tests/llm/test_llm.py::test_b: assert 'wörld' == 'world'

[14:27:22] [INFO] Starting Test Run: model-tests (RUN_20260213_142722)
[14:27:22] [INFO] Loading Model: qwen2.5
[14:27:22] [INFO] Service ollama (qwen2.5): ready
[14:27:22] [INFO] Planned: 6 tests
[14:27:22] [INFO] test_a: PASSED (Duration: 0.5s)
[14:27:22] [ERROR] test_b: FAILED (Duration: 0.5s): assert 'wörld' == 'world'
[14:27:22] [INFO] test_c: PASSED (Duration: 0.5s)
`,
    );
  });

  it("uses what a larger window has", async () => {
    const { suite, terminal } = await watched({ columns: 200, rows: 50 });
    halfWay(suite);
    await shows(
      terminal,
      `
${ANNOUNCED}
gate  model-tests  RUN_20260213_142722
Linux 6.1 x86_64, 16 CPUs, 64.0 GiB, NVIDIA GeForce RTX 4090 (24.0 GiB)

all          ██████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 3/6  50 %
stt          ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/3   0 %
tests        2 passed, 1 failed
time         0:00, about 0:00 left
now          running test_d (0:00)

service      ready    ollama (qwen2.5)
GPU 0         78 %                    ▆  11.2/24.0 GiB VRAM                    ▄  61 °C, 211 W

failed       tests/llm/test_llm.py::test_b: assert 'wörld' == 'world'

[14:27:22] [INFO] Starting Test Run: model-tests (RUN_20260213_142722)
[14:27:22] [INFO] Loading Model: qwen2.5
[14:27:22] [INFO] Service ollama (qwen2.5): ready
[14:27:22] [INFO] Planned: 6 tests
[14:27:22] [INFO] Scenario tests/llm/test_llm.py::test_a: PASSED (Duration: 0.5s)
[14:27:22] [ERROR] Scenario tests/llm/test_llm.py::test_b: FAILED (Duration: 0.5s): assert 'wörld' == 'world'
[14:27:22] [INFO] Scenario tests/llm/test_llm.py::test_c: PASSED (Duration: 0.5s)
`,
    );
  });

  it("shows what matters most at 40 columns and 10 rows", async () => {
    const { suite, terminal } = await watched({ columns: 40, rows: 10 });
    halfWay(suite);
    await shows(
      terminal,
      `
gate  model-tests  RUN_20260213_142722
all     ██████████░░░░░░░░░░░ 3/6  50 %
stt     ░░░░░░░░░░░░░░░░░░░░░ 0/3   0 %
time    0:00, about 0:00 left
now     running test_d (0:00)
service ready    ollama (qwen2.5)
GPU 0    78 %  11.2/24.0 GiB VRAM
failed  test_b: assert 'wörld' == 'wor…
14:27:22 test_c: PASSED (Duration: 0.5…
`,
    );
  });

  it("is drawn anew when the window changes", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24 });
    halfWay(suite);
    await seen(terminal).toContain("running test_d");
    terminal.resize(40, 10);
    await seen(terminal).toMatch(/^now +running test_d/m);
    await expect.poll(() => terminal.screen().split("\n"), PATIENCE).toHaveLength(9);
    terminal.resize(120, 40);
    await seen(terminal).toMatch(/^\[\d\d:\d\d:\d\d\] \[INFO\] Planned: 6 tests$/m);
    expect(terminal.screen().match(/running test_d/g)).toHaveLength(1);
  });

  it("leaves a summary, then gate says what came of it; the suite's own output is in the session", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24, before: "echo said by the suite" });
    suite.plans("llm/test_a");
    suite.begins("llm/test_a");
    suite.ends("llm/test_a");
    suite.says({ type: "end", tests: 1 });
    suite.exits(0);
    await shows(
      terminal,
      `
${ANNOUNCED}
gate  model-tests  RUN_20260213_142722  passed
all          ████████████████████████████████████████████████████████ 1/1 100 %
tests        1 passed
time         0:00
GPU 0        NVIDIA GeForce RTX 4090, peak 11.2 GiB VRAM
gate  model-tests: 1 passed in 0.0 s on NVIDIA GeForce RTX 4090. 5 reports chang
ed, staged for the next commit.
ended: 0
$
`,
    );
    expect(terminal.everything()).not.toContain("said by the suite");
    expect(terminal.isAsBefore()).toBe(true);
  });

  it("ends with the suite's last lines where no test says what went wrong", async () => {
    const { suite, terminal } = await watched({
      columns: 80,
      rows: 24,
      before: "printf 'ImportError: no module \\033[31mnamed torch\\033[0m\\r\\n'",
    });
    suite.exits(1);
    await seen(terminal).toContain("ended: 1");
    expect(terminal.screen()).toMatch(/^output +ImportError: no module named torch$/m);
  });

  it("is gone at once on Ctrl-C, and what gate started with it", async () => {
    const { rig, suite, terminal } = await watched({ columns: 80, rows: 24 });
    halfWay(suite);
    await seen(terminal).toContain("running test_d");
    terminal.press("C-c");
    await seen(terminal).toContain("ended: 130");
    expect(terminal.everything().match(/running test_d/g)).toHaveLength(1);
    expect(terminal.everything()).toContain("gate  model-tests: not accepted (interrupted).");
    expect(terminal.isAsBefore()).toBe(true);
    expect(gateIn(rig)).toBeNull();
    expect(livingProcesses(rig).filter(({ command }) => /suite\.sh|sleep 1000/.test(command))).toEqual([]);
    await isUsable(terminal);
  });

  it.each(["SIGKILL", "SIGTERM", "SIGQUIT"] as const)("leaves a usable terminal after %s", async (signal) => {
    const { rig, suite, terminal } = await watched({ columns: 80, rows: 24 });
    halfWay(suite);
    await seen(terminal).toContain("running test_d");
    const gate = gateIn(rig);
    if (gate === null) throw new Error("gate does not run");
    process.kill(gate, signal);
    await seen(terminal).toMatch(/^ended: \d+$/m);
    expect(terminal.isAsBefore()).toBe(true);
    await isUsable(terminal);
  });

  it("goes on below what the shell wrote while gate was stopped", async () => {
    const { rig, suite, terminal } = await watched({ columns: 80, rows: 50 });
    halfWay(suite);
    await seen(terminal).toContain("running test_d");
    const gate = gateIn(rig);
    if (gate === null) throw new Error("gate does not run");
    process.kill(gate, "SIGSTOP");
    process.kill(gate, "SIGCONT");
    await expect.poll(() => terminal.screen().match(/running test_d/g)?.length, PATIENCE).toBe(2);
  });

  it("takes gate along when its window is closed", async () => {
    const { rig, suite, terminal } = await watched({ columns: 80, rows: 24 });
    halfWay(suite);
    await seen(terminal).toContain("running test_d");
    terminal.close();
    await until(() => livingProcesses(rig).length === 0, "everything to end");
  });

  it("has colours, and none with NO_COLOR", async () => {
    const coloured = await watched({ columns: 80, rows: 24 });
    halfWay(coloured.suite);
    await seen(coloured.terminal).toContain("running test_d");
    expect(coloured.terminal.colours()).toContain("\u001b[31m");
    const plain = await watched({ columns: 80, rows: 24, env: { NO_COLOR: "1" } });
    halfWay(plain.suite);
    await seen(plain.terminal).toContain("running test_d");
    expect(plain.terminal.colours()).not.toContain("\u001b");
  });

  it("is made of ASCII where the locale has no UTF-8", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24, env: { LANG: "C" } });
    halfWay(suite);
    await seen(terminal).toMatch(/^all +#{28}-{28} 3\/6 {2}50 %$/m);
  });

  it("lets no name of a test steer the terminal", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24 });
    const wide = `llm/test_\u001b[2J\u001b]0;title\u0007_${"日本語".repeat(20)}👩‍💻`;
    suite.plans(wide, "llm/test_b");
    suite.begins(wide);
    suite.ends(wide, "failed", `\u001b[?25l\r\n${"x".repeat(5000)}`);
    suite.begins("llm/test_b");
    await seen(terminal).toMatch(/^now +running test_b/m);
    expect(terminal.screen()).toMatch(/^failed +test__日本語[日本語]*…$/m);
    expect(terminal.isAsBefore()).toBe(true);
  });

  it("is there at a commit too", async () => {
    const { suite, terminal } = await watched({ columns: 80, rows: 24, command: "git commit -q -m first" });
    halfWay(suite);
    await seen(terminal).toMatch(/^now +running test_d/m);
    terminal.press("C-c");
    await seen(terminal).toContain("The commit is refused.");
    expect(terminal.isAsBefore()).toBe(true);
    await isUsable(terminal);
  });

  it.each([
    ["a small window", { columns: 39, rows: 24 }],
    ["a low window", { columns: 80, rows: 9 }],
    ["TERM=dumb", { columns: 200, rows: 24, command: `TERM=dumb ${gateRun()}` }],
    ["GATE_PLAIN=1", { columns: 200, rows: 24, env: { GATE_PLAIN: "1" } }],
    ["CI", { columns: 200, rows: 24, env: { CI: "true" } }],
    ["--json", { columns: 200, rows: 24, command: gateRun("--json") }],
  ])("gives way to lines with %s", async (_what, shape) => {
    const { suite, terminal } = await watched({ ...shape, before: "echo said by the suite" });
    halfWay(suite);
    const said = () => terminal.everything().replaceAll("\n", "");
    for (const text of [
      "FAILED (Duration: 0.5s): assert 'wörld' == 'world'",
      "said by the suite",
      "Service ollama (qwen2.5): ready",
    ]) {
      await expect.poll(said, PATIENCE).toContain(text);
    }
    expect(said()).not.toContain("█");
  });
});
