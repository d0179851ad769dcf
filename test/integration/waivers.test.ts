import { describe, expect, it } from "vitest";
import { judgeTree } from "../../src/judgement/judge.ts";
import { type Problem, problem } from "../../src/problem.ts";
import type { WaiverFacts } from "../../src/verify/verification.ts";
import { serialiseWaiver, type Waiver, waiverPath } from "../../src/verify/waiver-file.ts";
import { readWaivers } from "../../src/verify/waivers.ts";
import { opened } from "../rig/fingerprints.ts";
import { type Person, person, signAs } from "../rig/people.ts";
import { commitAll, policyChange, treeOf } from "../rig/policy.ts";
import { Rig } from "../rig/repository.ts";

const DAY = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY);
const time = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;

/** Suites `one`, `two`, … without evidence. */
async function project(top = "", suites: readonly string[] = ["one"]): Promise<Rig> {
  const rig = await Rig.create({ hooks: false });
  const declared = suites.map(
    (name) => `  ${name}:\n    run: npm test\n    inputs: [src/${name}]\n    reports: reports/${name}\n`,
  );
  rig.write("gate.yaml", `version: 1\n${top}suites:\n${declared.join("")}`);
  for (const name of suites) rig.write(`src/${name}/a.py`, `${name}\n`);
  await commitAll(rig, "first");
  return rig;
}

interface Found {
  readonly waivers: ReadonlyMap<string, WaiverFacts>;
  readonly problems: readonly Problem[];
}

/** What verify makes of the waivers in a commit, by the commit's own policy. */
async function found(rig: Rig, at = new Date(), trusted: readonly Person[] = []): Promise<Found> {
  const repository = await opened(rig.directory, rig.env);
  const tree = await treeOf(repository, "HEAD");
  const judged = await judgeTree(repository, tree);
  if (!judged.ok || judged.value === null) throw new Error("not judged");
  const { suites, configuration } = judged.value;
  const signers = trusted.map(({ line }) => line()).join("");
  return readWaivers(repository, tree, {
    policy: configuration.waivers,
    trust: trusted.length === 0 ? null : { allowedSigners: Buffer.from(signers), revokedKeys: null },
    at,
    suites: suites.map(({ suite, inputs, staleness }) => ({
      name: suite.name,
      fingerprint: inputs.fingerprint,
      problems: staleness === null ? [] : [problem("stale-evidence", "it is stale")],
    })),
  });
}

async function fingerprintOf(rig: Rig, suite = "one"): Promise<string> {
  const repository = await opened(rig.directory, rig.env);
  const judged = await judgeTree(repository, await treeOf(repository, "HEAD"));
  const one = judged.ok ? judged.value?.suites.find((each) => each.suite.name === suite) : undefined;
  if (one === undefined) throw new Error(`no suite ${suite}`);
  return one.inputs.fingerprint;
}

/** A waiver as somebody could write it by hand. */
async function writeWaiver(rig: Rig, changes: Partial<Waiver> = {}): Promise<string> {
  const waiver: Waiver = {
    suite: "one",
    fingerprint: changes.fingerprint ?? (await fingerprintOf(rig)),
    reason: "no GPU",
    by: "Ann",
    from: time(inDays(-1)),
    until: time(inDays(1)),
    ...changes,
  };
  const path = waiverPath(waiver);
  rig.write(path, serialiseWaiver(waiver));
  return path;
}

const waive = (rig: Rig, suite = "one", until = "7d") =>
  rig.gate("waive", suite, "--reason", "no GPU until Friday", "--until", until);

const messages = ({ problems }: Found) => problems.map(({ severity, message }) => `${severity} ${message}`);

