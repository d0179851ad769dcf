import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Fingerprint, isFingerprint } from "../../../src/fingerprint/ids.ts";
import { keepReads, lastReads } from "../../../src/recording/session-reads.ts";
import { createSession, loadSession, type SessionFolder, saveSession } from "../../../src/suite/session.ts";

const reads = {
  byTest: new Map([
    ["a", new Set(["src/a.py", "data.json"])],
    ["b", new Set(["data.json"])],
  ]),
  all: new Set(["src/a.py", "data.json", "pytest.ini"]),
};

const THESE = fingerprint("a".repeat(64));
const OTHERS = fingerprint("b".repeat(64));

function fingerprint(text: string): Fingerprint {
  if (!isFingerprint(text)) throw new Error(text);
  return text;
}

async function sessions(...times: readonly string[]) {
  const topLevel = mkdtempSync(join(tmpdir(), "gate-reads-"));
  onTestFinished(() => rmSync(topLevel, { recursive: true }));
  const folders: SessionFolder[] = [];
  for (const started of times) {
    const folder = await createSession(topLevel, new Date(started));
    folders.push(folder);
    await saveSession(folder, {
      schema: "gate/session@1",
      name: folder.name,
      suite: "model-tests",
      fingerprint: THESE,
      command: "pytest",
      mark: "m",
      started,
      machine: { os: "Linux", cpus: 1, memoryBytes: 1, node: "v20", gpus: [] },
      ignoredInputs: [],
      ended: null,
      evidence: null,
    });
  }
  return { topLevel, folders };
}

const EARLY = "2026-02-13T14:27:22.000Z";
const LATE = "2026-02-13T15:27:22.000Z";

describe("what the last session read", () => {
  it("is what was kept of the last one that came to its end", async () => {
    const { topLevel, folders } = await sessions(EARLY, LATE);
    const [early, late] = folders;
    if (early === undefined || late === undefined) throw new Error("no sessions");
    await keepReads(early, reads, true);
    await keepReads(late, { byTest: new Map(), all: new Set() }, false);
    const last = await lastReads(topLevel, "model-tests", THESE);
    expect(last).toMatchObject({ session: early.name, started: new Date(EARLY) });
    expect(last?.reads.all).toEqual(reads.all);
    expect([...(last?.reads.byTest ?? [])].map(([id, paths]) => [id, new Set(paths)])).toEqual([
      ...reads.byTest,
    ]);
    expect(await lastReads(topLevel, "another", THESE)).toBe(null);
  });

  it("is of another run only where there is none of these inputs, and says so", async () => {
    const { topLevel, folders } = await sessions(EARLY, LATE);
    const [early, late] = folders;
    if (early === undefined || late === undefined) throw new Error("no sessions");
    const record = await loadSession(late);
    if (record === null) throw new Error("no record");
    await saveSession(late, { ...record, fingerprint: OTHERS });
    for (const folder of folders) await keepReads(folder, reads, true);
    const asked = [THESE, OTHERS, fingerprint("c".repeat(64))];
    const found = await Promise.all(asked.map((inputs) => lastReads(topLevel, "model-tests", inputs)));
    expect(found.map((one) => [one?.session, one?.ofTheseInputs])).toEqual([
      [early.name, true],
      [late.name, true],
      [late.name, false],
    ]);
  });

  it.each([
    "",
    "[]",
    '{"schema": "gate/reads@2"}',
    '{"schema": "gate/reads@1", "complete": true, "files": [1], "sets": [], "tests": {}}',
    '{"schema": "gate/reads@1", "complete": true, "files": [], "sets": [], "tests": {"a": "x"}}',
  ])("is unknown where its file is %j", async (text) => {
    const { topLevel, folders } = await sessions(EARLY);
    writeFileSync(join(folders[0]?.directory ?? "", "reads.json"), text);
    expect(await lastReads(topLevel, "model-tests", THESE)).toBe(null);
  });
});
