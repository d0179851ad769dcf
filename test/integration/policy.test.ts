import { describe, expect, it } from "vitest";
import { person, signAs } from "../rig/people.ts";
import { commitAll, policyChange } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";

interface Written {
  readonly top?: string;
  readonly inputs?: string;
  readonly suite?: string;
}

function gateYaml({ top = "", inputs = "[src, docs]", suite = "" }: Written = {}): string {
  return `version: 1\n${top}suites:\n  model-tests:\n    run: npm test\n    inputs: ${inputs}\n${suite}`;
}

/** A first commit with sources and documents. */
async function project(written: Written = {}): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  for (const path of ["src/a.py", "src/deep/b.py", "src/notes.md", "docs/guide.md"])
    rig.write(path, `${path}\n`);
  rig.write("gate.yaml", gateYaml(written));
  await commitAll(rig, "first");
  return rig;
}

async function changed(before: Written, after: Written): Promise<readonly string[]> {
  const rig = await project(before);
  rig.write("gate.yaml", gateYaml(after));
  await commitAll(rig);
  return said(await policyChange(rig));
}

const said = (problems: Awaited<ReturnType<typeof policyChange>>) =>
  problems.map(({ severity, code, message, path, line }) => `${severity} ${code} ${path}:${line} ${message}`);

describe("inputs that are narrowed", () => {
  it.each<[string, string, string, RegExp]>([
    [
      "a pattern taken out",
      "[src, docs]",
      "[src]",
      /gate\.yaml:5 1 file is no input of model-tests any more: docs\/guide\.md \(docs is gone\)\.$/,
    ],
    [
      "an exclude",
      "[src]",
      '[src, "!src/*.md"]',
      /1 file is no input .*: src\/notes\.md \(!src\/\*\.md is new\)/,
    ],
    [
      "a narrower glob",
      "[src]",
      '["src/*.py"]',
      /2 files are no inputs .*: src\/deep\/b\.py, src\/notes\.md \(src is gone\)/,
    ],
    [
      "a pattern without a file today",
      "[src, data]",
      "[src]",
      /data is no input of model-tests any more; it has no file today/,
    ],
    [
      "an exclude without a file today",
      "[src]",
      '[src, "!src/**/*.rs"]',
      /!src\/\*\*\/\*\.rs keeps files out .*; it meets none today/,
    ],
    [
      "the files of today one by one",
      "[src]",
      "[src/a.py, src/deep, src/notes.md]",
      /gate\.yaml:5 src is no input .*; its files of today are named one by one, and one that is added is not/,
    ],
    [
      "a glob that has the files of today",
      "[src/deep]",
      '["src/deep/*.py"]',
      /src\/deep is no input .* one that is added is not/,
    ],
    [
      "an exclude of what is no input today",
      "[src, docs]",
      '[src, docs, "!tests"]',
      /!tests keeps files out/,
    ],
  ])("%s", async (_, before, after, sentence) => {
    const lines = await changed({ inputs: before }, { inputs: after });
    expect(lines).toEqual([expect.stringMatching(sentence)]);
    expect(lines).toEqual([expect.stringMatching(/^warning policy-weakened /)]);
  });

  it("the line is that of the exclude", async () => {
    const [line] = await changed({ inputs: "[src]" }, { inputs: '\n      - src\n      - "!src/*.md"' });
    expect(line).toContain("gate.yaml:7 ");
  });

  it.each<[string, string, string]>([
    ["in another order", "[src, docs]", "[docs, src]"],
    ["in other patterns for the same files", "[src, docs]", '["src/*", "docs/**", src]'],
    ["wider", '["src/*.py", "src/**/b.*", "docs/guide.md"]', '["src/**/*.py", "src/**/b*", docs]'],
    ["everything", "[src, docs]", "[.]"],
    ["without an exclude", '[src, "!src/*.md"]', "[src]"],
    ["with an exclude that another covers", '[src, "!src/deep"]', '[src, "!src/deep", "!src/deep/b.py"]'],
  ])("are not, where they are written %s", async (_, before, after) => {
    expect(await changed({ inputs: before }, { inputs: after })).toEqual([]);
  });

  it("by files that are deleted are not: gate still sees that", async () => {
    const rig = await project();
    rig.remove("docs");
    rig.write("README.md", "more\n");
    await commitAll(rig);
    expect(await policyChange(rig)).toEqual([]);
  });

  it("by reports laid over sources are; reports that only move are not", async () => {
    expect(await changed({ inputs: "[.]" }, { inputs: "[.]", suite: "    reports: src/deep\n" })).toEqual([
      expect.stringContaining("src/deep/b.py"),
    ]);
    const rig = await project({ inputs: "[.]" });
    rig.write("test-reports/model-tests.hash", "x\n");
    await commitAll(rig);
    await rig.git("mv", "test-reports", "evidence");
    rig.write("gate.yaml", gateYaml({ inputs: "[.]", suite: "    reports: evidence\n" }));
    await commitAll(rig);
    expect(await policyChange(rig)).toEqual([]);
  });

  it.each([
    ["[src]", "src/plugins"],
    ['["src/**/*.py"]', "src/plugins"],
    ["[src/plugins]", "src/plugins"],
  ])("by reports laid over a place of %s that is empty today are", async (inputs, reports) => {
    const lint = `  lint:\n    run: npm run lint\n    inputs: [docs]\n    reports: ${reports}\n`;
    expect(await changed({ inputs }, { inputs, suite: lint })).toContainEqual(
      expect.stringContaining(
        "src/plugins is for reports now: what is added there is no input of model-tests.",
      ),
    );
  });

  it.each([
    ["[src]", "evidence/lint"],
    ["[src]", "src-reports"],
    ['[src, "!src/plugins"]', "src/plugins"],
    ['["**/*.py"]', "evidence"],
  ])("by reports beside %s, or where it has no inputs, are not", async (inputs, reports) => {
    const lint = `  lint:\n    run: npm run lint\n    inputs: [docs]\n    reports: ${reports}\n`;
    expect(await changed({ inputs }, { inputs, suite: lint })).toEqual([]);
  });

  it("by more patterns than gate asks git about are said to be too many", async () => {
    const many = Array.from({ length: 60 }, (_, index) => `data/${index}`);
    const lines = await changed({ inputs: JSON.stringify(["src", ...many]) }, { inputs: "[src]" });
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toContain("10 more patterns");
  });
});

