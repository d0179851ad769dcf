import { join } from "node:path";
import { readIfThere, writeAtomically } from "../adapters/files/files.ts";
import type { Fingerprint } from "../fingerprint/ids.ts";
import type { Manifest } from "../reports/manifest.ts";
import { Members, Unexpected } from "../reports/members.ts";
import { isReadSet, packReads, readsOfAll, unpackReads } from "../reports/read-sets.ts";
import type { Reads } from "../suite/reads.ts";
import { listSessions, type SessionFolder, type SessionRecord, sessionFolder } from "../suite/session.ts";

const SCHEMA = "gate/reads@1";
const FILE = "reads.json";

export interface SessionReads {
  /** The session's name. */
  readonly session: string;
  readonly started: Date;
  readonly reads: Reads;
  /** Whether its run was of the inputs that were asked about. A file of which it had no idea it could not read. */
  readonly ofTheseInputs: boolean;
}

/**
 * `reads.json` of a session: every file of the repository that its tests read, inputs or not. `complete`: every
 * test that was planned has come to its end.
 */
export async function keepReads(folder: SessionFolder, reads: Reads, complete: boolean): Promise<void> {
  const { files, sets, setOf } = packReads(reads, reads.all);
  const document = { schema: SCHEMA, complete, files, sets, tests: Object.fromEntries(setOf) };
  await writeAtomically(join(folder.directory, FILE), `${JSON.stringify(document)}\n`);
}

/**
 * What a session of a suite that was watched here to its end read: the last one of these inputs, or else the last one;
 * null where there is none.
 */
export async function lastReads(
  topLevel: string,
  suite: string,
  inputs: Fingerprint,
): Promise<SessionReads | null> {
  const newestFirst = (await listSessions(topLevel, suite)).toReversed();
  const isOfThese = ({ fingerprint }: SessionRecord) => fingerprint === inputs;
  const others = newestFirst.filter((record) => !isOfThese(record));
  for (const record of [...newestFirst.filter(isOfThese), ...others]) {
    const { name: session, started } = record;
    const bytes = await readIfThere(join(sessionFolder(topLevel, session).directory, FILE));
    const reads = bytes === null ? null : parseReads(bytes.toString("utf8"));
    if (reads !== null)
      return { session, started: new Date(started), reads, ofTheseInputs: isOfThese(record) };
  }
  return null;
}

/** Whether the manifest of the recorded run tells more of the inputs than the session does. */
export function manifestKnowsBetter(
  last: SessionReads | null,
  manifest: Manifest | null,
  inputs: Fingerprint,
): boolean {
  if (last === null) return true;
  return !last.ofTheseInputs && manifest?.fingerprint === inputs && readsOfAll(manifest) !== null;
}

/** null for what is no such file, and for a session that was cut off: what is missing in it was not unread. */
function parseReads(text: string): Reads | null {
  try {
    const members = new Members(JSON.parse(text), "");
    if (
      members.text("schema") !== SCHEMA ||
      members.optional("complete", (key) => members.flag(key)) !== true
    ) {
      return null;
    }
    const files = members.texts("files");
    const sets = members.texts("sets").filter((set) => isReadSet(set, files.length));
    const setOf = members.members("tests").table((tests, id) => tests.count(id));
    return unpackReads({ files, sets, setOf });
  } catch (error) {
    if (error instanceof Unexpected || error instanceof SyntaxError) return null;
    throw error;
  }
}
