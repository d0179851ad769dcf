import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hashingStream } from "hasha";
import { existingRealPath } from "../adapters/files/editing.ts";
import {
  fileStamp,
  lastChange,
  openToRead,
  readIfThere,
  stateOfFile,
  writeAtomically,
} from "../adapters/files/files.ts";
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
  const sha256 = await stamps.digest(await existingRealPath(file));
  return sha256 === pin.sha256 ? [] : differs(`has SHA-256 ${sha256.slice(0, 12)}…`);
}

/** Pinned files that were written since a run began, or lead elsewhere now: nobody knows which model was tested. */
export async function pinsMoved(
  worktree: Worktree,
  tree: TreeId,
  suite: Suite,
  home: string | null,
  began: string,
): Promise<Problem[]> {
  if (suite.pins.length === 0) return [];
  const stamps = await StampCache.load(worktree);
  const moved: Problem[] = [];
  for (const [pinFile, pins] of await pinsOf(worktree, tree, suite)) {
    for (const pin of pins.ok ? pins.value : []) {
      const changed = await lastChange(pinnedFile(pin, worktree.topLevel, home));
      const isWritten = changed !== null && changed > Date.parse(began);
      const isOther = (await checkPin(worktree, pin, pinFile, suite.name, home, stamps)).length > 0;
      if (isWritten || isOther) moved.push(pinMoved(pin, pinFile, suite.name));
    }
  }
  await stamps.save();
  return moved;
}

function pinMoved({ path }: Pin, pinFile: string, suite: string): Problem {
  const message = `${path}, which ${pinFile} pins, was written while the suite ran, so the run is of no known model.`;
  const hint = "Leave the pinned files alone while the suite runs, then:  gate run";
  return problem("inputs-changed-during-run", message, { path: pinFile, suite, hint });
}

/** Weights are many gigabytes: a file that nobody has touched since it was hashed is not read again. */
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
  /** By path: the state in which a file was hashed, and its digest. */
  readonly #digests: Map<string, string>;

  private constructor(path: string, digests: Map<string, string>) {
    this.#path = path;
    this.#digests = digests;
  }

  /** `file`: behind all links. A size and a time of writing can be given to any file: the rest of its state cannot. */
  async digest(file: string): Promise<string> {
    const found = stateOfFile(file);
    const known = this.#digests.get(file)?.split(" ") ?? [];
    const digest = known.pop() ?? "";
    if (found !== null && digest !== "" && known.join(" ") === found.state) return digest;
    const anew = await digestOf(file);
    if (found?.settled) this.#digests.set(file, `${found.state} ${anew}`);
    else this.#digests.delete(file);
    return anew;
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
