import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootId, processNamespace } from "../../src/adapters/files/life.ts";
import { PROJECT, Rig } from "../rig/repository.ts";

interface Check {
  readonly name: string;
  readonly state: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Set up by `gate init` itself, with evidence. */
async function installed(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject(suiteLines);
  const init = await rig.gate("init", "--yes");
  expect(init.code, init.stderr).toBe(0);
  await rig.git("config", "gate.launcher", join(PROJECT, "bin/gate.js"));
  await rig.git("config", "gate.node", process.execPath);
  await rig.git("add", ".");
  await rig.commit("first");
  return rig;
}

async function examined(
  rig: Rig,
  env: Readonly<Record<string, string>> = {},
): Promise<{
  readonly code: number | null;
  readonly bad: readonly Check[];
  readonly checks: readonly Check[];
}> {
  const ended = await rig.gateWith(env, "doctor", "--json");
  const { schema, ok, checks } = JSON.parse(ended.stdout);
  expect(schema).toBe("gate/doctor@1");
  expect(ok).toBe(ended.code === 0);
  return { code: ended.code, checks, bad: checks.filter((one: Check) => one.state !== "ok") };
}

describe("gate doctor", () => {
  it("finds nothing wrong right after init", async () => {
    const rig = await installed();
    const { code, bad, checks } = await examined(rig);
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    const names = checks.map(({ name }) => name);
    for (const name of [
      "node-version",
      "git-version",
      "launcher",
      "hooks",
      "gate.yaml",
      "signing",
      "gpu",
      "pre-push",
      "memo",
    ]) {
      expect(names).toContain(name);
    }
    const text = await rig.gate("doctor");
    expect(text.code).toBe(0);
    expect(
      text.stdout
        .trimEnd()
        .split("\n")
        .every((line) => line.startsWith("✓ ")),
    ).toBe(true);
  });

  it.each<[string, (rig: Rig) => unknown, string, RegExp]>([
    ["a hook is gone", (rig) => rig.remove(".git/hooks/pre-push"), "hooks", /pre-push does not call gate/],
    [
      "a hook calls something else",
      (rig) => rig.write(".git/hooks/pre-commit", "#!/bin/sh\n"),
      "hooks",
      /pre-commit does not call gate/,
    ],
    [
      "a hook is not executable",
      (rig) => chmodSync(join(rig.directory, ".git/hooks/pre-commit"), 0o644),
      "hooks",
      /not executable/,
    ],
    [
      "a shim is another version's",
      (rig) => rig.write(".git/hooks/gate/memo", "# old\n"),
      "hooks",
      /not what this version of gate ships/,
    ],
    ["a shim is gone", (rig) => rig.remove(".git/hooks/gate/launch"), "hooks", /launch/],
    [
      "the launcher is gone",
      (rig) => rig.git("config", "gate.launcher", "/nowhere/gate.js"),
      "launcher",
      /which is gone/,
    ],
    [
      "the hooks' Node is gone",
      (rig) => rig.git("config", "gate.node", "/nowhere/node"),
      "node-version",
      /does not start/,
    ],
    ["a setting is wrong", (rig) => rig.git("config", "gate.prePush", "no"), "pre-push", /"no"/],
    [
      "gate.yaml is wrong",
      async (rig) => {
        rig.write("gate.yaml", "version: 1\nsuits: {}\n");
        await rig.git("add", "gate.yaml");
      },
      "gate.yaml",
      /suits/,
    ],
    [
      "gate.yaml is not staged",
      (rig) => rig.git("rm", "-q", "--cached", "gate.yaml"),
      "gate.yaml",
      /no gate.yaml/,
    ],
  ])("says what to do where %s", async (_what, damage, name, message) => {
    const rig = await installed();
    await damage(rig);
    const { code, bad } = await examined(rig);
    expect(code).toBe(1);
    const found = bad.filter((one) => one.name === name && one.state === "broken");
    expect(found.map((one) => one.message).join("\n")).toMatch(message);
    if (name !== "gate.yaml") expect(found[0]?.hint).not.toBeNull();
    const text = await rig.gate("doctor");
    expect(text.stderr).toContain(`✗ ${name}`);
  });

  it("takes a launcher behind a link for the gate that it leads to", async () => {
    const rig = await installed();
    const link = join(rig.base, "gate.js");
    symlinkSync(join(PROJECT, "bin/gate.js"), link);
    await rig.git("config", "gate.launcher", link);
    expect((await examined(rig)).bad).toEqual([]);
  });

  it("is content again after what it said to do", async () => {
    const rig = await installed();
    rig.remove(".git/hooks/post-merge");
    rig.write(".git/hooks/gate/pre-push", "old\n");
    expect((await examined(rig)).code).toBe(1);
    await rig.gate("init", "--yes");
    expect((await examined(rig)).code).toBe(0);
  });

  it("keeps apart what only could be better", async () => {
    const rig = await installed("    gpu: required\n    on-stale: pending\n");
    await rig.git("config", "--unset", "gate.launcher");
    const { code, bad } = await examined(rig, { PATH: "/usr/bin:/bin" });
    expect(code).toBe(0);
    expect(bad.map(({ name, state }) => `${name} ${state}`)).toEqual(["launcher advice", "gpu advice"]);
  });

  it("does not send a gate that will be gone to gate init, which would not record it", async () => {
    const rig = await installed();
    await rig.git("config", "--unset", "gate.launcher");
    const temporary = join(rig.base, "gate.js");
    symlinkSync(join(PROJECT, "bin/gate.js"), temporary);
    const { stdout } = await rig.run(process.execPath, [temporary, "doctor"]);
    expect(stdout).toContain(
      "next: Install gate at a lasting place first, this one is temporary:  npm install --global model-gate;  then:  gate init",
    );
  });

  it("names a lock whose process is gone, and an attachment that was cut off", async () => {
    const rig = await installed();
    const holder = {
      pid: 4_194_305,
      host: hostname(),
      processStart: null,
      boot: bootId(),
      processNamespace: processNamespace(),
      purpose: "gate run",
      since: "2026-01-01T00:00:00Z",
    };
    rig.write(".git/gate/lock", JSON.stringify(holder));
    rig.write(".git/gate/journal.json", "{}");
    const { code, bad } = await examined(rig);
    expect(code).toBe(0);
    expect(bad.map(({ name }) => name)).toEqual(["lock", "journal"]);
    expect(bad[0]?.message).toContain("is gone and has left its lock");
  });

  it("says that evidence has to be signed and cannot be", async () => {
    const rig = await installed();
    const yaml = rig.read("gate.yaml");
    rig.write("gate.yaml", `${yaml}signing: {allowed-signers: signers, required: true}\n`);
    rig.write("signers", "");
    await rig.git("add", ".");
    const { code, bad } = await examined(rig);
    expect(code).toBe(1);
    expect(bad.map(({ name, state }) => `${name} ${state}`)).toEqual(["signing broken"]);
  });

  it("says that husky is not there in a linked worktree", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write("package.json", '{"scripts": {"prepare": "husky"}}\n');
    rig.writeProject();
    const husky = join(PROJECT, "node_modules/.bin/husky");
    expect((await rig.run(husky, [])).code).toBe(0);
    expect((await rig.gate("init", "--yes")).code).toBe(0);
    await rig.git("add", ".");
    await rig.git("commit", "-q", "--no-verify", "-m", "first");
    expect((await examined(rig)).code).toBe(0);
    await rig.git("worktree", "add", "-q", join(rig.base, "linked"));
    const linked = rig.at(join(rig.base, "linked"));
    const { code, bad } = await examined(linked);
    expect(code).toBe(1);
    const hooks = bad.find(({ name }) => name === "hooks");
    expect(hooks?.message).toContain(".husky/_ is missing");
    expect(hooks?.hint).toBe("npx husky");
    await linked.run(husky, []);
    expect((await examined(linked)).code).toBe(0);
  });

  it("changes nothing, and follows no hook that leads elsewhere", async () => {
    const rig = await installed();
    rmSync(join(rig.directory, ".git/hooks/pre-push"));
    writeFileSync(join(rig.base, "shared"), "#!/bin/sh\n");
    symlinkSync(join(rig.base, "shared"), join(rig.directory, ".git/hooks/pre-push"));
    const { code, bad } = await examined(rig);
    expect(code).toBe(1);
    expect(bad[0]?.message).toContain("symbolic link");
    expect(readFileSync(join(rig.base, "shared"), "utf8")).toBe("#!/bin/sh\n");
  });

  it("needs a repository with files", async () => {
    const rig = await Rig.create({ hooks: false });
    await rig.git("init", "-q", "--bare", join(rig.base, "bare.git"));
    const { code, bad } = await examined(rig.at(join(rig.base, "bare.git")));
    expect(code).toBe(2);
    expect(bad[0]?.message).toContain("bare repository");
  });
});
