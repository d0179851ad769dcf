import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { AttackDocument } from "../../src/commands/doctor-attack.ts";
import { FORGERIES, GUARDED_FORGERIES } from "../../src/verify/attacks/attack-suite.ts";
import { HONEST } from "../../src/verify/attacks/honest.ts";
import { ON_EXPECTATIONS } from "../../src/verify/attacks/on-expectations.ts";
import { ON_MANIFEST } from "../../src/verify/attacks/on-manifest.ts";
import { isGood } from "../../src/verify/attacks/report.ts";
import { REWRITINGS } from "../../src/verify/attacks/rewritings.ts";
import { attacked, blindTo, onlySuite, twoTests } from "../rig/attacked.ts";
import { bareToolPath } from "../rig/bare-tool-path.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh, makeKey, writeSignedProject } from "../rig/signing.ts";

const ATTACKS = [...FORGERIES, ...REWRITINGS, ...GUARDED_FORGERIES];
const CODES = [...new Set(ATTACKS.flatMap(({ refusedBy }) => refusedBy))];

/** One of each kind, where all of them would take long. */
const SOME = [
  "untouched",
  "edited-log",
  "relisted-log",
  "replayed-evidence",
  "rewritten-fingerprint",
  "signed-by-stranger",
  "opened-policy",
];

/** Names of what went otherwise than it should. */
async function wrong(rig: Rig, only: readonly string[] = SOME): Promise<string[]> {
  const { forgeries, honest } = onlySuite(await attacked(rig, { only }));
  return [
    ...forgeries.filter((one) => !isGood(one)).map(({ name, outcome }) => `${name} ${outcome}`),
    ...honest.filter(({ ok }) => !ok).map(({ name, problems }) => `${name} ${problems[0]?.message}`),
  ];
}

async function inventory(rig: Rig): Promise<string> {
  return [
    await rig.git("count-objects", "-v"),
    await rig.git("for-each-ref"),
    await rig.git("config", "--list", "--local"),
    ...(await rig.changes()),
  ].join("\n");
}

