import { join, resolve } from "node:path";
import { fileStamp, readIfThere } from "../adapters/files/files.ts";
import { contentsOf } from "../adapters/files/sizes.ts";
import type { SessionFolder, SessionRecord } from "../suite/session.ts";
import type { ArchiveFacts, SessionAccount, SessionState } from "./account.ts";
import { domainsOf, stepsOf } from "./account-steps.ts";
import { testsOf } from "./account-tests.ts";
import { ARCHIVE, ARCHIVE_RECORD, recordedDigest } from "./archive-form.ts";
import { readDomainFiles } from "./domain-files.ts";
import { peakOf, readMemorySamples } from "./peak-memory.ts";
import { readServiceStates } from "./service-states.ts";
import { sessionSizes } from "./session-sizes.ts";
import { readToldEvents } from "./told-events.ts";

/** Reads what a session's directory tells of it, whether it has ended, runs, or was killed at any moment. */
export async function readSessionAccount(
  folder: SessionFolder,
  record: SessionRecord,
  state: SessionState,
): Promise<SessionAccount> {
  const told = await readToldEvents(folder);
  const tests = testsOf(record, told.tests, await readDomainFiles(folder.directory));
  const { files, directories } = contentsOf(folder.directory);
  const sizes = await sessionSizes(resolve(folder.directory, "../../.."), [folder]);
  return {
    record,
    state,
    runner: told.runner,
    resumes: told.resumes,
    tests,
    domains: domainsOf(tests),
    steps: stepsOf(tests),
    services: await readServiceStates(folder.directory),
    complaints: told.complaints,
    errors: told.errors,
    warnings: told.warnings,
    peakVramMiB: record.ended?.peakVramMiB ?? peakOf(await readMemorySamples(folder.directory)),
    archive: await archiveFacts(folder.directory),
    files: files.filter(({ name }) => !TRANSIENT.test(name)),
    directories,
    bytes: sizes.get(folder.name) ?? 0,
  };
}

/** Files that are only there while something is written. */
const TRANSIENT = /^\.gate-|^reserve$/;

/** What `gate archive` has made of a session; null where it has made nothing. */
async function archiveFacts(directory: string): Promise<ArchiveFacts | null> {
  const stamp = await fileStamp(join(directory, ARCHIVE));
  if (stamp === null) return null;
  const record = (await readIfThere(join(directory, ARCHIVE_RECORD)))?.toString("latin1") ?? "";
  return { name: ARCHIVE, bytes: stamp.bytes, sha256: recordedDigest(record) };
}
