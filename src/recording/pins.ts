import { isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hashingStream } from "hasha";
import { fileStamp, openToRead, readIfThere, writeAtomically } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import { readBlobs } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import { placesOf } from "../evidence/places.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

/** One line of a pin file: `<64 hex digits>  <bytes>  <path>`. */
interface Pin {
  readonly sha256: string;
  readonly bytes: number;
  /** Relative to the top level, or absolute, or `~/…`. */
  readonly path: string;
}

/** Checks the files outside git that the suite's pins name against what the judged tree says of them. */
export async function checkPins(
  worktree: Worktree,
  tree: TreeId,
  suite: Suite,
  home: string | null,
): Promise<Problem[]> {
  if (suite.pins.length === 0) return [];
  const blobs = await readBlobs(
    worktree,
    suite.pins.map((path) => `${tree}:${path}`),
  );
  const stamps = await StampCache.load(worktree);
  const problems: Problem[] = [];
  for (const [index, pinFile] of suite.pins.entries()) {
    const pins = parsePins(blobs[index]?.bytes ?? null, pinFile, suite.name);
    if (!pins.ok) {
      problems.push(pins.error);
      continue;
    }
    for (const pin of pins.value)
      problems.push(...(await checkPin(worktree, pin, pinFile, suite.name, home, stamps)));
  }
  await stamps.save();
  return problems;
}

function parsePins(bytes: Buffer | null, pinFile: string, suite: string): Result<readonly Pin[], Problem> {
  const refuse = (message: string, line: number | null) =>
    err(
      problem("pin-invalid", message, {
        path: pinFile,
        line,
        suite,
        hint: "One line a file:  <SHA-256 in 64 hex digits>  <size in bytes>  <path>",
      }),
    );
  if (bytes === null) return refuse(`${pinFile} is not a tracked file; git add it.`, null);
  const pins: Pin[] = [];
  for (const [index, line] of bytes.toString("utf8").split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const match = /^([0-9a-f]{64}) {2}(\d+) {2}(\S.*)$/.exec(line);
    if (match === null) return refuse(`${pinFile}:${index + 1} is not a pin.`, index + 1);
    pins.push({ sha256: match[1] ?? "", bytes: Number(match[2]), path: match[3] ?? "" });
  }
  return pins.length === 0 ? refuse(`${pinFile} pins nothing.`, null) : ok(pins);
}

async function checkPin(
  worktree: Worktree,
  pin: Pin,
  pinFile: string,
  suite: string,
  home: string | null,
  stamps: StampCache,
): Promise<Problem[]> {
  const expanded = home !== null && pin.path.startsWith("~/") ? join(home, pin.path.slice(2)) : pin.path;
  const file = isAbsolute(expanded) ? expanded : join(worktree.topLevel, expanded);
  const differs = (what: string) => [
    problem(
      "pin-mismatch",
      `${pin.path} ${what}, but ${pinFile} pins ${pin.bytes} bytes, SHA-256 ${pin.sha256.slice(0, 12)}….`,
      {
        path: pinFile,
        suite,
        hint: "Fetch the pinned file, or pin the one you have.",
      },
    ),
  ];
  const stamp = await fileStamp(file);
  if (stamp === null) return differs("is not there");
  if (stamp.bytes !== pin.bytes) return differs(`has ${stamp.bytes} bytes`);
  const sha256 = await stamps.digest(file, stamp);
  return sha256 === pin.sha256 ? [] : differs(`has SHA-256 ${sha256.slice(0, 12)}…`);
}

/** Weights are many gigabytes: a file with the size and time it had when it was hashed is not read again. */
class StampCache {
  static async load(worktree: Worktree): Promise<StampCache> {
    const path = join(placesOf(worktree).directory, "pins.json");
    const bytes = await readIfThere(path);
    try {
      const value: unknown = bytes === null ? {} : JSON.parse(bytes.toString("utf8"));
      return new StampCache(
        path,
        new Map(Object.entries(value ?? {}).map(([key, digest]) => [key, String(digest)])),
      );
    } catch {
      return new StampCache(path, new Map());
    }
  }

  readonly #path: string;
  readonly #digests: Map<string, string>;

  private constructor(path: string, digests: Map<string, string>) {
    this.#path = path;
    this.#digests = digests;
  }

  async digest(
    file: string,
    stamp: { readonly bytes: number; readonly modifiedMs: number },
  ): Promise<string> {
    const key = `${stamp.bytes} ${stamp.modifiedMs} ${file}`;
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = await digestOf(file);
    this.#digests.set(key, digest);
    return digest;
  }

  async save(): Promise<void> {
    await writeAtomically(this.#path, JSON.stringify(Object.fromEntries(this.#digests)));
  }
}

async function digestOf(file: string): Promise<string> {
  const hashing = hashingStream({ algorithm: "sha256", encoding: "hex" });
  let digest = "";
  await pipeline(openToRead(file), hashing, async (parts) => {
    for await (const part of parts) digest += String(part);
  });
  return digest;
}