describe("gate waive", () => {
  it("stages a waiver for the inputs as they are staged, and nothing else", async () => {
    const rig = await project();
    rig.write("src/one/a.py", "staged\n");
    await rig.git("add", "src");
    rig.write("src/one/a.py", "not staged\n");
    const answer = await waive(rig);
    expect(answer).toMatchObject({ code: 0, stderr: "" });
    expect(answer.stdout).toMatch(
      /^gate {2}one: waived until .* UTC \(by Ann, unsigned\): no GPU until Friday/,
    );
    expect(answer.stdout).toContain("where the commit hook would run the suite,  git commit --no-verify");
    await rig.git("commit", "-q", "-m", "waived");
    expect(await rig.changes()).toEqual([" M src/one/a.py"]);
    const { waivers, problems } = await found(rig);
    expect(problems).toEqual([]);
    expect(waivers.get("one")).toMatchObject({ reason: "no GPU until Friday", by: "Ann", signed: false });
  });

  it("ends with any change of the inputs", async () => {
    const rig = await project();
    await waive(rig);
    rig.write("src/one/a.py", "changed\n");
    await commitAll(rig);
    expect(await found(rig)).toEqual({ waivers: new Map(), problems: [] });
  });

  it("changes no fingerprint, even where everything is an input", async () => {
    const rig = await Rig.create({ hooks: false });
    rig.write("gate.yaml", "version: 1\nsuites:\n  one:\n    run: npm test\n    inputs: [.]\n");
    await commitAll(rig);
    const before = await fingerprintOf(rig);
    await waive(rig);
    await rig.git("commit", "-q", "-m", "waived");
    expect(await fingerprintOf(rig)).toBe(before);
    expect((await found(rig)).waivers.has("one")).toBe(true);
  });

  it("says what it wrote as JSON", async () => {
    const rig = await project();
    const document = await rig.gateJson("waive", "one", "--reason", "no GPU", "--until", "2d");
    expect(document).toMatchObject({
      schema: "gate/waive@1",
      ok: true,
      waiver: {
        suite: "one",
        fingerprint: await fingerprintOf(rig),
        reason: "no GPU",
        by: "Ann",
        signed: false,
      },
      problems: [],
    });
  });

  it("again takes the place of the earlier one", async () => {
    const rig = await project("waivers: {at-once: 1}\n");
    await waive(rig, "one", "1d");
    await waive(rig, "one", "3d");
    await commitAll(rig);
    const { waivers, problems } = await found(rig, inDays(2));
    expect(problems).toEqual([]);
    expect(waivers.size).toBe(1);
  });

  it.each<[string, string, string, readonly string[], RegExp, number]>([
    ["a suite that is none", "", "7d", ["nosuch"], /no suite nosuch.*\n.*Suites in gate\.yaml: {2}one/, 2],
    ["a time that is none", "", "soon", ["one"], /--until soon is no time/, 2],
    ["a time that is over", "", "2020-01-01", ["one"], /would be over already/, 2],
    ["longer than the policy allows", "", "15d", ["one"], /longer than the policy allows, 14 days/, 1],
    ["none at all", "waivers: {at-once: 0}\n", "1d", ["one"], /1 waiver would be in force/, 1],
    ["whom nobody knows", "waivers: {by: [ann]}\n", "1d", ["one"], /names no key|not signed/, 1],
  ])("refuses %s, and writes nothing", async (_, top, until, [suite = ""], sentence, code) => {
    const rig = await project(top);
    const refused = await waive(rig, suite, until);
    expect(refused.stderr).toMatch(sentence);
    expect(refused.code).toBe(code);
    expect(await rig.changes()).toEqual([]);
  });

  it("refuses one more than may be in force at once", async () => {
    const rig = await project("waivers: {at-once: 1}\n", ["one", "two"]);
    expect(await waive(rig, "one")).toMatchObject({ code: 0 });
    const refused = await waive(rig, "two");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("2 waivers would be in force at once; the policy allows 1");
    expect(await rig.git("ls-files", "gate-exceptions/waivers/two*")).toBe("");
  });

  it("does not write through a link", async () => {
    const rig = await project();
    await rig.run("ln", ["-s", rig.base, "gate-exceptions"]);
    const refused = await waive(rig);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("gate-exceptions is not a directory");
  });

  it("says so where a waiver lets nothing pass", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const answer = await waive(rig, "model-tests");
    expect(answer.code).toBe(0);
    expect(answer.stdout).toContain("has its evidence");
  });
});

