import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { checkSignature, type SignatureCheck, type Trust } from "../../src/evidence/signature.ts";
import { Rig } from "../rig/repository.ts";
import { describeWithOpenSsh, type Key, keygen, makeKey, opened, signedBy } from "../rig/signing.ts";

const TEXT = "a manifest\n";
const NAMESPACE = "manifest@model-gate";
const AT = new Date("2026-02-13T14:27:22Z");

interface Scene {
  readonly rig: Rig;
  readonly ann: Key;
  readonly signature: Buffer;
}

async function scene(): Promise<Scene> {
  const rig = await Rig.create({ hooks: false });
  const ann = await makeKey(rig, "ann");
  return { rig, ann, signature: await signedBy(ann, NAMESPACE, TEXT) };
}

function trusting(lines: string, revoked: Uint8Array | null = null): Trust {
  return { allowedSigners: Buffer.from(lines), revokedKeys: revoked };
}

/** What gate makes of Ann's signature over the text, where these lines say who is trusted. */
async function check(
  { rig, signature }: Pick<Scene, "rig" | "signature">,
  trust: Trust,
  { bytes = TEXT, at = AT, env = {} }: { bytes?: string; at?: Date; env?: Record<string, string> } = {},
): Promise<SignatureCheck> {
  return checkSignature(await opened(rig, env), trust, "manifest", Buffer.from(bytes), signature, at);
}

async function expectUntrusted(checked: Promise<SignatureCheck>, reason: string): Promise<void> {
  expect(await checked).toMatchObject({ kind: "untrusted", reason: expect.stringContaining(reason) });
}

describeWithOpenSsh("who is trusted", () => {
  it("is whom the allowed signers name, with the key that signed", async () => {
    const one = await scene();
    const listed = await keygen(one.rig, "-l", "-f", one.ann.path);
    expect(await check(one, trusting(`# people\n\nann@example.com ${one.ann.publicKey} Ann's\n`))).toEqual({
      kind: "trusted",
      signer: "ann@example.com",
      key: listed.split(" ")[1],
    });
  });

  it.each<[string, (key: string) => string, string]>([
    ["several names for one key", (key) => `ann@example.com,ann ${key}\n`, "ann@example.com"],
    ["a wildcard", (key) => `*@example.com ${key}\n`, "*@example.com"],
    ["a wildcard with exceptions", (key) => `"!eve@example.com,*@example.com" ${key}\n`, "*@example.com"],
    ["Windows line ends", (key) => `bob@example.com ${key}\r\nann@example.com ${key}\r\n`, "bob@example.com"],
    ["no final line end", (key) => `ann@example.com ${key}`, "ann@example.com"],
    [
      "the namespace of manifests",
      (key) => `ann@example.com namespaces="git,manifest@*" ${key}\n`,
      "ann@example.com",
    ],
    [
      "a second line, where the first is for something else",
      (key) => `a@example.com namespaces="git" ${key}\nb@example.com ${key}\n`,
      "b@example.com",
    ],
    [
      "a second line, where the first has expired",
      (key) => `a@example.com valid-before="20200101" ${key}\nb@example.com valid-after="20200101" ${key}\n`,
      "b@example.com",
    ],
  ])("reads %s", async (_case, lines, signer) => {
    const one = await scene();
    expect(await check(one, trusting(lines(one.ann.publicKey)))).toMatchObject({ kind: "trusted", signer });
  });

  it.each<[string, (key: string) => string, string]>([
    ["nobody", () => "", "not among the allowed signers"],
    ["a line that is commented out", (key) => `#ann@example.com ${key}\n`, "not among the allowed signers"],
    ["a key that stands in a comment", (key) => `# ${key}\n`, "not among the allowed signers"],
    [
      "only for commits",
      (key) => `a namespaces="git" ${key}\n`,
      "not permitted for use in signature namespace",
    ],
    ["no longer", (key) => `a valid-before="20260213142721" ${key}\n`, "key has expired"],
    ["not yet", (key) => `a valid-after="20260213142723" ${key}\n`, "not yet valid"],
    ["an option that ssh-keygen does not know", (key) => `a anything="1" ${key}\n`, "it is not accepted"],
    ["what is no list", () => "\0\x01garbage", "not among the allowed signers"],
  ])("refuses %s", async (_case, lines, reason) => {
    const one = await scene();
    await expectUntrusted(check(one, trusting(lines(one.ann.publicKey))), reason);
  });

  it("does not take the key of an authority for a signer's", async () => {
    const one = await scene();
    await expectUntrusted(
      check(one, trusting(`* cert-authority ${one.ann.publicKey}\n`)),
      "no name for its key",
    );
  });

  it("refuses a key in another's comment", async () => {
    const one = await scene();
    const bob = await makeKey(one.rig, "bob");
    await expectUntrusted(
      check(one, trusting(`bob ${bob.publicKey} ${one.ann.publicKey}\n`)),
      "no name for its key",
    );
  });

  it("judges times that name no zone as UTC, wherever it runs", async () => {
    const one = await scene();
    const trust = trusting(
      `a valid-after="20260213142722",valid-before="20260213142723" ${one.ann.publicKey}\n`,
    );
    for (const TZ of ["UTC", "Pacific/Auckland", "America/Los_Angeles"]) {
      expect((await check(one, trust, { env: { TZ } })).kind).toBe("trusted");
    }
    const later = new Date(AT.getTime() + 2000);
    await expectUntrusted(check(one, trust, { at: later }), "key has expired");
  });

  it("trusts a certificate's names while it is valid, and those only", async () => {
    const { rig, ann } = await scene();
    const authority = await makeKey(rig, "ca");
    const grant = ["-n", "ann@example.com", "-V", "20260101000000Z:20270101000000Z"];
    await keygen(rig, "-q", "-s", authority.path, "-I", "1", ...grant, `${ann.path}.pub`);
    const certified = { path: `${ann.path}-cert.pub`, publicKey: "" };
    const one = { rig, signature: await signedBy(certified, NAMESPACE, TEXT) };
    const of = (names: string) => trusting(`${names} cert-authority ${authority.publicKey}\n`);
    const listed = await keygen(rig, "-l", "-f", `${ann.path}.pub`);
    const trusted = { kind: "trusted", signer: "ann@example.com", key: listed.split(" ")[1] };
    expect(await check(one, of("*@example.com"))).toEqual(trusted);
    await expectUntrusted(check(one, of("*@example.org")), "it is not accepted");
    await expectUntrusted(check(one, of("*"), { at: new Date("2027-06-01") }), "it is not accepted");
    await expectUntrusted(check(one, trusting(`ann@example.com ${authority.publicKey}\n`)), "not among");
  });
});

