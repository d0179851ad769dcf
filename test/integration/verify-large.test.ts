import { describe, expect, it } from "vitest";
import { commitAll } from "../rig/policy.ts";
import { runProgram } from "../rig/processes.ts";
import { Rig } from "../rig/repository.ts";
import { verified } from "../rig/verified.ts";

const MIB = 1 << 20;

async function withEvidence(): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  rig.writeProject();
  await rig.git("add", ".");
  await rig.gate("run");
  await commitAll(rig, "first");
  return rig;
}

describe("a file that is next to nothing in git, and enormous outside", () => {
  const zeros = Buffer.alloc(65 * MIB);

  it.each([
    ["test-reports/model-tests.json", "manifest-invalid", "larger than 64 MiB"],
    ["test-reports/model-tests.hash", "tampered-report", "is not"],
    ["gate.yaml", "config-invalid", "larger than 64 MiB"],
  ])("is not what it should be, and nobody reads it: %s", async (path, problem, sentence) => {
    const rig = await withEvidence();
    rig.write(path, zeros);
    await commitAll(rig, "enormous");
    const { stdout } = await rig.gate("verify", "--json");
    expect(stdout).toContain(`"code":"${problem}"`);
    expect(stdout).toContain(sentence);
  });

  it("is a report of the manifest, whose contents are asked for", async () => {
    const rig = await withEvidence();
    const name = Object.keys(JSON.parse(rig.read("test-reports/model-tests.json")).reports).find((path) =>
      path.endsWith(".puml"),
    );
    const old = await rig.git("rev-parse", `HEAD:test-reports/${name}`);
    rig.write(`test-reports/${name}`, zeros);
    const blob = await rig.git("hash-object", `test-reports/${name}`);
    const manifest = rig.read("test-reports/model-tests.json").replace(old, blob);
    rig.write("test-reports/model-tests.json", manifest);
    await commitAll(rig, "enormous");
    expect(await verified(rig)).toMatchObject({ code: 0 });
    const { code, problems } = await verified(rig, "--deep");
    expect({ code, codes: new Set(problems.map((one) => one.code)) }).toEqual({
      code: 1,
      codes: new Set(["tampered-report"]),
    });
  });

  it("is what the manifest was in the base, and then nothing is compared with it", async () => {
    const rig = await withEvidence();
    const manifest = rig.read("test-reports/model-tests.json");
    rig.write("test-reports/model-tests.json", zeros);
    await commitAll(rig, "enormous");
    rig.write("test-reports/model-tests.json", manifest);
    await commitAll(rig, "mended");
    expect(await verified(rig, "--base", "HEAD~")).toMatchObject({ code: 0, errors: [] });
  });

  it("is where a link leads to, and then it leads out of the inputs", async () => {
    const rig = await withEvidence();
    rig.write("target", zeros);
    const blob = await rig.git("hash-object", "-w", "target");
    rig.remove("target");
    await rig.git("update-index", "--add", "--cacheinfo", `120000,${blob},src/link`);
    await rig.git("commit", "-q", "-m", "a link");
    const { errors, warnings } = await verified(rig);
    expect({ errors, warnings }).toEqual({ errors: ["stale-evidence"], warnings: ["undeclared-input"] });
  });
});

/** A tree of `width` to the power of `depth` files, in so many objects as it is deep. */
async function bomb(rig: Rig, width: number, depth: number): Promise<string> {
  let id = await rig.git("hash-object", "-w", "gate.yaml");
  for (let level = 0; level < depth; level += 1) {
    const kind = level === 0 ? "100644 blob" : "040000 tree";
    const entries = Array.from({ length: width }, (_, index) => `${kind} ${id}\tf${index}\n`).sort();
    const made = await runProgram("git", ["mktree"], {
      cwd: rig.directory,
      env: rig.env,
      input: entries.join(""),
    });
    id = made.stdout.trim();
  }
  return id;
}

it("some 200,000 files among the reports, in a few objects, are refused one by one", async () => {
  const rig = await withEvidence();
  const tree = await bomb(rig, 450, 2);
  const whole = await rig.git("rev-parse", "HEAD^{tree}");
  const ended = await graft(rig, whole, ["test-reports", "x"], tree);
  const commit = await rig.git("commit-tree", "-p", "HEAD", "-m", "many", ended);
  const { code, stdout } = await rig.gate("verify", "--json", "--rev", commit);
  expect(code).toBe(1);
  expect(stdout.slice(0, 1 << 20)).toContain('"code":"untracked-report"');
});

/** The tree with another one at a path in it; its directories need not be there. */
async function graft(
  rig: Rig,
  tree: string,
  [first = "", ...rest]: readonly string[],
  id: string,
): Promise<string> {
  const lines = tree === "" ? [] : (await rig.git("ls-tree", tree)).split("\n");
  const name = (line: string) => line.slice(line.indexOf("\t") + 1);
  const own = lines.find((line) => name(line) === first)?.split(/\s/)[2] ?? "";
  const below = rest.length === 0 ? id : await graft(rig, own, rest, id);
  const input = [...lines.filter((line) => name(line) !== first), `040000 tree ${below}\t${first}`].join(
    "\n",
  );
  const made = await runProgram("git", ["mktree"], { cwd: rig.directory, env: rig.env, input: `${input}\n` });
  return made.stdout.trim();
}