describe("what else relaxes the gate", () => {
  it("has its line in gate.yaml, or that of what it was taken out of", async () => {
    expect(await changed({}, { suite: "    flaky: accept\n" })).toEqual([
      expect.stringContaining("gate.yaml:6 flaky"),
    ]);
    expect(await changed({ suite: "    gpu: required\n" }, {})).toEqual([
      expect.stringContaining("gate.yaml:3 gpu: none"),
    ]);
    expect(await changed({}, { suite: "    skips:\n      - {match: a, reason: b}\n" })).toEqual([
      expect.stringContaining("gate.yaml:7 tests that match"),
    ]);
  });

  it("gate.yaml taken away", async () => {
    const rig = await project({ top: "policy: protected\n" });
    rig.remove("gate.yaml");
    await commitAll(rig);
    expect(said(await policyChange(rig))).toEqual([
      expect.stringMatching(/^error policy-weakened .*gate\.yaml is gone/),
    ]);
  });

  it("a base that cannot be read is a no", async () => {
    const rig = await project();
    rig.write("gate.yaml", "version: 2\n");
    await commitAll(rig);
    rig.write("gate.yaml", gateYaml());
    await commitAll(rig);
    const repository = policyChange(rig);
    await expect(repository).rejects.toThrow(/base's gate.yaml cannot be read/);
  });

  it("a change that has nothing to do with it is silent", async () => {
    const rig = await project({ top: "policy: protected\n" });
    rig.write("src/a.py", "more\n");
    await commitAll(rig);
    expect(await policyChange(rig)).toEqual([]);
  });
});

/** A protected base where Ann is trusted; what follows is the change. */
async function protectedProject(annOptions = ""): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  const ann = person(rig, "ann@example.org");
  rig.write("trusted", `# ours\n${ann.line(annOptions)}`);
  for (const path of ["src/a.py", "docs/guide.md"]) rig.write(path, `${path}\n`);
  rig.write("gate.yaml", gateYaml(PROTECTED));
  await commitAll(rig, "first");
  await rig.git("branch", "base");
  await signAs(rig, ann);
  return rig;
}