describeWithOpenSsh("gate doctor --attack", () => {
  // hundreds of judgements, each of which asks git a dozen times
  vi.setConfig({ testTimeout: 180_000 });

  it("sees every forgery of unsigned evidence refused, but for what only signatures stop", async () => {
    const rig = await twoTests();
    const before = await inventory(rig);
    const scratch = join(rig.base, "scratch");
    mkdirSync(scratch);
    const ended = await rig.gateWith({ TMPDIR: scratch }, "doctor", "--attack", "--json");
    const document: AttackDocument = JSON.parse(ended.stdout);
    const { forgeries, honest, assurance } = onlySuite(document);
    const named = (outcome: string) =>
      forgeries.filter((one) => one.outcome === outcome).map(({ name }) => name);
    expect(named("only-signatures")).toEqual(REWRITINGS.map(({ name }) => name));
    expect(named("refused")).toEqual([...FORGERIES, ...GUARDED_FORGERIES].map(({ name }) => name));
    expect(honest.filter(({ ok }) => !ok)).toEqual([]);
    expect(honest).toHaveLength(2 * HONEST.length);
    expect({ code: ended.code, ok: document.ok, assurance }).toEqual({
      code: 0,
      ok: true,
      assurance: "consistent",
    });
    expect(readdirSync(scratch)).toEqual([]);
    expect(await inventory(rig)).toBe(before);
  });

  it("has another name for each forgery", () => {
    const names = [...ATTACKS, ...HONEST].map(({ name }) => name);
    expect(names).toHaveLength(new Set(names).size);
  });

  it("fails when verify no longer says any one of its codes", async () => {
    const rig = await twoTests();
    for (const code of CODES) {
      const decided = ATTACKS.find(({ refusedBy }) => refusedBy.includes(code))?.name ?? "";
      const verify = blindTo((one) => one.code === code);
      const report = await attacked(rig, { only: [decided], verify });
      expect(onlySuite(report).forgeries.map(isGood), `${decided} without ${code}`).toEqual([false]);
      expect(report.ok).toBe(false);
    }
  });

  const CHECKS: readonly (readonly [RegExp, readonly string[]])[] = [
    [/is not what the run recorded/, ["edited-log", "crlf-log"]],
    [/has mode/, ["linked-report", "executable-report", "linked-manifest", "executable-manifest"]],
    [/is in the tree twice/, ["doubled-report", "doubled-manifest", "doubled-gate-yaml"]],
    [/is not "<64 hex digits>/, ["crlf-hash", "bom-hash", "upper-hash", "longer-hash"]],
    [/not in the form/, ["duplicate-keys", "reordered-manifest", "crlf-manifest"]],
    [/counts \d+ inputs/, ["miscounted-inputs"]],
    [/earlier sessions/, ["miscounted-sessions"]],
    [/but its tests say|skipped {3}/, ["edited-outcome"]],
    [/but its tests say|passed {4}/, ["unexpected-pass"]],
    [/but its tests say|skipped {3}/, ["skipped-expectation"]],
    [/but its tests say|failed {4}/, ["plain-failure"]],
    [/hold no more|ended on/, ["ended-expectation"]],
    [/hold no more|matches no test/, ["idle-expectation"]],
    [/does not have the SHA-256/, ["relisted-log"]],
    [/metadata\.json says (?!passed:)/, ["edited-metadata"]],
    [/says passed:/, ["edited-passed"]],
    [/does not end with/, ["edited-diagram"]],
    [/does not begin with/, ["edited-summary", "forgotten-test"]],
  ];

  it("fails when verify no longer makes any one of the checks that share a code", async () => {
    const rig = await twoTests();
    for (const [messages, names] of CHECKS) {
      const verify = blindTo(({ message }) => messages.test(message));
      const seen = onlySuite(await attacked(rig, { only: names, verify })).forgeries.filter(isGood);
      expect(
        seen.map(({ name }) => name),
        `${messages}`,
      ).toEqual([]);
    }
  });

  it("fails when an honest variant is refused", async () => {
    const rig = await twoTests();
    const honest = HONEST.map(({ name }) => name);
    const report = await attacked(rig, {
      only: honest,
      verify: async (repository, request) => {
        const verified = await blindTo(() => false)(repository, request);
        const [suite] = verified.ok ? verified.value.suites : [];
        if (!verified.ok || suite === undefined || !request.revision.startsWith("refs/tags/"))
          return verified;
        const refused = { ...suite, problems: [{ ...SOME_PROBLEM }] };
        return { ok: true, value: { ...verified.value, suites: [refused] } };
      },
    });
    expect(report.ok).toBe(false);
    expect(
      onlySuite(report)
        .honest.filter(({ ok }) => !ok)
        .map(({ name }) => name),
    ).toEqual(["tag", "signed-tag"]);
  });

  it("sees every rewriting refused where the commit's own evidence is signed", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`], "  required: true\n");
    await rig.git("config", "user.signingkey", ann.path);
    rig.suite.answers([{ id: "t.py::test_a" }, { id: "t.py::test_b" }]);
    await rig.git("add", ".");
    await rig.commit("first");
    const only = [...REWRITINGS, ...HONEST].map(({ name }) => name);
    const report = await attacked(rig, { only: [...only, "odd-signature"] });
    const { assurance, forgeries } = onlySuite(report);
    expect(assurance).toBe("signed");
    expect(forgeries.filter(({ outcome }) => outcome !== "refused")).toEqual([]);
    expect(report.ok).toBe(true);
  });

  it("hides a real submodule's bump, and sees it refused", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    await rig.git("init", "-q", "library");
    await rig.git("-C", "library", "commit", "-q", "--allow-empty", "-m", "library");
    const library = await rig.git("-C", "library", "rev-parse", "HEAD");
    await rig.git("clone", "-q", "./library", "src/library");
    rig.remove("library");
    await rig.git("add", "gate.yaml", ".gitignore", "src/router.py", "README.md");
    await rig.git("update-index", "--add", "--cacheinfo", `160000,${library},src/library`);
    await rig.commit("first");
    expect(await wrong(rig, ["submodule-bump", "untouched"])).toEqual([]);
  });

  it("works where gate.yaml is an input itself", async () => {
    const rig = await Rig.create();
    rig.writeProject();
    rig.write("gate.yaml", rig.read("gate.yaml").replace('[src, "!**/*.md"]', '[".", "!**/*.md"]'));
    await rig.git("add", ".");
    await rig.commit("first");
    expect(await wrong(rig)).toEqual([]);
  });

  it("works where tests have to fail", async () => {
    const rig = await Rig.create();
    const [red, green] = [{ id: "t.py::test_a", outcome: "failed" } as const, { id: "t.py::test_b" }];
    rig.suite.answers([red, green, { id: "t.py::test_c" }], { exit: 1 });
    await rig.withEvidence(
      `    expected-failures: [{ match: "${red.id}", reason: later, until: 2999-01-01 }]\n`,
    );
    const only = [...ON_MANIFEST, ...ON_EXPECTATIONS, ...REWRITINGS].map(({ name }) => name);
    expect(await wrong(rig, [...only, "expectations-and-signed", "untouched"])).toEqual([]);
  });

  it("works on a sha256 repository", async () => {
    const rig = await Rig.create({ objectFormat: "sha256" });
    await rig.withEvidence();
    expect(await wrong(rig, [...SOME, ...HONEST.map(({ name }) => name)])).toEqual([]);
  });

  it("works on a shallow clone, a bare one, and a checkout with CR LF", async () => {
    const rig = await twoTests();
    rig.write("README.md", "# Read me again\n");
    await rig.commit("docs", "-a");
    const clones: readonly (readonly [string, readonly string[]])[] = [
      ["shallow", ["--depth=1"]],
      ["bare", ["--bare"]],
      ["crlf", ["-c", "core.autocrlf=true", "-c", "core.eol=crlf"]],
    ];
    for (const [name, options] of clones) {
      const directory = join(rig.base, name);
      await rig.git("clone", "-q", ...options, `file://${rig.directory}`, directory);
      expect(await wrong(rig.at(directory)), name).toEqual([]);
    }
  });

  it("says what it could not try on a machine without ssh-keygen", async () => {
    const rig = await twoTests();
    const only = ["edited-log", "rewritten-log", "signed-by-stranger", "untouched"];
    const { forgeries } = onlySuite(await attacked(rig, { only, env: { PATH: bareToolPath(rig) } }));
    expect(forgeries.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "edited-log refused",
      "rewritten-log not-tried",
      "signed-by-stranger not-tried",
    ]);
  });

  it("works in a directory with a colon in its name", async () => {
    const rig = await twoTests();
    const moved = rig.at(join(rig.base, "with:colon"));
    renameSync(rig.directory, moved.directory);
    expect(await wrong(moved, ["edited-log", "untouched"])).toEqual([]);
  });

  it("forges every suite of a commit", async () => {
    const rig = await Rig.create();
    rig.writeProject(
      '  more-tests:\n    run: sh "$RIG_SUITE"\n    inputs: [src]\n    reports: more-reports\n',
    );
    await rig.git("add", ".");
    await rig.commit("first");
    const report = await attacked(rig, { only: ["edited-log", "untouched"] });
    expect(report.suites.map(({ name }) => name)).toEqual(["model-tests", "more-tests"]);
    expect(report.ok).toBe(true);
  });
});

