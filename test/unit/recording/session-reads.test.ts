import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { keepReads, lastReads } from "../../../src/recording/session-reads.ts";
import { createSession, type SessionFolder, saveSession } from "../../../src/suite/session.ts";

const reads = {
  byTest: new Map([
    ["a", new Set(["src/a.py", "data.json"])],
    ["b", new Set(["data.json"])],
  ]),
  all: new Set(["src/a.py", "data.json", "pytest.ini"]),
};

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
      fingerprint: "f",
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
    const last = await lastReads(topLevel, "model-tests");
    expect(last).toMatchObject({ session: early.name, started: new Date(EARLY) });
    expect(last?.reads.all).toEqual(reads.all);
    expect([...(last?.reads.byTest ?? [])].map(([id, paths]) => [id, new Set(paths)])).toEqual([
      ...reads.byTest,
    ]);
    expect(await lastReads(topLevel, "another")).toBe(null);
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
    expect(await lastReads(topLevel, "model-tests")).toBe(null);
  });
});
