import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Repository } from "../../src/adapters/git/repository.ts";
import { openRepository } from "../../src/adapters/git/repository.ts";
import { writeBlobs } from "../../src/adapters/git/store.ts";
import { findStored, storeEvidence } from "../../src/evidence/store.ts";
import { type Fingerprint, isFingerprint } from "../../src/fingerprint/ids.ts";
import { serialiseManifest } from "../../src/reports/manifest.ts";
import { Rig } from "../rig/repository.ts";

async function open(rig: Rig): Promise<Repository> {
  const opened = await openRepository(rig.directory, rig.env);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

function fingerprint(seed: string): Fingerprint {
  const digest = createHash("sha256").update(seed).digest("hex");
  if (!isFingerprint(digest)) throw new Error("not a digest");
  return digest;
}

/** Evidence of a run that ended in a minute of its own. */
async function store(rig: Rig, repository: Repository, seed: string, minute: number): Promise<string> {
  const of = fingerprint(seed);
  const ended = `2026-02-13T${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:00Z`;
  const manifest = serialiseManifest({
    suite: "model-tests",
    fingerprint: of,
    inputs: { files: 1, ignored: [] },
    verdict: "passed",
    tests: new Map(),
    deselected: 0,
    run: { started: ended, ended, duration: 1, command: "true" },
    machine: { os: "Linux", cpus: 1, memoryBytes: 1, node: "v20", gpus: [] },
    environment: null,
    reads: null,
    runner: { name: "fake", version: "1" },
    recordedBy: { name: "Ann" },
    sessions: { earlier: 0, verdicts: new Map() },
    reports: new Map(),
  });
  const file = join(rig.base, "manifest");
  writeFileSync(file, manifest);
  const [blob = ""] = await writeBlobs(repository, [file]);
  return storeEvidence(repository, "model-tests", of, [{ path: "model-tests.json", blob }]);
}

const any = async () => true;

/** What is packed with others cannot be lost alone. */
const UNPACK =
  "mv .git/objects/pack/*.pack .. && for pack in ../*.pack; do git unpack-objects -q <$pack; done";

describe("the evidence store", () => {
  it("keeps the fifty newest of a suite, by when they were run", async () => {
    const rig = await Rig.create({ hooks: false });
    const repository = await open(rig);
    for (let minute = 0; minute < 53; minute += 1) await store(rig, repository, `sources ${minute}`, minute);
    const refs = (await rig.git("for-each-ref", "--format=%(refname)", "refs/gate/evidence")).split("\n");
    expect(refs).toHaveLength(50);
    for (const minute of [0, 1, 2]) {
      expect(await findStored(repository, "model-tests", fingerprint(`sources ${minute}`), any)).toBeNull();
    }
    expect(await findStored(repository, "model-tests", fingerprint("sources 3"), any)).not.toBeNull();
  });

  it("keeps what was stored just now, also of an older run than all others", async () => {
    const rig = await Rig.create({ hooks: false });
    const repository = await open(rig);
    for (let minute = 1; minute < 51; minute += 1) await store(rig, repository, `sources ${minute}`, minute);
    const old = await store(rig, repository, "sources 0", 0);
    const refs = (await rig.git("for-each-ref", "--format=%(refname)", "refs/gate/evidence")).split("\n");
    expect(refs).toHaveLength(50);
    expect(await findStored(repository, "model-tests", fingerprint("sources 0"), any)).toBe(old);
  });

  it("answers with the newest of several runs of the same sources", async () => {
    const rig = await Rig.create({ hooks: false });
    const repository = await open(rig);
    await store(rig, repository, "sources", 7);
    const newest = await store(rig, repository, "sources", 9);
    await store(rig, repository, "sources", 8);
    expect(await findStored(repository, "model-tests", fingerprint("sources"), any)).toBe(newest);
  });

  it("survives garbage collection, and leaves the commits of the log alone", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a");
    await rig.git("reset", "-q", "--hard", "HEAD~1");
    await rig.git("reflog", "expire", "--expire=now", "--all");
    await rig.git("gc", "-q", "--prune=now");
    expect(await rig.git("log", "--all", "--format=%s")).toBe("first");
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route again", "-a");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });

  it.each(["a report", "a directory"])("does not offer evidence of which %s is lost", async (what) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const repository = await open(rig);
    const recorded = await rig.git("for-each-ref", "--format=%(refname)", "refs/gate/evidence");
    const [found = ""] = recorded.match(/[0-9a-f]{64}/) ?? [];
    if (!isFingerprint(found)) throw new Error(recorded);
    const whole = await findStored(repository, "model-tests", found, any);
    expect(whole).not.toBeNull();
    const path = what === "a report" ? "model-tests.json" : "logs";
    const lost = await rig.git("rev-parse", `${whole}:${path}`);
    await rig.run("sh", ["-c", UNPACK]);
    rig.remove(`.git/objects/${lost.slice(0, 2)}/${lost.slice(2)}`);
    expect(await findStored(await open(rig), "model-tests", found, any)).toBeNull();
    expect((await rig.gate("status")).code).toBe(1);
  });

  it("is not made up for by a commit of which a report is lost", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    const lost = await rig.git("rev-parse", "HEAD:test-reports/logs/test_hello/session.log");
    const id = "tests/test_hello.py::test_hello";
    rig.suite.answers([{ id, name: "test_hello", logs: { "session.log": "route 2\n" } }]);
    rig.write("src/router.py", "route = 2\n");
    await rig.commit("route", "-a");
    await rig.run("sh", [
      "-c",
      "git for-each-ref --format='delete %(refname)' refs/gate | git update-ref --stdin",
    ]);
    rig.write("src/router.py", "route = 1\n");
    await rig.git("add", "src");
    expect(await rig.decision()).toBe("reuse");
    await rig.run("sh", ["-c", UNPACK]);
    rig.remove(`.git/objects/${lost.slice(0, 2)}/${lost.slice(2)}`);
    expect(await rig.decision()).toBe("run");
  });

  it("offers what is stored again after it was lost", async () => {
    const rig = await Rig.create({ hooks: false });
    const repository = await open(rig);
    const evidence = await store(rig, repository, "sources", 1);
    const blob = await rig.git("rev-parse", `${evidence}:model-tests.json`);
    const file = `.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`;
    rig.remove(file);
    expect(await findStored(repository, "model-tests", fingerprint("sources"), any)).toBeNull();
    await store(rig, repository, "sources", 1);
    expect(await findStored(repository, "model-tests", fingerprint("sources"), any)).toBe(evidence);
  });

  it.each(["of other sources", "that is none"])("does not let planted evidence %s through", async (what) => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const document = JSON.stringify(await rig.gateJson("status"));
    const wanted = /"fingerprint":"([0-9a-f]{64})"/.exec(document)?.[1];
    const planted = what === "that is none" ? "HEAD:src" : "HEAD:test-reports";
    const tree = await rig.git("rev-parse", planted);
    await rig.git("update-ref", `refs/gate/evidence/model-tests/${wanted}/${tree}`, tree);
    expect(await rig.decision()).toBe("run");
    expect((await rig.gate("attach")).stderr).toContain("there is no evidence for these inputs");
    await rig.commit("planted");
    expect(rig.suite.runs).toBe(2);
    expect(await rig.decision("HEAD")).toBe("fresh");
  });
});