describeWithOpenSsh("revoked keys", () => {
  it("are refused, by their public keys and by a KRL", async () => {
    const one = await scene();
    const lines = `ann@example.com ${one.ann.publicKey}\n`;
    const krl = join(one.rig.base, "krl");
    await keygen(one.rig, "-q", "-k", "-f", krl, `${one.ann.path}.pub`);
    for (const revoked of [Buffer.from(`${one.ann.publicKey} Ann's\n`), readFileSync(krl)]) {
      await expectUntrusted(check(one, trusting(lines, revoked)), "with a key that is revoked");
    }
    const bob = await makeKey(one.rig, "bob");
    const others = Buffer.from(`${bob.publicKey}\n`);
    expect((await check(one, trusting(lines, others))).kind).toBe("trusted");
    expect((await check(one, trusting(lines, Buffer.alloc(0)))).kind).toBe("trusted");
  });

  it("that cannot be read leave nobody trusted", async () => {
    const one = await scene();
    const trust = trusting(`ann@example.com ${one.ann.publicKey}\n`, Buffer.from("garbage\n"));
    await expectUntrusted(check(one, trust), "the list of revoked keys cannot be read");
  });
});

describeWithOpenSsh("signatures", () => {
  it("of other bytes are refused", async () => {
    const one = await scene();
    const trust = trusting(`ann@example.com ${one.ann.publicKey}\n`);
    await expectUntrusted(check(one, trust, { bytes: `${TEXT} ` }), "it was made over other bytes");
    await expectUntrusted(check(one, trust, { bytes: "" }), "it was made over other bytes");
  });

  it.each([
    "git",
    "file",
    "waiver@model-gate",
    "approval@model-gate",

    "Manifest@model-gate",
  ])("for %j are refused", async (namespace) => {
    const { rig, ann } = await scene();
    const signature = await signedBy(ann, namespace, TEXT);
    if (namespace.includes("\0")) return;
    const trust = trusting(`ann@example.com ${ann.publicKey}\n`);
    await expectUntrusted(check({ rig, signature }, trust), `made for "${namespace}"`);
  });

  it.each<[string, (text: string) => string]>([
    ["with Windows line ends", (text) => text.replaceAll("\n", "\r\n")],
    ["with something after them", (text) => `${text}more\n`],
    ["with something before them", (text) => `more\n${text}`],
    ["without their final line end", (text) => text.trimEnd()],
    ["in lines of another length", (text) => text.replace(/\n(?=.{70}\n)/, "")],
    ["twice", (text) => text + text],
    ["of ten megabytes", (text) => text + "\n".repeat(10_000_000)],
    ["that are empty", () => ""],
    [
      "that are a PGP signature",
      () => "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
    ],
    ["that hold nothing", () => "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"],
  ])("%s are refused before anything looks at them", async (_case, change) => {
    const { rig, ann, signature } = await scene();
    const trust = trusting(`ann@example.com ${ann.publicKey}\n`);
    const changed = Buffer.from(change(signature.toString("latin1")), "latin1");
    await expectUntrusted(check({ rig, signature: changed }, trust), "it is not an SSH signature");
  });

  it("are refused whatever byte of them changes", async () => {
    const { rig, ann, signature } = await scene();
    const trust = trusting(`ann@example.com ${ann.publicKey}\n`);
    const repository = await opened(rig);
    const places = fc.tuple(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(places, async ([at, flip]) => {
        const changed = Buffer.from(signature);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const checked = await checkSignature(repository, trust, "manifest", Buffer.from(TEXT), changed, AT);
        expect(checked.kind).toBe("untrusted");
      }),
      { numRuns: 60 },
    );
  });

  it("cannot be checked without ssh-keygen, and then count as none", async () => {
    const one = await scene();
    const found = await one.rig.run("sh", ["-c", "command -v git"]);
    const directory = join(one.rig.base, "bin");
    await one.rig.run("mkdir", [directory]);
    symlinkSync(found.stdout.trim(), join(directory, "git"));
    const checked = check(one, trusting(`ann ${one.ann.publicKey}\n`), { env: { PATH: directory } });
    expect(await checked).toMatchObject({
      kind: "untrusted",
      reason: "it cannot be checked: there is no ssh-keygen on this machine",
      hint: expect.stringContaining("openssh-client"),
    });
  });

  it("leave nothing behind in the temporary directory", async () => {
    const one = await scene();
    const own = mkdtempSync(join(tmpdir(), "gate-trust-"));
    vi.stubEnv("TMPDIR", own);
    try {
      await check(one, trusting(`ann ${one.ann.publicKey}\n`));
      expect(readdirSync(own)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(own, { recursive: true });
    }
  });
});
