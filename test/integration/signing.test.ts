import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import {
  describeWithOpenSsh,
  type Key,
  keygen,
  makeKey,
  SIGNERS,
  startAgent,
  writeSignedProject,
} from "../rig/signing.ts";
import { snapshot } from "../rig/snapshot.ts";

const SIGNATURE = "test-reports/model-tests.json.sig";

interface Signed {
  readonly rig: Rig;
  readonly ann: Key;
}

/** Everything is staged, and only Ann's key is trusted. */
async function signedRig(more = "", makeAnn: (rig: Rig) => Promise<Key> = (rig) => makeKey(rig, "ann")) {
  const rig = await Rig.create();
  const ann = await makeAnn(rig);
  writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`], more);
  await rig.git("add", ".");
  return { rig, ann } satisfies Signed;
}

/** Asks ssh-keygen itself, as anybody could, about what is staged. */
async function expectSignedByAnn(rig: Rig): Promise<void> {
  const signature = join(rig.base, "staged.sig");
  writeFileSync(signature, `${await rig.git("show", `:${SIGNATURE}`)}\n`);
  const manifest = await rig.run("git", ["show", ":test-reports/model-tests.json"]);
  const verify = `ssh-keygen -Y verify -n manifest@model-gate -I ann@example.com -f ${SIGNERS} -s "${signature}"`;
  writeFileSync(join(rig.base, "manifest"), manifest.stdout);
  const ended = await rig.run("sh", ["-c", `${verify} <"${join(rig.base, "manifest")}"`]);
  expect(ended.stdout).toContain('Good "manifest@model-gate" signature for ann@example.com');
}

/** Nothing is started, nothing is written. */
async function expectRefusedBeforeTheRun(
  rig: Rig,
  env: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<void> {
  const before = await snapshot(rig);
  const ended = await rig.gateWith(env, "run");
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.code).toBe(1);
  expect(rig.suite.runs).toBe(0);
  expect(await snapshot(rig)).toEqual(before);
}

describeWithOpenSsh("gate run with signing", () => {
  it("signs the manifest, in the same commit as the sources", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    await rig.commit("first");
    expect(await rig.git("ls-tree", "HEAD", SIGNATURE)).toContain("100644 blob");
    await expectSignedByAnn(rig);
    expect(await rig.decision("HEAD")).toBe("fresh");
    expect(await rig.changes()).toEqual([]);
  });

  it.each<[string, (rig: Rig, ann: Key) => Promise<Record<string, string>>]>([
    [
      "a public key beside its private one",
      async (rig, ann) => {
        await rig.git("config", "user.signingkey", `${ann.path}.pub`);
        return {};
      },
    ],
    [
      "gate.signingKey before user.signingkey",
      async (rig, ann) => {
        const other = await makeKey(rig, "other");
        await rig.git("config", "user.signingkey", other.path);
        await rig.git("config", "gate.signingKey", ann.path);
        return {};
      },
    ],
    [
      "a path below the home directory",
      async (rig) => {
        await rig.git("config", "user.signingkey", "~/ann");
        return { HOME: rig.base };
      },
    ],
    [
      "a public key as text, with the private one in an agent",
      async (rig, ann) => {
        await rig.git("config", "user.signingkey", `key::${ann.publicKey}`);
        return startAgent(rig, ann);
      },
    ],
    [
      "what ssh-add -L lists",
      async (rig, ann) => {
        await rig.git("config", "--global", "gpg.ssh.defaultKeyCommand", "ssh-add -L");
        return startAgent(rig, ann);
      },
    ],
  ])("takes %s", async (_case, configure) => {
    const { rig, ann } = await signedRig();
    const env = await configure(rig, ann);
    const ended = await rig.gateWith(env, "run");
    expect(ended.stderr).toBe(`gate  model-tests: no evidence yet. Running: sh "$RIG_SUITE"\n`);
    expect(ended.code).toBe(0);
    await expectSignedByAnn(rig);
  });

  it("takes a public key file whose private key only an agent has", async () => {
    const { rig, ann } = await signedRig();
    mkdirSync(join(rig.base, "public"));
    writeFileSync(join(rig.base, "public/ann.pub"), readFileSync(`${ann.path}.pub`));
    await rig.git("config", "user.signingkey", join(rig.base, "public/ann.pub"));
    const env = await startAgent(rig, ann);
    expect((await rig.gateWith(env, "run")).code).toBe(0);
    await expectSignedByAnn(rig);
  });

  it.each(["ecdsa", "rsa"])("signs with an %s key", async (type) => {
    const { rig, ann } = await signedRig("", (one) => makeKey(one, "ann", { type }));
    await rig.git("config", "user.signingkey", ann.path);
    expect((await rig.gate("run")).code).toBe(0);
    await expectSignedByAnn(rig);
  });

  it("signs with a certificate of a trusted authority", async () => {
    const rig = await Rig.create();
    const [ann, authority] = [await makeKey(rig, "ann"), await makeKey(rig, "ca")];
    await keygen(rig, "-q", "-s", authority.path, "-I", "1", "-n", "ann@example.com", `${ann.path}.pub`);
    writeSignedProject(rig, [`*@example.com cert-authority ${authority.publicKey}`]);
    await rig.git("config", "user.signingkey", `${ann.path}-cert.pub`);
    await rig.git("add", ".");
    await rig.commit("first");
    await expectSignedByAnn(rig);
  });

  it("signs every run anew, and decides without looking at signatures", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    await rig.commit("first");
    const first = rig.read(SIGNATURE);
    await rig.git("config", "--unset", "user.signingkey");
    rig.write("README.md", "# Another\n");
    await rig.git("add", ".");
    expect((await rig.commit("documentation")).stderr).toBe("");
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.git("config", "user.signingkey", ann.path);
    await rig.commit("due");
    expect(rig.read(SIGNATURE)).not.toBe(first);
    await expectSignedByAnn(rig);
    await rig.git("config", "--unset", "user.signingkey");
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", ".");
    expect((await rig.commit("back")).stderr).toContain("reused");
    expect(rig.read(SIGNATURE)).toBe(first);
    expect(rig.suite.runs).toBe(2);
  });

  it("leaves evidence unsigned where nobody asks for signatures", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    await rig.git("config", "user.signingkey", ann.path);
    await rig.withEvidence();
    expect(rig.exists(SIGNATURE)).toBe(false);
  });

  it("signs what an earlier session recorded, without running it again", async () => {
    const rig = await Rig.create();
    const ann = await makeKey(rig, "ann");
    await rig.withEvidence();
    writeSignedProject(rig, [`ann@example.com ${ann.publicKey}`]);
    await rig.git("config", "user.signingkey", ann.path);
    await rig.git("add", ".");
    const [session = ""] = readdirSync(join(rig.directory, ".gate/sessions"));
    expect((await rig.gate("run", "--from", session)).code).toBe(0);
    await expectSignedByAnn(rig);
    expect(rig.suite.runs).toBe(1);
  });

  it("takes an old signature away with the evidence it belongs to", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    await rig.commit("first");
    rig.writeProject();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    await rig.commit("unsigned from here on");
    expect(await rig.git("ls-files", SIGNATURE)).toBe("");
    expect(rig.exists(SIGNATURE)).toBe(false);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});

const ANOTHER_KEY = "Sign with another key:  git config gate.signingKey <public key>";

describeWithOpenSsh("without a key that can be used", () => {
  it("says before the suite starts how to make one", async () => {
    const { rig } = await signedRig();
    const hint = "ssh-keygen -t ed25519 && git config --global user.signingkey ~/.ssh/id_ed25519.pub";
    await expectRefusedBeforeTheRun(rig, {}, "git names no key of yours (user.signingkey)", hint);
  });

  it.each<[string, (rig: Rig) => string, readonly string[]]>([
    ["a file that is not there", () => "/nowhere/id_ed25519", ["names /nowhere/id_ed25519", "no such file"]],
    ["the id of a PGP key", () => "4AEE18F83AFDEB23", ["which is no SSH key", "gate.signingKey"]],
    ["a file that is no key", (rig) => join(rig.directory, "README.md"), ["no SSH key that can be read"]],
  ])("names %s", async (_case, value, words) => {
    const { rig } = await signedRig();
    await rig.git("config", "user.signingkey", value(rig));
    await expectRefusedBeforeTheRun(rig, {}, ...words);
  });

  it("asks for no passphrase that nobody will be there to give after the run", async () => {
    const { rig, ann } = await signedRig("", (one) => makeKey(one, "ann", { passphrase: "secret" }));
    await rig.git("config", "user.signingkey", ann.path);
    await expectRefusedBeforeTheRun(rig, {}, "incorrect passphrase", `ssh-add ${ann.path}`);
  });

  it("says so where the agent is gone or has not got the key", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", `key::${ann.publicKey}`);
    await expectRefusedBeforeTheRun(rig, { SSH_AUTH_SOCK: "/nowhere" }, "No private key found", "ssh-add -l");
    await expectRefusedBeforeTheRun(rig, await startAgent(rig), "No private key found");
  });

  it("shows the line to add where the key is nobody's who is trusted", async () => {
    const { rig } = await signedRig();
    const eve = await makeKey(rig, "eve");
    await rig.git("config", "user.signingkey", eve.path);
    const line = (who: string) => `echo "${who} ${eve.publicKey}" >>${SIGNERS}`;
    const email = await rig.git("config", "user.email");
    // somebody else will run it, whose settings are others
    await expectRefusedBeforeTheRun(rig, {}, `it is not in ${SIGNERS}`, line(email));
    await rig.git("config", "user.email", "$(eve)@example.com");
    await expectRefusedBeforeTheRun(rig, {}, line("<your e-mail address>"));
  });

  it("shows a line that breaks no other where the list ends without a line end", async () => {
    const { rig, ann } = await signedRig();
    rig.write(SIGNERS, `ann@example.com ${ann.publicKey}`);
    const eve = await makeKey(rig, "eve");
    await rig.git("config", "user.signingkey", eve.path);
    await rig.git("add", ".");
    const { stderr } = await rig.gate("run");
    const command = /add it: {2}(.+)/.exec(stderr)?.[1] ?? "";
    await rig.run("sh", ["-c", command]);
    expect(rig.read(SIGNERS).split("\n").filter(Boolean)).toEqual([
      `ann@example.com ${ann.publicKey}`,
      expect.stringContaining(eve.publicKey),
    ]);
    await rig.git("add", ".");
    expect((await rig.gate("run")).code).toBe(0);
  });

  it("says so where the key counts for something else, or no longer", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    for (const [options, words] of [
      ['namespaces="git"', 'not permitted for use in signature namespace "manifest@model-gate"'],
      ['valid-before="20200101"', "key has expired"],
    ]) {
      rig.write(SIGNERS, `ann@example.com ${options} ${ann.publicKey}\n`);
      await rig.git("add", ".");
      await expectRefusedBeforeTheRun(rig, {}, words ?? "", ANOTHER_KEY);
    }
  });

  it("names another key as the way out where this one is revoked", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    const named = `  allowed-signers: ${SIGNERS}\n`;
    rig.write("gate.yaml", rig.read("gate.yaml").replace(named, `${named}  revoked-keys: .github/revoked\n`));
    rig.write(".github/revoked", `${ann.publicKey}\n`);
    await rig.git("add", ".");
    await expectRefusedBeforeTheRun(rig, {}, "with a key that is revoked", ANOTHER_KEY);
    const bob = await makeKey(rig, "bob");
    rig.write(SIGNERS, `bob@example.com ${bob.publicKey}\n`);
    await rig.git("add", ".");
    await rig.git("config", "gate.signingKey", bob.publicKey);
    const { code } = await rig.gateWith(await startAgent(rig, bob), "run");
    expect(code).toBe(0);
  });

  it("lets a commit pass as pending: whoever has no key is not kept from committing", async () => {
    const { rig, ann } = await signedRig();
    const ended = await rig.commit("pending");
    expect(ended.stderr).toContain(
      "Evidence pending: evidence has to be signed, and git names no key of yours",
    );
    expect(rig.suite.runs).toBe(0);
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", ".");
    expect(await rig.decision()).toBe("pending");
    await rig.git("config", "user.signingkey", ann.path);
    expect(await rig.decision()).toBe("run");
    await rig.commit("with a key");
    await expectSignedByAnn(rig);
  });

  it("names a list of signers that is not staged", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    await rig.git("rm", "-q", "--cached", SIGNERS);
    await expectRefusedBeforeTheRun(
      rig,
      {},
      `names ${SIGNERS} under signing`,
      "what is committed has no such file",
    );
  });

  it("names the rule that ignores signatures", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    rig.write(".gitignore", ".gate/\n*.sig\n");
    await rig.git("add", ".");
    await expectRefusedBeforeTheRun(rig, {}, SIGNATURE, ".gitignore:2");
  });

  it("says what to install where there is no ssh-keygen", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    const PATH = await pathWithoutKeygen(rig);
    await expectRefusedBeforeTheRun(rig, { PATH }, "no ssh-keygen on this machine", "openssh-client");
  });

  it("goes on unsigned, and says so, where signatures are welcome and not required", async () => {
    const { rig } = await signedRig("  required: false\n");
    const ended = await rig.gate("run");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("the evidence is unsigned: ");
    expect(await rig.git("ls-files", "test-reports/model-tests.json", SIGNATURE)).toBe(
      "test-reports/model-tests.json",
    );
  });
});

describeWithOpenSsh("when signing fails after the suite has passed", () => {
  it("loses nothing: gate run --from finishes it", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", ann.path);
    rig.suite.answers([{ id: "a::b" }], {
      after: `mv "${ann.path}" "${ann.path}.away"; rm "${ann.path}.pub"`,
    });
    const ended = await rig.gate("run");
    expect(ended.code).toBe(1);
    const session = /gate run --from (RUN_\w+)/.exec(ended.stderr)?.[1] ?? "";
    expect(ended.stderr).toContain("the suite itself has passed");
    expect(await rig.git("ls-files", "test-reports")).toBe("");
    const again = await rig.gateJson("run", "--from", session);
    expect(again).toMatchObject({ suites: [{ problems: [{ code: "signing-failed" }, {}] }] });
    await rig.run("mv", [`${ann.path}.away`, ann.path]);
    expect((await rig.gate("run", "--from", session)).code).toBe(0);
    await expectSignedByAnn(rig);
    expect(rig.suite.runs).toBe(1);
  });
});

describeWithOpenSsh("a security key", () => {
  it("is asked for no trial, and its touch is announced when the run is over", async () => {
    const key = securityKey();
    const { rig } = await signedRig("", async () => ({ path: "", publicKey: key }));
    await rig.git("config", "user.signingkey", `key::${key}`);
    const ended = await rig.gate("run");
    expect(rig.suite.runs).toBe(1);
    expect(ended.stderr).toContain("touch your security key to sign the evidence");
    expect(ended.stderr).toContain("cannot sign: No private key found");
    expect(ended.stderr).toContain("gate run --from RUN_");
    expect(ended.code).toBe(1);
  });
});

/** The public half of a key that is in no device. */
function securityKey(): string {
  const parts = ["sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 7), "ssh:"].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, Buffer.from(part)]);
  });
  return `sk-ssh-ed25519@openssh.com ${Buffer.concat(parts).toString("base64")}`;
}

describeWithOpenSsh("programs of the configuration", () => {
  /** Signs with Ann's key, whatever key it is asked for, and leaves a trace. */
  function helper(rig: Rig, ann: Key): string {
    const file = join(rig.base, "helper");
    writeFileSync(
      file,
      `#!/bin/sh\ntouch "${rig.base}/helper-ran"\nexec ssh-keygen -Y sign -n "$4" -f "${ann.path}"\n`,
    );
    chmodSync(file, 0o755);
    return file;
  }

  it("signs with gpg.ssh.program of the person's own configuration", async () => {
    const { rig, ann } = await signedRig();
    await rig.git("config", "user.signingkey", `key::${ann.publicKey}`);
    await rig.git("config", "--global", "gpg.ssh.program", helper(rig, ann));
    expect((await rig.gate("run")).code).toBe(0);
    await expectSignedByAnn(rig);
    expect(readFileSync(join(rig.base, "helper-ran"), "utf8")).toBe("");
  });

  it("starts nothing that this clone or a tracked file names", async () => {
    const { rig, ann } = await signedRig();
    const program = helper(rig, ann);
    await rig.git("config", "gpg.ssh.program", program);
    await rig.git("config", "gpg.ssh.defaultKeyCommand", program);
    await expectRefusedBeforeTheRun(rig, {}, "git names no key of yours");
    rig.write(
      ".gitconfig",
      `[gpg "ssh"]\n\tdefaultKeyCommand = ${program}\n[user]\n\tsigningkey = ${ann.path}\n`,
    );
    await rig.git("config", "--global", "include.path", join(rig.directory, ".gitconfig"));
    await rig.git("add", ".gitconfig");
    await expectRefusedBeforeTheRun(rig, {}, "git names no key of yours");
    expect(() => readFileSync(join(rig.base, "helper-ran"))).toThrow("ENOENT");
  });

  it("does not take a program's word for a signature", async () => {
    const { rig, ann } = await signedRig();
    const program = join(rig.base, "liar");
    writeFileSync(program, `#!/bin/sh\necho other | ssh-keygen -Y sign -n "$4" -f "${ann.path}"\n`);
    chmodSync(program, 0o755);
    await rig.git("config", "user.signingkey", ann.path);
    await rig.git("config", "--global", "gpg.ssh.program", program);
    await expectRefusedBeforeTheRun(rig, {}, "a signature that does not fit: it was made over other bytes");
  });
});

/** The programs that gate and git need, and no ssh-keygen. */
async function pathWithoutKeygen(rig: Rig): Promise<string> {
  const directory = join(rig.base, "bin");
  mkdirSync(directory);
  for (const name of ["git", "sh", "node", "cp", "cat", "printf", "rm"]) {
    const found = await rig.run("sh", ["-c", `command -v ${name}`]);
    await rig.run("ln", ["-s", found.stdout.trim(), join(directory, name)]);
  }
  return directory;
}
