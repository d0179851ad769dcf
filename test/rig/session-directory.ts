import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { SessionAccount, SessionState } from "../../src/sessions/account.ts";
import { readSessionAccount } from "../../src/sessions/session-account.ts";
import {
  type SessionEnd,
  type SessionFolder,
  type SessionRecord,
  sessionFolder,
} from "../../src/suite/session.ts";

export const SESSION = "RUN_20260213_142722";

export const ENDED: SessionEnd = {
  time: "2026-02-13T14:29:35.400Z",
  durationMs: 133_000,
  end: { kind: "exited", code: 0 },
  outOfMemory: null,
  verdict: "passed",
  reasons: [],
  leaked: [],
  moved: [],
  collected: true,
};

export function sessionRecord(given: Partial<SessionRecord> = {}): SessionRecord {
  return {
    schema: "gate/session@1",
    name: SESSION,
    suite: "model-tests",
    fingerprint: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    command: "pytest tests/model",
    mark: "8d4bbd41-d1ae-4ea1-b9b0-4a7ee2bd4a52",
    started: "2026-02-13T14:27:22.000Z",
    machine: { os: "Linux 6.1 x86_64", cpus: 2, memoryBytes: 2 ** 34, node: "v20.20.2", gpus: [] },
    ignoredInputs: [],
    ended: ENDED,
    evidence: null,
    ...given,
  };
}

/** A session's directory as a run leaves it: the test writes its files. */
export class SessionDirectory {
  readonly topLevel: string;
  readonly folder: SessionFolder;

  constructor() {
    this.topLevel = mkdtempSync(join(tmpdir(), "gate-session-"));
    onTestFinished(() => rmSync(this.topLevel, { recursive: true, force: true }));
    this.folder = sessionFolder(this.topLevel, SESSION);
    mkdirSync(this.folder.events, { recursive: true });
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.folder.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(path: string): string {
    return readFileSync(join(this.folder.directory, path), "utf8");
  }

  /** The events of one writer. A cut-off last line and other garbage is the test's to add. */
  events(events: readonly object[], file = "1-main.ndjson", directory = "events"): void {
    const lines = events.map((event, seq) =>
      JSON.stringify({ v: 1, seq, time: "2026-02-13T14:27:23.000Z", ...event }),
    );
    this.write(`${directory}/${file}`, `${lines.join("\n")}\n`);
  }

  account(record: Partial<SessionRecord> = {}, state: SessionState = "ended"): Promise<SessionAccount> {
    return readSessionAccount(this.folder, sessionRecord(record), state);
  }
}

export const hello = { type: "hello", role: "main", runner: { name: "pytest", version: "9.0.1" }, pid: 1 };

export function planned(id: string) {
  return { id, name: id.split("::").at(-1) ?? id, file: id.split("::")[0] ?? null };
}

/** A test that begins, does what is between, and ends. */
export function ran(id: string, between: readonly object[] = [], end: object = {}): readonly object[] {
  return [
    { type: "test-start", ...planned(id) },
    ...between.map((event) => ({ id, ...event })),
    { type: "test-end", id, outcome: "passed", duration: 1.5, message: null, properties: {}, ...end },
  ];
}
