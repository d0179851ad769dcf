import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type TreeId, treeId } from "../../src/adapters/git/ids.ts";
import { judgeTree } from "../../src/judgement/judge.ts";
import type { Problem } from "../../src/problem.ts";
import { verifySignature } from "../../src/verify/signature.ts";
import { outsideSigning, signingPolicy, trustOf } from "../../src/verify/trust.ts";
import { commitAll } from "../rig/policy.ts";
import { runProgram } from "../rig/processes.ts";
import { GATE, Rig } from "../rig/repository.ts";
import {
  describeWithOpenSsh,
  type Key,
  makeKey,
  opened,
  SIGNERS,
  signedBy,
  writeSignedProject,
} from "../rig/signing.ts";

const MANIFEST = "test-reports/model-tests.json";
const SIGNATURE = `${MANIFEST}.sig`;
const AT = new Date("2026-02-13T14:27:22Z");

interface Committed {
  readonly rig: Rig;
  readonly ann: Key;
  readonly eve: Key;
  /** The commit's tree: whoever changes something builds on it. */
  readonly tree: TreeId;
}

/** HEAD carries evidence that Ann has signed; only Ann is trusted. */
async function committed(more = "", revoked: string | null = null): Promise<Committed> {
  const rig = await Rig.create();
  const [ann, eve] = [await makeKey(rig, "ann"), await makeKey(rig, "eve")];
  writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`], more);
  if (revoked !== null) rig.write(".github/revoked", revoked);
  await rig.git("config", "user.signingkey", ann.path);
  await rig.git("add", ".");
  await rig.commit("first");
  return { rig, ann, eve, tree: await treeOf(rig, "HEAD") };
}

async function treeOf(rig: Rig, revision: string): Promise<TreeId> {
  return treeId(await rig.git("rev-parse", `${revision}^{tree}`));
}

interface Entry {
  readonly mode?: string;
  readonly content: string | Buffer;
}

/** The tree with some entries changed, or taken away. */
async function changed(
  rig: Rig,
  tree: TreeId,
  entries: Readonly<Record<string, Entry | null>>,
): Promise<TreeId> {
  const env = { ...rig.env, GIT_INDEX_FILE: join(rig.base, "other-index") };
  const git = async (...args: string[]) => {
    const ended = await runProgram("git", args, { cwd: rig.directory, env });
    if (ended.code !== 0) throw new Error(`git ${args.join(" ")}\n${ended.stderr}`);
    return ended.stdout.trim();
  };
  await git("read-tree", tree);
  for (const [path, entry] of Object.entries(entries)) {
    await git("rm", "-r", "-q", "--cached", "--ignore-unmatch", path);
    if (entry === null) continue;
    const file = join(rig.base, "content");
    writeFileSync(file, entry.content);
    const blob = await git("hash-object", "-w", "--no-filters", file);
    await git("update-index", "--add", "--cacheinfo", `${entry.mode ?? "100644"},${blob},${path}`);
  }
  return treeId(await git("write-tree"));
}

async function show(rig: Rig, tree: TreeId, path: string): Promise<string> {
  return (await rig.run("git", ["show", `${tree}:${path}`])).stdout;
}

/** As verify does: the policy of the base and of the tree, then the signature. */
async function judge(rig: Rig, tree: TreeId, base: TreeId | null, env: Record<string, string> = {}) {
  const repository = await opened(rig, env);
  const found = await judgeTree(repository, tree);
  if (!found.ok || found.value === null) throw new Error("no configuration");
  const { configuration, suites } = found.value;
  const [suite] = suites;
  const outside = await outsideSigning(repository, { base, isFirst: false, matters: async () => true });
  if (!outside.ok) return { assurance: null, signer: null, problems: [outside.error] };
  if (suite === undefined) throw new Error("no suite");
  const policy = signingPolicy(outside.value, configuration.signing);
  return verifySignature(repository, tree, suite, policy, AT);
}

const SIGNED = { assurance: "signed", signer: "ann@example.com", problems: [] };
const CONSISTENT = { assurance: "consistent", signer: null, problems: [] };

const refused = (code: string, message = "") => ({
  assurance: null,
  signer: null,
  problems: [{ code, severity: "error", message: expect.stringContaining(message) }],
});

describeWithOpenSsh("with a base that names the signers", () => {
  it("says who attests", async () => {
    const { rig, tree } = await committed();
    expect(await judge(rig, tree, tree)).toEqual(SIGNED);
  });

  it.each<[string, (one: Committed) => Promise<Record<string, Entry | null>>, ReturnType<typeof refused>]>([
    [
      "no signature",
      async () => ({ [SIGNATURE]: null }),
      refused("unsigned", "has to be signed, and is not"),
    ],
    [
      "an edited manifest",
      async ({ rig, tree }) => {
        const text = await show(rig, tree, MANIFEST);
        return {
          [MANIFEST]: { content: text.replace('"Ann"', '"Eve"') },
        };
      },
      refused("untrusted-signer", "it was made over other bytes"),
    ],
    [
      "the signature of a stranger",
      async ({ rig, tree, eve }) => {
        const text = await show(rig, tree, MANIFEST);
        return { [SIGNATURE]: { content: await signedBy(eve, "manifest@model-gate", text) } };
      },
      refused("untrusted-signer", "not among the allowed signers"),
    ],
    [
      "a stranger whom the change itself trusts",
      async ({ rig, tree, ann, eve }) => {
        const text = await show(rig, tree, MANIFEST);
        return {
          [SIGNATURE]: { content: await signedBy(eve, "manifest@model-gate", text) },
          [SIGNERS]: { content: `ann@example.com ${ann.publicKey}\neve@example.com ${eve.publicKey}\n` },
        };
      },
      refused("untrusted-signer", "not among the allowed signers"),
    ],
    [
      "a stranger, in a list that the change names instead",
      async ({ rig, tree, eve }) => {
        const text = await show(rig, tree, MANIFEST);
        const yaml = await show(rig, tree, "gate.yaml");
        return {
          [SIGNATURE]: { content: await signedBy(eve, "manifest@model-gate", text) },
          "gate.yaml": { content: yaml.replace(SIGNERS, "others") },
          others: { content: `ann@example.com ${eve.publicKey}\n` },
        };
      },
      refused("untrusted-signer", "not among the allowed signers"),
    ],
    [
      "signing switched off by the change",
      async ({ rig, tree }) => {
        const yaml = await show(rig, tree, "gate.yaml");
        return { [SIGNATURE]: null, "gate.yaml": { content: yaml.replace(/signing:\n.*\n/, "") } };
      },
      refused("unsigned"),
    ],
    [
      "a signature made for a commit",
      async ({ rig, tree, ann }) => {
        const text = await show(rig, tree, MANIFEST);
        return { [SIGNATURE]: { content: await signedBy(ann, "git", text) } };
      },
      refused("untrusted-signer", 'it was made for "git"'),
    ],
    [
      "Ann's signature of another manifest",
      async ({ ann }) => ({ [SIGNATURE]: { content: await signedBy(ann, "manifest@model-gate", "{}") } }),
      refused("untrusted-signer", "other bytes"),
    ],
    [
      "a signature with Windows line ends",
      async ({ rig, tree }) => ({
        [SIGNATURE]: { content: (await show(rig, tree, SIGNATURE)).replaceAll("\n", "\r\n") },
      }),
      refused("untrusted-signer", "not an SSH signature"),
    ],
    [
      "a signature of ten megabytes",
      async () => ({ [SIGNATURE]: { content: Buffer.alloc(10 << 20, "a") } }),
      refused("tampered-report", "too large for a signature"),
    ],
    [
      "an executable signature",
      async ({ rig, tree }) => ({
        [SIGNATURE]: { mode: "100755", content: await show(rig, tree, SIGNATURE) },
      }),
      refused("tampered-report", "has mode 100755"),
    ],
    [
      "a link to a signature",
      async () => ({ [SIGNATURE]: { mode: "120000", content: "elsewhere.sig" } }),
      refused("tampered-report", "has mode 120000"),
    ],
    [
      "a directory in the signature's place",
      async ({ rig, tree }) => ({
        [SIGNATURE]: null,
        [`${SIGNATURE}/model-tests.json.sig`]: { content: await show(rig, tree, SIGNATURE) },
      }),
      refused("unsigned"),
    ],
  ])("refuses %s", async (_case, change, answer) => {
    const one = await committed();
    const tree = await changed(one.rig, one.tree, await change(one));
    expect(await judge(one.rig, tree, one.tree)).toMatchObject(answer);
  });

  it("refuses a key that the base has revoked, whatever the change says", async () => {
    const { rig, ann, tree } = await committed("  revoked-keys: .github/revoked\n", "");
    const without = await changed(rig, tree, { ".github/revoked": null });
    expect(await judge(rig, tree, without)).toMatchObject(
      refused("config-invalid", "names .github/revoked under signing, and the base has no such file"),
    );
    const base = await changed(rig, tree, { ".github/revoked": { content: `${ann.publicKey}\n` } });
    const head = await changed(rig, tree, { ".github/revoked": { content: "" } });
    expect(await judge(rig, head, base)).toMatchObject(refused("untrusted-signer", "is revoked"));
    expect(await judge(rig, head, head)).toEqual(SIGNED);
  });

  it.each<[string, Entry | null]>([
    ["is not there", null],
    ["is a link", { mode: "120000", content: "elsewhere" }],
    ["is too large", { content: Buffer.alloc((1 << 20) + 1, "#") }],
  ])("trusts nobody where its list of signers %s", async (_case, entry) => {
    const { rig, tree } = await committed();
    const base = await changed(rig, tree, { [SIGNERS]: entry });
    expect(await judge(rig, tree, base)).toMatchObject(
      refused("config-invalid", `names ${SIGNERS} under signing`),
    );
  });

  it("trusts nobody where its gate.yaml cannot be read", async () => {
    const { rig, tree } = await committed();
    const base = await changed(rig, tree, { "gate.yaml": { content: "version: 7\n" } });
    expect(await judge(rig, tree, base)).toMatchObject(refused("config-invalid", "whose signatures count"));
  });

  it("lets unsigned evidence pass where signatures are welcome, and refuses a wrong one", async () => {
    const { rig, tree, eve } = await committed("  required: false\n");
    const unsigned = await changed(rig, tree, { [SIGNATURE]: null });
    expect(await judge(rig, unsigned, tree)).toEqual(CONSISTENT);
    const text = await show(rig, tree, MANIFEST);
    const wrong = await signedBy(eve, "manifest@model-gate", text);
    const forged = await changed(rig, tree, { [SIGNATURE]: { content: wrong } });
    expect(await judge(rig, forged, tree)).toMatchObject(refused("untrusted-signer"));
  });

  it("believes what the change demands beyond the base", async () => {
    const { rig, tree } = await committed();
    const yaml = await show(rig, tree, "gate.yaml");
    const lax = { content: yaml.replace(SIGNERS, `${SIGNERS}\n  required: false`) };
    const base = await changed(rig, tree, { "gate.yaml": lax });
    const head = await changed(rig, tree, { [SIGNATURE]: null });
    expect(await judge(rig, head, base)).toMatchObject(refused("unsigned"));
  });

  it("cannot say more than that signing begins, where the base knows none", async () => {
    const { rig, tree } = await committed();
    const base = await changed(rig, tree, {
      "gate.yaml": { content: (await show(rig, tree, "gate.yaml")).replace(/signing:\n.*\n/, "") },
    });
    expect(await judge(rig, tree, base)).toMatchObject({
      assurance: "consistent",
      signer: null,
      problems: [{ code: "untrusted-signer", severity: "warning" }],
    });
    const unsigned = await changed(rig, tree, { [SIGNATURE]: null });
    expect(await judge(rig, unsigned, base)).toMatchObject(refused("unsigned"));
    const edited = await changed(rig, tree, { [MANIFEST]: { content: "{}" } });
    expect(await judge(rig, edited, base)).toMatchObject(refused("untrusted-signer", "other bytes"));
  });
});

describeWithOpenSsh("without a base", () => {
  it("says no where signatures are required and nobody names the signers", async () => {
    const { rig, tree } = await committed();
    const answer = await judge(rig, tree, null);
    expect(answer).toMatchObject(refused("untrusted-signer", "nobody outside this commit says"));
    expect(answer.problems[0]?.hint).toContain("--base");
  });

  it("says consistent where they are not required", async () => {
    const { rig, tree } = await committed("  required: false\n");
    expect(await judge(rig, tree, null)).toEqual(CONSISTENT);
  });

  it("takes the signers of the verifier's own git", async () => {
    const { rig, tree, ann } = await committed();
    const signers = join(rig.base, "signers");
    const revoked = join(rig.base, "revoked");
    await rig.git("config", "gpg.ssh.allowedSignersFile", signers);
    expect(await judge(rig, tree, null)).toMatchObject(refused("untrusted-signer", "there is no such file"));
    writeFileSync(signers, `me@example.com ${ann.publicKey}\n`);
    expect(await judge(rig, tree, null)).toEqual({ ...SIGNED, signer: "me@example.com" });
    writeFileSync(revoked, `${ann.publicKey}\n`);
    await rig.git("config", "gpg.ssh.revocationFile", revoked);
    expect(await judge(rig, tree, null)).toMatchObject(refused("untrusted-signer", "revoked"));
  });

  it("takes none that lie in the working tree, by whatever way", async () => {
    const { rig } = await committed();
    await rig.run("ln", ["-s", join(rig.directory, SIGNERS), join(rig.base, "link")]);
    for (const path of [SIGNERS, join(rig.directory, SIGNERS), join(rig.base, "link")]) {
      await rig.git("config", "gpg.ssh.allowedSignersFile", path);
      expect(await trustOf(await opened(rig), null)).toEqual({ ok: true, value: null });
    }
  });

  it("takes none that a tracked file of settings names", async () => {
    const { rig, ann } = await committed();
    const signers = join(rig.base, "signers");
    writeFileSync(signers, `me@example.com ${ann.publicKey}\n`);
    rig.write(".gitconfig", `[gpg "ssh"]\n\tallowedSignersFile = ${signers}\n`);
    await rig.git("config", "include.path", "../.gitconfig");
    expect(await rig.git("config", "gpg.ssh.allowedSignersFile")).toBe(signers);
    expect(await trustOf(await opened(rig), null)).toEqual({ ok: true, value: null });
  });
});

describeWithOpenSsh("where no working tree is", () => {
  it("judges in a bare clone", async () => {
    const { rig } = await committed();
    await rig.git("clone", "-q", "--bare", ".", join(rig.base, "bare"));
    const bare = rig.at(join(rig.base, "bare"));
    const tree = await treeOf(bare, "HEAD");
    expect(await judge(bare, tree, tree)).toEqual(SIGNED);
  });
});

describeWithOpenSsh("gate verify", () => {
  it("says attested of what is signed, recorded of what is not, and no where it has to be", async () => {
    const { rig } = await committed();
    await rig.git("tag", "base");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.commit("signed change");
    const signed = await rig.gate("verify", "--base", "base");
    expect(signed.stdout).toContain("attested by ann@example.com");
    expect(signed.code).toBe(0);
    expect(await rig.gateJson("verify", "--base", "base")).toMatchObject({
      ok: true,
      suites: [{ assurance: "signed", signer: "ann@example.com" }],
    });
    expect((await rig.gate("verify")).stderr).toContain("--base");
    await rig.git("rm", "-q", SIGNATURE);
    await rig.git("commit", "-q", "--no-verify", "-m", "unsigned");
    const unsigned = await rig.gate("verify", "--base", "base");
    expect(unsigned.stderr).toContain("(unsigned)");
    expect(unsigned.stderr).not.toContain("attested");
    expect(unsigned.code).toBe(1);
  });

  it("judges a key at the time of the commit, or when it is told", async () => {
    const { rig, ann } = await committed();
    rig.write(SIGNERS, `ann@example.com valid-before="20400101" ${ann.publicKey}\n`);
    await rig.git("add", ".");
    await rig.commit("the key will end");
    expect((await rig.gate("verify", "--base", "HEAD")).code).toBe(0);
    const later = await rig.gate("verify", "--base", "HEAD", "--at", "2041-01-01T00:00:00Z");
    expect(later.stderr).toContain("key has expired");
    expect(later.code).toBe(1);
  });
});

describeWithOpenSsh("the verifier's own list of signers", () => {
  it("is asked for where something is signed, and is nobody's business otherwise", async () => {
    const plain = await Rig.create();
    await plain.withEvidence();
    await plain.git("config", "gpg.ssh.allowedSignersFile", "/nonexistent");
    expect((await plain.gate("verify")).code).toBe(0);
    const { rig } = await committed();
    await rig.git("config", "gpg.ssh.allowedSignersFile", "/nonexistent");
    const refused = await rig.gate("verify");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("git config --local --unset gpg.ssh.allowedSignersFile");
  });
});

describeWithOpenSsh("the files that signing: names", () => {
  const REVOKED = "  revoked-keys: .github/revoked\n";

  async function refusal(rig: Rig, base: string): Promise<string> {
    const { code, stdout } = await rig.gate("verify", "--base", base, "--json");
    const { problems } = JSON.parse(stdout);
    const [found, ...more] = problems.filter(({ severity }: Problem) => severity === "error");
    expect({ code, found, more }).toMatchObject({ code: 1, found: { code: "config-invalid" }, more: [] });
    return found.message;
  }

  it("are there in the change, or nobody could ever mend it", async () => {
    const { rig } = await committed();
    await rig.git("mv", SIGNERS, ".github/signers");
    await commitAll(rig, "called otherwise");
    expect(await refusal(rig, "HEAD~")).toBe(
      `gate.yaml names ${SIGNERS} under signing, and this commit has no such file.`,
    );
  });

  it("can be read by ssh-keygen, which takes every key for revoked else", async () => {
    const { rig, eve } = await committed(REVOKED, "");
    rig.write(".github/revoked", "SHA256:+LW3YUQ1LCHazGpknfVbxewlCThrh5MbpTLqrYCnMaU\n");
    await commitAll(rig, "revoked by its fingerprint");
    expect(await refusal(rig, "HEAD~")).toMatch(/ssh-keygen cannot read it in this commit: every key would/);
    rig.write(".github/revoked", `# Eve's was stolen\n${eve.publicKey}\n`);
    await commitAll(rig, "revoked by its public key");
    expect((await rig.gate("verify", "--base", "HEAD~2")).code).toBe(0);
  });

  it("are there in the merge, too", async () => {
    const { rig } = await committed();
    rig.write(".github/revoked", "");
    await commitAll(rig, "for later");
    await rig.git("branch", "side");
    rig.write("gate.yaml", rig.read("gate.yaml").replace(/(?<=allowed-signers: .*\n)/, REVOKED));
    await commitAll(rig, "named");
    await rig.git("checkout", "-q", "side");
    await rig.git("rm", "-q", ".github/revoked");
    await commitAll(rig, "not needed");
    expect(await refusal(rig, "main")).toBe(
      "gate.yaml names .github/revoked under signing, and the merge into main has no such file.",
    );
  });

  it("leaves nothing behind where the record cannot be read while the signers are looked at", async () => {
    const { rig, eve } = await committed("  revoked-keys: .github/revoked\n", "");
    rig.write(".github/revoked", `${eve.publicKey}\n`);
    await commitAll(rig, "revoke");
    await rig.run("sh", ["-c", UNPACK]);
    const manifest = (await rig.git("rev-parse", `HEAD:${MANIFEST}`)).trim();
    rig.remove(`.git/objects/${manifest.slice(0, 2)}/${manifest.slice(2)}`);
    const scratch = join(rig.base, "scratch");
    mkdirSync(scratch);
    const verify = [GATE, "verify", "--json"];
    const { code, stdout } = await rig.run(process.execPath, verify, { TMPDIR: scratch });
    expect(code).toBe(1);
    expect(stdout).toContain("objects-missing");
    expect(readdirSync(scratch)).toEqual([]);
  });
});

const UNPACK =
  "mv .git/objects/pack/*.pack .. && for pack in ../*.pack; do git unpack-objects -q <$pack; done";