const PROTECTED: Written = {
  top: "policy: protected\nsigning: {allowed-signers: trusted, required: false}\n",
};
const NARROWED: Written = { ...PROTECTED, inputs: "[src]" };

async function narrow(rig: Rig): Promise<void> {
  rig.write("gate.yaml", gateYaml(NARROWED));
  await rig.git("add", "-A");
}

const approve = (rig: Rig, reason = "documents are read by people") =>
  rig.gate("approve", "--base", "base", "--reason", reason);

describe("signers", () => {
  it("that are added are named, with the line in their file", async () => {
    const rig = await protectedProject();
    const eve = person(rig, "eve@example.org");
    rig.write("trusted", rig.read("trusted") + eve.line());
    await commitAll(rig);
    expect(said(await policyChange(rig))).toEqual([
      expect.stringMatching(
        /^error policy-weakened trusted:3 eve@example\.org \(ssh-ed25519 SHA256:\S+\) is trusted to sign now/,
      ),
    ]);
  });

  it("in a file that is a link are refused", async () => {
    const rig = await protectedProject();
    rig.remove("trusted");
    await rig.run("ln", ["-s", "src/a.py", "trusted"]);
    await commitAll(rig);
    expect(said(await policyChange(rig))).toEqual([
      expect.stringMatching(/^error policy-weakened trusted:null .* no plain file/),
    ]);
  });
});

