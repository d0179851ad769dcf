import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rig } from "./repository.ts";

/** The instants between a run and its commit that can be seen from outside, in their order. */
export type Instant =
  | "locked"
  | "session"
  | "running"
  | "ended"
  | "building"
  | "stored"
  | "journal"
  | "index"
  | "files"
  | "attached";

export const INSTANTS: readonly Instant[] = [
  "locked",
  "session",
  "running",
  "ended",
  "building",
  "stored",
  "journal",
  "index",
  "files",
  "attached",
];

/** A question that is to be asked again and again: whether this instant has come since the watcher was made. */
export function watcher(rig: Rig, instant: Instant): () => boolean {
  const sessions = join(rig.directory, ".gate/sessions");
  const gate = join(rig.directory, ".git/gate");
  const known = new Set(list(sessions));
  const fresh = () => list(sessions).filter((name) => !known.has(name));
  const attachedBefore = text(join(gate, "attached.json"));
  const evidence = join(rig.directory, ".git/refs/gate/evidence/model-tests");
  const fingerprints = list(evidence).length;
  const indexBefore = text(join(rig.directory, ".git/index"));
  const seen: Readonly<Record<Instant, () => boolean>> = {
    locked: () => existsSync(join(gate, "lock")),
    session: () => fresh().some((name) => existsSync(join(sessions, name, "session.json"))),
    running: () => fresh().some((name) => list(join(sessions, name, "events")).length > 0),
    ended: () =>
      fresh().some((name) => !text(join(sessions, name, "session.json")).includes('"ended": null')),
    building: () => existsSync(join(gate, "import")),
    stored: () => list(evidence).length > fingerprints,
    journal: () => existsSync(join(gate, "journal.json")),
    index: () =>
      existsSync(join(gate, "journal.json")) && text(join(rig.directory, ".git/index")) !== indexBefore,
    files: () => list(join(rig.directory, "test-reports")).some((name) => /^test_new|\.tmp$/.test(name)),
    attached: () => text(join(gate, "attached.json")) !== attachedBefore,
  };
  return seen[instant];
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
