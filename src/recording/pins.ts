import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hashingStream } from "hasha";
import { fileStamp, openToRead, readIfThere, writeAtomically } from "../adapters/files/files.ts";
import type { TreeId } from "../adapters/git/ids.ts";
import type { Worktree } from "../adapters/git/repository.ts";
import type { Suite } from "../config/configuration.ts";
import { placesOf } from "../evidence/places.ts";
import { type Problem, problem } from "../problem.ts";
import { type Pin, pinnedFile, pinsOf } from "./pinned-files.ts";

/** Checks the files outside git that the suite's pins name against what the judged tree says of them. */
export async function checkPins(
  worktree: Worktree,
  tree: TreeId,
  suite: Suite,
  home: string | null,
): Promise<Problem[]> {
  if (suite.pins.length === 0) return [];
  const stamps = await StampCache.load(worktree);
  const problems: Problem[] = [];
  for (const [pinFile, pins] of await pinsOf(worktree, tree, suite)) {
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

async function checkPin(
  worktree: Worktree,
  pin: Pin,
  pinFile: string,
  suite: string,
  home: string | null,
  stamps: StampCache,
): Promise<Problem[]> {
  const file = pinnedFile(pin, worktree.topLevel, home);
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