describe("a protected policy", () => {
  it("refuses a weakening and says who can let it pass", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await commitAll(rig);
    const [only, ...more] = await policyChange(rig, "base");
    expect(more).toEqual([]);
    expect(only).toMatchObject({ code: "policy-weakened", severity: "error", suite: "model-tests" });
    expect(only?.hint).toContain("gate approve --base");
  });

  it("lets it pass with an approval by somebody whom the base trusts", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    const approved = await approve(rig);
    expect(approved).toMatchObject({ code: 0, stderr: "" });
    expect(approved.stdout).toContain("approved by ann@example.org");
    expect(approved.stdout).toContain("docs/guide.md");
    await rig.git("commit", "-q", "-m", "narrowed");
    expect(await rig.changes()).toEqual([]);
    expect(said(await policyChange(rig, "base"))).toEqual([
      expect.stringMatching(
        /^warning policy-weakened .* Approved by ann@example\.org: documents are read by people$/,
      ),
    ]);
  });

  it("is open again where the merged base has it", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig);
    await rig.git("commit", "-q", "-m", "narrowed");
    rig.write("src/a.py", "later\n");
    await commitAll(rig);
    expect(await policyChange(rig)).toEqual([]);
  });

  it("takes no approval twice, not even for the same change after it was taken back", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig);
    await rig.git("commit", "-q", "-m", "narrowed");
    rig.write("gate.yaml", gateYaml(PROTECTED));
    await commitAll(rig, "taken back");
    rig.write("gate.yaml", gateYaml(NARROWED));
    await commitAll(rig, "again");
    expect(said(await policyChange(rig))).toEqual([expect.stringMatching(/^error policy-weakened/)]);
  });

  it("takes no other approval of a change that was approved and taken back", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig, "first thought");
    const [path = ""] = (await rig.git("ls-files", "gate-exceptions")).split("\n");
    const unused = [rig.read(path), rig.read(`${path}.sig`)] as const;
    await approve(rig, "second thought");
    await rig.git("commit", "-q", "-m", "narrowed");
    rig.write("gate.yaml", gateYaml(PROTECTED));
    await commitAll(rig, "taken back");
    rig.write("gate.yaml", gateYaml(NARROWED));
    rig.write(path, unused[0]);
    rig.write(`${path}.sig`, unused[1]);
    await commitAll(rig, "replayed");
    const errors = (await policyChange(rig)).filter(({ severity }) => severity === "error");
    expect(errors.map(({ code }) => code)).toContain("policy-weakened");
    expect(errors.map(({ code }) => code)).toContain("approval-invalid");
  });

  it("takes no approval away", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig);
    await rig.git("commit", "-q", "-m", "narrowed");
    rig.write("gate.yaml", gateYaml(PROTECTED));
    rig.remove("gate-exceptions");
    await commitAll(rig, "all of it taken back");
    expect(said(await policyChange(rig))).toEqual([
      expect.stringMatching(/^error policy-weakened gate-exceptions.* is taken away/),
    ]);
  });

  /** An approval is used up in the base; there is another change, and it is approved. */
  async function approvedAgain(before: (rig: Rig) => void): Promise<Rig> {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig);
    await rig.git("commit", "-q", "-m", "narrowed");
    await rig.git("branch", "-f", "base");
    rig.write("gate.yaml", gateYaml({ ...NARROWED, suite: "    flaky: accept\n" }));
    before(rig);
    await rig.git("add", "-A");
    expect(await approve(rig, "flaky")).toMatchObject({ code: 0 });
    await rig.git("commit", "-q", "-m", "flaky");
    return rig;
  }

  it("takes no approval away along with a change that was approved", async () => {
    const rig = await approvedAgain(() => undefined);
    expect(said(await policyChange(rig, "base"))).toEqual([expect.stringMatching(/^warning .*flaky/)]);
    const used = (await rig.git("ls-tree", "-r", "--name-only", "base", "gate-exceptions")).split("\n");
    for (const path of used) rig.remove(path);
    await commitAll(rig, "and tidied up");
    const errors = (await policyChange(rig, "base")).filter(({ severity }) => severity === "error");
    expect(errors.map(({ code }) => code)).toEqual([
      "policy-weakened",
      "policy-weakened",
      "approval-invalid",
    ]);
  });

  it("lets one be taken away with an approval that says so", async () => {
    const rig = await approvedAgain((one) => one.remove("gate-exceptions"));
    const problems = await policyChange(rig, "base");
    expect(problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(problems.map(({ message }) => message).join()).toContain("is taken away");
  });

  it.each(["flaky: accept", "observe: false"])(
    "takes an approval for no further change: %s",
    async (line) => {
      const rig = await protectedProject();
      await narrow(rig);
      await approve(rig);
      rig.write("gate.yaml", gateYaml({ ...NARROWED, suite: `    ${line}\n` }));
      await commitAll(rig);
      const problems = await policyChange(rig, "base");
      expect(problems.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual([
        "policy-weakened",
        "policy-weakened",
        "approval-invalid",
      ]);
      expect(problems.at(-1)?.message).toContain("names another change");
    },
  );

  it.each<[string, (rig: Rig, path: string) => Promise<void> | void, RegExp]>([
    ["unsigned", (rig, path) => rig.remove(`${path}.sig`), /is not signed/],
    [
      "edited",
      (rig, path) => rig.write(path, rig.read(path).replace("people", "nobody")),
      /it was made over other bytes/,
    ],
    [
      "in CRLF",
      (rig, path) => rig.write(path, rig.read(path).replaceAll("\n", "\r\n")),
      /not in the form gate writes/,
    ],
    [
      "with a member twice",
      (rig, path) => rig.write(path, rig.read(path).replace('  "by"', '  "by": "Eve",\n  "by"')),
      /not in the form gate writes/,
    ],
    ["enormous", (rig, path) => rig.write(path, rig.read(path) + " ".repeat(10 << 20)), /larger than 64 KiB/],
    [
      "executable",
      (rig, path) => rig.git("update-index", "--chmod=+x", path).then(() => undefined),
      /is executable/,
    ],
    [
      "a link",
      (rig, path) =>
        rig
          .run("sh", ["-c", `mv ${path} src/x.json && ln -s ../../src/x.json ${path}`])
          .then(() => undefined),
      /a symbolic link/,
    ],
    [
      "under another name",
      (rig, path) => rig.git("mv", path, path.replace(/[0-9a-f]{12}/, "0".repeat(12))).then(() => undefined),
      /bears another name|signature without/,
    ],
  ])("takes no approval that is %s", async (_, spoil, sentence) => {
    const rig = await protectedProject();
    await narrow(rig);
    await approve(rig);
    const path =
      (await rig.git("diff", "--cached", "--name-only", "--", "gate-exceptions")).split("\n")[0] ?? "";
    await spoil(rig, path);
    await rig.git("add", ...(/executable/.test(sentence.source) ? ["gate.yaml"] : ["-A"]));
    await rig.git("commit", "-q", "-m", "spoilt");
    const errors = (await policyChange(rig, "base")).filter(({ severity }) => severity === "error");
    expect(errors.map(({ code }) => code)).toContain("policy-weakened");
    const about = errors.filter(({ code }) => code === "approval-invalid").map(({ message }) => message);
    expect(about).toContainEqual(expect.stringMatching(sentence));
  });

  it("trusts no key that the change itself brings along", async () => {
    const rig = await protectedProject();
    const eve = person(rig, "eve@example.org");
    rig.write("trusted", rig.read("trusted") + eve.line());
    await rig.git("add", "-A");
    await signAs(rig, eve);
    const refused = await approve(rig);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("not among the allowed signers");
    expect(await rig.git("ls-files", "gate-exceptions")).toBe("");
  });

  it("takes no approval by a key that is only trusted with evidence", async () => {
    const rig = await protectedProject('namespaces="manifest@model-gate"');
    await narrow(rig);
    expect(await approve(rig)).toMatchObject({ code: 1 });
    expect(await rig.git("ls-files", "gate-exceptions")).toBe("");
  });
});

