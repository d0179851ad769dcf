import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

async function tampered(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.write("test-reports/::error::x\n::warning::y", "extra\n");
  await rig.git("add", "-A");
  await rig.commit("an extra report", "--no-verify");
  return rig;
}

describe("gate verify --format", () => {
  it("prints what programs read to stdout, also where it says no", async () => {
    const rig = await tampered();
    const shapes = { json: /^\{"schema":"gate\/verify@1"/, junit: /^<\?xml/, sarif: /^\{\n {2}"\$schema"/ };
    for (const [format, shape] of Object.entries({ ...shapes, github: /^::stop-commands::/ })) {
      const { code, stdout, stderr } = await rig.gate("verify", "--format", format);
      expect({ format, code, stderr }).toEqual({ format, code: 1, stderr: "" });
      expect(stdout).toMatch(shape);
    }
  });

  it("leaves outputs and a summary where GitHub's runner says so, after what is there", async () => {
    const rig = await tampered();
    const env = { GITHUB_OUTPUT: join(rig.base, "output"), GITHUB_STEP_SUMMARY: join(rig.base, "summary") };
    rig.write("../summary", "# Before\n");
    const { code } = await rig.gateWith(env, "verify", "--format", "github");
    expect(code).toBe(1);
    expect(readFileSync(env.GITHUB_OUTPUT, "utf8")).toMatch(
      /^ok<<(\S+)\nfalse\n\1\nfingerprint<<(\S+)\n[0-9a-f]{64}\n\2\n/,
    );
    expect(rig.read("../summary")).toMatch(/^# Before\n## ❌ gate verify/);
  });

  it("leaves nothing there in another format", async () => {
    const rig = await tampered();
    const env = { GITHUB_OUTPUT: join(rig.base, "output") };
    await rig.gateWith(env, "verify", "--format", "sarif");
    expect(rig.exists("../output")).toBe(false);
  });

  it("lets no name of the tree become a command, and says no to what cannot be judged in the same form", async () => {
    const rig = await tampered();
    const { stdout } = await rig.gate("verify", "--format", "github");
    const [, token = ""] = /^::stop-commands::(.+)$/m.exec(stdout) ?? [];
    const [log = "", commands = ""] = stdout.split(`\n::${token}::\n`);
    expect(log.startsWith(`::stop-commands::${token}\n`)).toBe(true);
    expect(log.slice(log.indexOf("\n"))).not.toMatch(/^\s*::/m);
    expect(log).toContain('"test-reports/::error::x\\n::warning::y" is not in the manifest');
    const found = commands.trim().split("\n");
    expect(found.filter((line) => !line.includes("not-wired"))).toEqual([
      expect.stringMatching(/^::error file="test-reports\/%3A%3Aerror%3A%3Ax\\n%3A%3Awarning%3A%3Ay",title=/),
    ]);
    const none = await rig.gate("verify", "--format", "github", "--rev", "nowhere");
    expect(none.code).toBe(1);
    expect(none.stdout).toMatch(/^::error title=gate%3A objects-missing::/m);
  });
});