describe("a signed waiver", () => {
  const top = "signing: {allowed-signers: trusted, required: false}\nwaivers: {by: [ann]}\n";

  async function signed(): Promise<{ rig: Rig; ann: Person; eve: Person }> {
    const rig = await project(top);
    const [ann, eve] = [person(rig, "ann"), person(rig, "eve")];
    rig.write("trusted", ann.line() + eve.line());
    await commitAll(rig, "trust");
    await signAs(rig, ann);
    return { rig, ann, eve };
  }

  it("says who signed it", async () => {
    const { rig, ann, eve } = await signed();
    expect((await waive(rig)).stdout).toContain("(signed by ann)");
    await rig.git("commit", "-q", "-m", "waived");
    const { waivers, problems } = await found(rig, new Date(), [ann, eve]);
    expect(problems).toEqual([]);
    expect(waivers.get("one")).toMatchObject({ by: "ann", signed: true });
  });

  it.each([
    ["two names on one line", ({ publicKey }: Person) => `ann.old,ann ${publicKey}\n`],
    ["two lines", (ann: Person) => `ann.old ${ann.publicKey}\n${ann.line()}`],
  ])("holds by the name that the policy has, where the key has %s", async (_, lines) => {
    const { rig, ann } = await signed();
    rig.write("trusted", lines(ann));
    await commitAll(rig, "names");
    expect((await waive(rig)).stdout).toContain("(signed by ann)");
  });

  it("is refused where the policy does not name the signer", async () => {
    const { rig, eve } = await signed();
    await signAs(rig, eve);
    const refused = await waive(rig);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("signed by eve; the policy lets only ann waive");
  });

  it.each<[string, (rig: Rig, path: string) => void, RegExp]>([
    ["the signature is taken away", (rig, path) => rig.remove(`${path}.sig`), /is not signed/],
    [
      "the reason is edited",
      (rig, path) => rig.write(path, rig.read(path).replace("Friday", "Monday")),
      /it was made over other bytes/,
    ],
    [
      "the signature is rubbish",
      (rig, path) => rig.write(`${path}.sig`, "rubbish\n"),
      /not an SSH signature/,
    ],
    [
      "the signature is enormous",
      (rig, path) => rig.write(`${path}.sig`, "x".repeat(10 << 20)),
      /larger than 64 KiB/,
    ],
  ])("does not hold where %s", async (_, spoil, sentence) => {
    const { rig, ann } = await signed();
    await waive(rig);
    spoil(rig, (await rig.git("ls-files", "gate-exceptions")).split("\n")[0] ?? "");
    await commitAll(rig);
    const judged = await found(rig, new Date(), [ann]);
    expect(judged.waivers.size).toBe(0);
    expect(messages(judged)).toEqual([expect.stringMatching(sentence)]);
    expect(messages(judged)[0]).toMatch(/^error /);
  });

  it("does not hold where nobody says who is trusted", async () => {
    const { rig } = await signed();
    await waive(rig);
    await commitAll(rig);
    const judged = await found(rig);
    expect(judged.waivers.size).toBe(0);
    expect(messages(judged)).toEqual([expect.stringContaining("nobody is named whose signature counts")]);
  });

  it("needs no other approval under a protected policy; an unsigned one does", async () => {
    const rig = await project("policy: protected\nsigning: {allowed-signers: trusted, required: false}\n");
    const ann = person(rig, "ann");
    rig.write("trusted", ann.line());
    await commitAll(rig, "trust");
    await signAs(rig, ann);
    await waive(rig);
    await rig.git("commit", "-q", "-m", "waived");
    expect(await policyChange(rig)).toMatchObject([
      {
        severity: "warning",
        code: "policy-weakened",
        message: expect.stringMatching(/new waiver for one .*signed by ann/),
      },
    ]);
    const eve = person(rig, "eve");
    await signAs(rig, eve);
    for (const path of (await rig.git("ls-files", "gate-exceptions/*.json")).split("\n")) {
      rig.remove(`${path}.sig`);
      await rig.run("ssh-keygen", ["-Y", "sign", "-n", "waiver@model-gate", "-f", eve.key, path]);
    }
    await commitAll(rig, "a stranger's");
    expect(await policyChange(rig, "HEAD~2")).toMatchObject([
      { severity: "error", message: expect.stringContaining("by Ann, whose signature is not accepted") },
    ]);
    for (const path of (await rig.git("ls-files", "gate-exceptions/*.sig")).split("\n")) rig.remove(path);
    await commitAll(rig, "unsigned");
    expect(await policyChange(rig, "HEAD~3")).toMatchObject([
      { severity: "error", code: "policy-weakened", message: expect.stringContaining("by Ann, unsigned") },
    ]);
  });
});