describe("gate approve", () => {
  it("has nothing to do where nothing is relaxed", async () => {
    const rig = await protectedProject();
    const answer = await approve(rig);
    expect(answer).toMatchObject({ code: 0 });
    expect(answer.stdout).toContain("nothing to approve");
    expect(await rig.changes()).toEqual([]);
  });

  it("says what it wrote as JSON", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    expect(await rig.gateJson("approve", "--base", "base", "--reason", "why not")).toMatchObject({
      schema: "gate/approve@1",
      ok: true,
      approval: {
        reason: "why not",
        by: "Ann",
        signer: "ann@example.org",
        weakens: [expect.stringContaining("docs")],
      },
      problems: [],
    });
  });

  it("wants the base's own changes of the policy first", async () => {
    const rig = await protectedProject();
    await narrow(rig);
    await rig.git("commit", "-q", "-m", "narrowed");
    await rig.git("switch", "-q", "base");
    rig.write("gate.yaml", gateYaml({ ...PROTECTED, inputs: "[src, docs, tests]" }));
    await commitAll(rig, "stricter");
    await rig.git("switch", "-q", "main");
    const refused = await approve(rig);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("git merge base");
  });

  it.each([
    [["--base", "nowhere", "--reason", "x"], "no commit"],
    [["--base", "base", "--reason", " "], "needs a reason"],
  ])("%j is refused", async (args, sentence) => {
    const rig = await protectedProject();
    const refused = await rig.gate("approve", ...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(sentence);
  });
});

it("a waiver in a second directory of the name is seen, beside the first one that the base has", async () => {
  const rig = await project();
  rig.write("gate-exceptions/notes.txt", "first\n");
  await commitAll(rig, "the base");
  const first = await rig.git("rev-parse", "HEAD:gate-exceptions");
  const given = await rig.gate("waive", "model-tests", "--reason", "no GPU", "--until", "2d");
  expect(given.code, given.stderr).toBe(0);
  const second = (await rig.git("write-tree", "--prefix=gate-exceptions/")).trim();
  const top = (await rig.git("ls-tree", "HEAD")).split("\n").flatMap((line) => {
    const [mode = "", , id = "", name = ""] = line.split(/\s/);
    return name === "gate-exceptions"
      ? [
          [name, mode, first],
          [name, mode, second],
        ]
      : [[name, mode, id]];
  });
  const bytes = top.map(([name, mode = "", id = ""]) =>
    Buffer.concat([Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`), Buffer.from(id, "hex")]),
  );
  rig.write("../tree", Buffer.concat(bytes));
  const tree = await rig.git("hash-object", "-w", "-t", "tree", "--literally", "../tree");
  const commit = await rig.git("commit-tree", "-p", "HEAD", "-m", "two of them", tree);
  await rig.git("update-ref", "HEAD", commit);
  expect(said(await policyChange(rig))).toContainEqual(
    expect.stringContaining("a new waiver for model-tests"),
  );
});
