import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { GATE, Rig } from "../rig/repository.ts";
import { type Started, start, until } from "../rig/started.ts";

vi.setConfig({ testTimeout: 120_000 });

const UUID = "-8f1c-4e7f-9a0b-1c2d3e4f5a6b";
const GPU = (index: number) => `echo '${index}, NVIDIA L4, 550.54, 24576, GPU-0000000${index}${UUID}'`;

interface Machine {
  /** Where nvidia-smi is; the leases lie there too. */
  readonly env: Readonly<Record<string, string>>;
  readonly leases: string;
}

/** Several repositories on one machine, which has these GPUs. */
function machine(rig: Rig, gpus: number, sample = ""): Machine {
  const directory = join(rig.base, "driver");
  mkdirSync(directory, { recursive: true });
  const listed = Array.from({ length: gpus }, (_, index) => GPU(index)).join("; ");
  const script = `case "$*" in *--loop*) ${sample === "" ? ":" : sample} ;; *) ${listed} ;; esac`;
  writeFileSync(join(directory, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "nvidia-smi"), 0o755);
  const leases = join(directory, "leases");
  return { env: { PATH: `${directory}:${rig.env.PATH}`, GATE_GPU_LEASES: leases }, leases };
}

/** A suite that says which devices it has, and ends when the test says so. */
async function project(lines: string): Promise<Rig> {
  const rig = await Rig.create();
  const before = [
    `echo "\${CUDA_VISIBLE_DEVICES-unset} \${CUDA_DEVICE_ORDER-unset}" > "${rig.base}/devices"`,
    `while [ ! -e "${rig.base}/go" ]; do sleep 0.05; done`,
  ];
  rig.suite.answers([{ id: "tests/test_store.py::test_store" }], { before: before.join("\n") });
  rig.writeProject(lines);
  await rig.git("add", ".");
  return rig;
}

function run(rig: Rig, { env }: Machine): Started {
  const gate = start(rig, process.execPath, [GATE, "run"], env);
  onTestFinished(() => {
    // where the test has not come to let it go on
    go(rig);
  });
  return gate;
}

const go = (rig: Rig) => writeFileSync(join(rig.base, "go"), "");
const devicesOf = (rig: Rig) => readFileSync(join(rig.base, "devices"), "utf8").trim();
/** The shell makes the file before it writes into it. */
const runs = (rig: Rig) =>
  until(() => existsSync(join(rig.base, "devices")) && devicesOf(rig) !== "", "the suite to run");
const waits = (gate: Started) => until(() => gate.said().includes("waiting for"), "gate to wait");

describe("two gates on one machine", () => {
  it("take turns; the one that waits says who has the GPU", async () => {
    const [first, second] = [await project("    gpu: required\n"), await project("    gpu: optional\n")];
    const here = machine(first, 1);
    const holding = run(first, here);
    await runs(first);
    const waiting = run(second, here);
    await waits(waiting);
    expect(waiting.said()).toMatch(
      new RegExp(
        `gate  model-tests: waiting for GPU 0: held by model-tests in ${first.directory} ` +
          `\\(process ${holding.pid}\\) since \\d\\d:\\d\\d UTC\\. It waits for 60:00 at most; Ctrl-C gives up\\.`,
      ),
    );
    expect(existsSync(join(second.base, "devices"))).toBe(false);
    go(second);
    go(first);
    expect(await holding.ended).toMatchObject({ code: 0 });
    expect(await waiting.ended).toMatchObject({ code: 0 });
    expect(devicesOf(second)).toBe("unset unset");
    expect(readdirSync(here.leases)).toEqual([]);
  });

  it("share a GPU that has room for both, and use another where it has not", async () => {
    const small = "    gpu: required\n    gpu-memory: 10GiB\n";
    const rigs = [await project(small), await project(small), await project(small)] as const;
    const here = machine(rigs[0], 2);
    const gates: Started[] = [];
    for (const rig of rigs) {
      gates.push(run(rig, here));
      await runs(rig);
    }
    expect(rigs.map(devicesOf)).toEqual(["0 PCI_BUS_ID", "0 PCI_BUS_ID", "1 PCI_BUS_ID"]);
    for (const rig of rigs) go(rig);
    for (const gate of gates) expect(await gate.ended).toMatchObject({ code: 0 });
    const manifest = JSON.parse(rigs[0].read("test-reports/model-tests.json"));
    expect(manifest.machine.gpus).toHaveLength(1);
  });

  it("see only what the user shows them", async () => {
    const rig = await project("    gpu: required\n    gpu-memory: 10GiB\n");
    const { env, leases } = machine(rig, 3);
    go(rig);
    await run(rig, { leases, env: { ...env, CUDA_VISIBLE_DEVICES: "2,1" } }).ended;
    expect(devicesOf(rig)).toBe("2 unset");
  });

  it("do not run what was checked before the wait and changed in it", async () => {
    const [first, second] = [await project("    gpu: required\n"), await project("    gpu: required\n")];
    const here = machine(first, 1);
    const holding = run(first, here);
    await runs(first);
    const waiting = run(second, here);
    await waits(waiting);
    second.write("src/router.py", "route = 2\n");
    go(first);
    expect(await waiting.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the working tree is not what you are committing"),
    });
    expect(second.suite.runs).toBe(0);
    await holding.ended;
  });

  it("are not kept waiting by one that was killed", async () => {
    const [first, second] = [await project("    gpu: required\n"), await project("    gpu: required\n")];
    const here = machine(first, 1);
    const killed = run(first, here);
    await runs(first);
    go(second);
    const waiting = run(second, here);
    await waits(waiting);
    killed.signal("SIGKILL");
    expect(await waiting.ended).toMatchObject({ code: 0 });
    expect(readdirSync(here.leases)).toEqual([]);
  });
});

