import { join } from "node:path";
import { z } from "zod";
import { fileStamp, listDirectory, readIfThere, writeAtomically } from "../adapters/files/files.ts";
import { bytesBelow } from "../adapters/files/sizes.ts";

/** Where sizes are remembered: below the top level, beside the sessions. */
const FILE = ".gate/sizes.json";

const remembered = z.record(z.string(), z.object({ bytes: z.number(), state: z.string() }));
type Remembered = z.infer<typeof remembered>;

/**
 * How much each session takes. What was measured is remembered until its record or a file beside that
 * changes, so that fifty sessions of thousands of files are not walked after each run.
 */
export async function sessionSizes(
  topLevel: string,
  sessions: readonly { readonly name: string; readonly directory: string; readonly record: string }[],
): Promise<ReadonlyMap<string, number>> {
  const path = join(topLevel, FILE);
  const known = readRemembered(await readIfThere(path));
  const measured = await Promise.all(
    sessions.map(async ({ name, directory, record }) => {
      const state = await stateOf(directory, record);
      const before = known[name];
      const bytes = before?.state === state ? before.bytes : bytesBelow(directory);
      return [name, { bytes, state }] as const;
    }),
  );
  const there = new Set(await listDirectory(join(topLevel, ".gate/sessions")));
  const kept = Object.entries(known).filter(([name]) => there.has(name));
  const now = Object.fromEntries([...kept, ...measured]);
  if (JSON.stringify(now) !== JSON.stringify(known)) await remember(path, { ...now });
  return new Map(measured.map(([name, { bytes }]) => [name, bytes]));
}

/** An archive or a spreadsheet may come later, and a resumed run changes the record. */
async function stateOf(directory: string, record: string): Promise<string> {
  const names = await listDirectory(directory);
  const stamps = await Promise.all(names.map((name) => fileStamp(join(directory, name))));
  const sizes = names.map((name, index) => `${name} ${stamps[index]?.bytes ?? ""}`);
  return [(await fileStamp(record))?.changedMs ?? "", ...sizes].join("\n");
}

function readRemembered(bytes: Buffer | null): Remembered {
  try {
    const read = remembered.safeParse(JSON.parse(bytes?.toString("utf8") ?? "{}"));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

async function remember(path: string, sizes: Remembered): Promise<void> {
  try {
    await writeAtomically(path, JSON.stringify(sizes));
  } catch {
    // on a full disk they are measured again
  }
}