const SOME_PROBLEM = {
  code: "stale-evidence",
  severity: "error",
  message: "no",
  hint: null,
  path: null,
  line: null,
  column: null,
  suite: "model-tests",
} as const;

describeWithOpenSsh("gate doctor --attack as a command", () => {
  it.each(["stale evidence", "no evidence"])(
    "has nothing to forge where a waiver lets pass that there is %s",
    async (what) => {
      const rig = await twoTests();
      rig.write("src/router.py", "route = 2\n");
      if (what === "no evidence") await rig.git("rm", "-rq", "test-reports");
      await rig.git("add", "-A");
      await rig.gate("waive", "model-tests", "--reason", "no GPU", "--until", "7d");
      await rig.commit("waived", "--no-verify");
      expect((await rig.gate("verify")).code).toBe(0);
      const { code, stderr } = await rig.gate("doctor", "--attack");
      expect(code).toBe(1);
      expect(stderr).toContain("model-tests has no evidence that holds in this commit: it is waived.");
    },
  );

  it("says why there is nothing to forge", async () => {
    const rig = await twoTests();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("stale", "-a", "--no-verify");
    const text = await rig.gate("doctor", "--attack");
    expect(text.code).toBe(1);
    expect(text.stderr).toContain("HEAD cannot be forged: its evidence does not hold as it is.");
    expect(text.stderr).toContain("stale-evidence");
    const json = JSON.parse((await rig.gate("doctor", "--attack", "--json")).stdout);
    expect(json).toMatchObject({ schema: "gate/doctor-attack@1", ok: false, commit: null, suites: [] });
    expect((await rig.gate("doctor", "--attack", "--rev", "nowhere")).stderr).toContain("nowhere");
  });
});