describe("waiting for a GPU", () => {
  it("ends at Ctrl-C, with nothing left behind", async () => {
    const [first, second] = [await project("    gpu: required\n"), await project("    gpu: required\n")];
    const here = machine(first, 1);
    const holding = run(first, here);
    await runs(first);
    const waiting = run(second, here);
    await waits(waiting);
    waiting.signalGroup("SIGINT");
    expect(await waiting.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining("interrupted while it waited for GPU 0; nothing was run."),
    });
    expect(second.exists(".gate/sessions")).toBe(false);
    go(first);
    await holding.ended;
    expect(readdirSync(here.leases)).toEqual([]);
  });

  it("ends when the suite's own time is over", async () => {
    const [first, second] = [
      await project("    gpu: required\n"),
      await project("    gpu: required\n    timeout: 1s\n"),
    ];
    const here = machine(first, 1);
    const holding = run(first, here);
    await runs(first);
    const ended = await run(second, here).ended;
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain("GPU 0 was not free within 1.0 s: held by model-tests in");
    go(first);
    await holding.ended;
  });

  it("leaves a commit pending when its budget is used up", async () => {
    const [first, second] = [
      await project("    gpu: required\n"),
      await project("    gpu: required\n    commit-budget: 1s\n"),
    ];
    const here = machine(first, 1);
    const holding = run(first, here);
    await runs(first);
    const ended = await second.run("git", ["commit", "-m", "first"], here.env);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(
      "Evidence pending: GPU 0 was not free within 1.0 s: held by model-tests in",
    );
    go(first);
    await holding.ended;
  });
});

describe("a GPU that is too small", () => {
  it("is as good as none", async () => {
    const rig = await project("    gpu: required\n    gpu-memory: 40GiB\n");
    const here = machine(rig, 1);
    const ended = await run(rig, here).ended;
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain("gpu-memory is 40 GiB, the largest GPU here has 24 GiB");
    const committed = await rig.run("git", ["commit", "-m", "first"], here.env);
    expect(committed.code).toBe(0);
    expect(committed.stderr).toContain("gpu-memory is 40 GiB");
  });
});

describe("peak VRAM", () => {
  it("is in the manifest for each test, and in the session for all of the run", async () => {
    const rig = await project("    gpu: required\n");
    const used = `while :; do echo '0, NVIDIA L4, 87, 10001, 24576, 64, 70.1'; sleep 0.1; done`;
    const here = machine(rig, 1, used);
    const now = `time=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)`;
    const event = (members: string) =>
      `echo '{"v":1,"seq":'$seq',"time":"'$time'",${members}}' >> "$GATE_EVENTS/1-main.ndjson"; seq=$((seq+1))`;
    const id = `"id":"tests/a.py::test_long"`;
    rig.suite.does(
      [
        `seq=0; ${now}`,
        event(`"type":"hello","role":"main","runner":{"name":"fake","version":"1"},"pid":1`),
        event(`"type":"plan","tests":[{${id},"name":"test_long","file":null}]`),
        event(`"type":"test-start",${id},"name":"test_long","file":null`),
        `while ! grep -q 10001 "$GATE_EVENTS/../gpu.csv"; do sleep 0.1; done`,
        event(`"type":"test-end",${id},"outcome":"passed","duration":60,"message":null,"properties":{}`),
        event(`"type":"end","tests":1`),
      ].join("\n"),
    );
    const ended = await run(rig, here).ended;
    expect(ended).toMatchObject({ code: 0 });
    const manifest = JSON.parse(rig.read("test-reports/model-tests.json"));
    expect(manifest.tests["tests/a.py::test_long"].peak_vram_mib).toBe(10_240);
    const [name = ""] = readdirSync(join(rig.directory, ".gate/sessions"));
    const session = JSON.parse(rig.read(`.gate/sessions/${name}/session.json`));
    expect(session.ended.peakVramMiB).toBe(10_001);
  });
});
