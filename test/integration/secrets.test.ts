import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { awsKeyId, githubToken } from "../rig/secrets.ts";
import { filesBelow, snapshot } from "../rig/snapshot.ts";

const TOKEN = githubToken();
const LOG = "test-reports/logs/test_a/session.log";

/** A suite whose log holds a token. Everything is staged. */
async function leakyProject(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.writeProject(suiteLines);
  rig.suite.answers([
    { id: "t::test_a", prompt: "Hello", logs: { "session.log": `ready\nuses ${TOKEN}\n` } },
  ]);
  await rig.git("add", ".");
  return rig;
}

const sessionIn = (text: string) => /gate run --from (RUN_\w+)/.exec(text)?.[1] ?? "";

async function settle(rig: Rig, lines: string): Promise<void> {
  rig.write("gate.yaml", `${rig.read("gate.yaml")}${lines}`);
  await rig.git("add", "gate.yaml");
}

async function wholeRepository(rig: Rig): Promise<string> {
  const objects = await rig.git("cat-file", "--batch-all-objects", "--batch");
  return objects + JSON.stringify(filesBelow(`${rig.directory}/test-reports`));
}

describe("a run whose log holds a secret", () => {
  it("is refused at the commit, and nothing is recorded", async () => {
    const rig = await leakyProject();
    const before = await snapshot(rig);
    const ended = await rig.tryCommit("leaky");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`${LOG}:2  ghp_**************** looks like a secret (github)`);
    expect(ended.stderr).toContain("No report was touched.");
    expect(ended.stderr + ended.stdout).not.toContain(TOKEN.slice(4));
    expect(await snapshot(rig)).toEqual(before);
    expect(await wholeRepository(rig)).not.toContain(TOKEN.slice(4));
    const session = sessionIn(ended.stderr);
    expect(JSON.stringify(filesBelow(`${rig.directory}/.gate/sessions/${session}`))).toContain(TOKEN);
  });

  it("tells scripts the same, without the secret", async () => {
    const rig = await leakyProject();
    const ended = await rig.gate("run", "--json");
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).not.toContain(TOKEN.slice(4));
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ok: false,
      suites: [
        { kind: "refused", problems: [{ code: "secret-found", path: LOG, line: 2, suite: "model-tests" }] },
      ],
    });
  });

  it.each([
    ["redact", "    secrets: redact\n", "ready\nuses [redacted: github]\n"],
    [
      "an allowance",
      `    secrets:\n      allow:\n        - match: ${TOKEN}\n          reason: a fixture\n`,
      null,
    ],
    ["off", "    secrets: off\n", null],
  ])("is finished after %s without another run", async (_, lines, expected) => {
    const rig = await leakyProject();
    const session = sessionIn((await rig.tryCommit("leaky")).stderr);
    await settle(rig, lines);
    const ended = await rig.gate("run", "--from", session);
    expect(ended.code).toBe(0);
    expect(rig.suite.runs).toBe(1);
    expect(rig.read(LOG)).toBe(expected ?? `ready\nuses ${TOKEN}\n`);
    await rig.commit("clean");
    expect(rig.suite.runs).toBe(1);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect((await rig.gate("verify", "--deep")).code).toBe(0);
  });

  it("is refused again while nothing has been decided", async () => {
    const rig = await leakyProject();
    const session = sessionIn((await rig.gate("run")).stderr);
    const before = await snapshot(rig);
    const ended = await rig.gate("run", "--from", session);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("looks like a secret");
    expect(await snapshot(rig)).toEqual(before);
    expect(rig.suite.runs).toBe(1);
  });
});

describe("with secrets: redact", () => {
  it("a run is recorded with markers, and told where they are", async () => {
    const rig = await leakyProject("    secrets: redact\n");
    const ended = await rig.commit("redacted");
    expect(ended.stderr).toContain(`${LOG}:2  ghp_**************** was redacted (github)`);
    expect(ended.stderr).toContain("has to be revoked");
    expect(rig.read(LOG)).toBe("ready\nuses [redacted: github]\n");
    expect(await wholeRepository(rig)).not.toContain(TOKEN.slice(4));
  });

  it("the same behaviour is the same reports", async () => {
    const rig = await leakyProject("    secrets: redact\n");
    await rig.commit("redacted");
    const before = filesBelow(`${rig.directory}/test-reports`);
    expect((await rig.gate("run", "--force")).code).toBe(0);
    const after = filesBelow(`${rig.directory}/test-reports`);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.filter((path) => path !== "model-tests.json")).toEqual([]);
    expect(rig.suite.runs).toBe(2);
  });

  it("a test with a secret in its name has evidence that verify believes", async () => {
    const rig = await Rig.create();
    rig.writeProject("    secrets: redact\n");
    const ids = [awsKeyId(1), awsKeyId(2)].map((key) => `t::test_a[${key}]`);
    rig.suite.answers(ids.map((id) => ({ id, name: id.slice(3), prompt: `with ${id}` })));
    await rig.git("add", ".");
    await rig.commit("redacted");
    expect((await rig.gate("verify", "--deep")).stdout).toContain("2 passed");
    expect(await rig.git("ls-tree", "-r", "--name-only", "HEAD")).not.toMatch(/A(?:KIA)/);
  });
});

describe("what decides about secrets", () => {
  it("leaves the fingerprint as it is", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await settle(rig, "    secrets: off\n");
    expect(await rig.decision()).toBe("fresh");
  });

  it("is named by verify where it is relaxed", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    await settle(rig, "    secrets: off\n");
    await rig.commit("off");
    const ended = await rig.gate("verify", "--base", "HEAD~1");
    expect(ended.stdout + ended.stderr).toMatch(
      /gate\.yaml:6.*secrets: off publishes reports.*policy-weakened/s,
    );
  });
});