describe("a waiver that does not hold", () => {
  it("has ended: a warning where nobody needs it, else an error", async () => {
    const rig = await project();
    await writeWaiver(rig, { from: time(inDays(-2)), until: time(inDays(-1)) });
    await commitAll(rig);
    expect(messages(await found(rig))).toEqual([expect.stringMatching(/^error .* ended /)]);
    const fresh = await Rig.create();
    await fresh.withEvidence();
    const fingerprint = await fingerprintOf(fresh, "model-tests");
    await writeWaiver(fresh, {
      suite: "model-tests",
      fingerprint,
      from: time(inDays(-2)),
      until: time(inDays(-1)),
    });
    await commitAll(fresh);
    expect(messages(await found(fresh))).toEqual([expect.stringMatching(/^warning .* ended /)]);
  });

  it("is judged at the time that is asked for", async () => {
    const rig = await project();
    await writeWaiver(rig);
    await commitAll(rig);
    expect((await found(rig, new Date())).waivers.size).toBe(1);
    expect(messages(await found(rig, inDays(2)))).toEqual([expect.stringContaining("ended")]);
    expect(messages(await found(rig, inDays(-2)))).toEqual([expect.stringContaining("not yet")]);
  });

  it.each<[string, (rig: Rig) => Promise<unknown>, RegExp]>([
    [
      "lasts too long",
      (rig) => writeWaiver(rig, { until: time(inDays(14)) }),
      /longer than the policy allows, 14 days/,
    ],
    [
      "ends before it begins",
      (rig) => writeWaiver(rig, { until: time(inDays(-2)) }),
      /ends before it begins/,
    ],
    [
      "bears another suite's name",
      async (rig) => {
        const path = await writeWaiver(rig);
        await rig.run("mv", [path, path.replace("/one-", "/two-")]).then(() => commitAll(rig));
        await rig.run("mkdir", ["-p", "gate-exceptions/waivers"]);
      },
      /bears another name than it has to: one-/,
    ],
    [
      "has a fingerprint of 63 digits",
      async (rig) => {
        const path = await writeWaiver(rig);
        rig.write(path, rig.read(path).replace(/"fingerprint": "./, '"fingerprint": "'));
      },
      /fingerprint is not valid/,
    ],
    [
      "has a member twice",
      async (rig) => {
        const path = await writeWaiver(rig);
        rig.write(path, rig.read(path).replace('  "by"', '  "by": "Eve",\n  "by"'));
      },
      /not in the form gate writes/,
    ],
    ["is no JSON", async (rig) => rig.write(await writeWaiver(rig), "{"), /not JSON/],
    [
      "is enormous",
      async (rig) => rig.write(await writeWaiver(rig), "x".repeat(10 << 20)),
      /larger than 64 KiB/,
    ],
    [
      "is a link",
      async (rig) => {
        const path = await writeWaiver(rig);
        await rig.run("sh", ["-c", `mv ${path} src/one/w.json && ln -s ../../src/one/w.json ${path}`]);
      },
      /a symbolic link, not a plain file/,
    ],
    [
      "is named like one",
      async (rig) => {
        const path = await writeWaiver(rig);
        await rig.run("mv", [path, path.replace("/one-", "/оne-")]);
      },
      /is no waiver's name/,
    ],
    [
      "lies deeper",
      async (rig) => {
        const path = await writeWaiver(rig);
        rig.write(path.replace("/one-", "/more/one-"), rig.read(path));
        rig.remove(path);
      },
      /is no waiver's name/,
    ],
    [
      "is only a signature",
      async (rig) => {
        const path = await writeWaiver(rig);
        rig.write(`${path}.sig`, "x");
        rig.remove(path);
      },
      /a signature without its waiver/,
    ],
    [
      "is a file instead of the folder",
      async (rig) => rig.write("gate-exceptions/waivers", "{}"),
      /is no waiver's name/,
    ],
  ])("since it %s", async (_, write, sentence) => {
    const rig = await project("", ["one", "two"]);
    await write(rig);
    await commitAll(rig);
    const judged = await found(rig);
    expect(judged.waivers.size).toBe(0);
    expect(messages(judged)).toEqual([expect.stringMatching(sentence)]);
    expect(messages(judged)[0]).toMatch(/^error /);
  });

  it("together with too many others: none of them does", async () => {
    const rig = await project("waivers: {at-once: 1}\n", ["one", "two"]);
    await writeWaiver(rig);
    await writeWaiver(rig, { suite: "two", fingerprint: await fingerprintOf(rig, "two") });
    await commitAll(rig);
    const judged = await found(rig);
    expect(judged.waivers.size).toBe(0);
    expect(messages(judged)).toEqual([expect.stringContaining("2 waivers would be in force at once")]);
  });

  it("of inputs that are history counts for nothing, and is no fault", async () => {
    const rig = await project("waivers: {at-once: 0}\n");
    await writeWaiver(rig, { fingerprint: "0".repeat(64) });
    await writeWaiver(rig, { suite: "gone" });
    await commitAll(rig);
    expect(await found(rig)).toEqual({ waivers: new Map(), problems: [] });
  });
});
