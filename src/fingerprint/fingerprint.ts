import type { Hash } from "node:crypto";
import canonicalize from "canonicalize";
import { type ObjectFormat, objectIdLength, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { rawTree, shortenRawEntries } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { JsonObject } from "../protocol.ts";
import { type Fingerprint, isFingerprint } from "./ids.ts";
import { inputPathspecs } from "./pathspecs.ts";

export interface InputsOfTree {
  readonly fingerprint: Fingerprint;
  /** Number of entries: files, symbolic links and submodules. */
  readonly files: number;
  /** How many of them are symbolic links. */
  readonly links: number;
}

/** The fingerprint of a suite in a tree: of tracked content alone, so the same on every clone. */
export async function fingerprintOf(
  repository: Repository,
  tree: TreeId,
  suite: Suite,
  reportsDirectories: readonly string[],
): Promise<InputsOfTree> {
  const pathspecs = inputPathspecs(suite, reportsDirectories);
  const listing = rawTree(repository, tree, pathspecs, { output: (chunk) => digest.push(chunk) });
  // Loaded while git is at work: it takes 5 ms, and 9 if it is imported.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const digest = new EntriesDigest(repository.objectFormat, suite.definition, createHash("sha256"));
  await listing;
  return digest.end();
}

/**
 * SHA-256 of `gate/fingerprint@1` NUL, the definition in RFC 8785 form, NUL, and then
 * `mode SP id TAB path NUL` for each entry, in the byte order in which git lists a tree.
 */
export class EntriesDigest {
  readonly #idLength: number;
  readonly #sha256: Hash;
  #rest: Buffer = Buffer.alloc(0);
  #files = 0;
  #links = 0;

  constructor(format: ObjectFormat, definition: JsonObject, sha256: Hash) {
    this.#idLength = objectIdLength(format);
    this.#sha256 = sha256.update(`gate/fingerprint@1\0${canonicalDefinition(definition)}\0`);
  }

  /** Takes the next piece of `rawTree` output, while git is still at work. Whoever gives it has no more use for it. */
  push(chunk: Buffer): void {
    const raw = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const { bytes, files, links, rest } = shortenRawEntries(raw, this.#idLength);
    this.#sha256.update(bytes);
    this.#files += files;
    this.#links += links;
    this.#rest = rest;
  }

  end(): InputsOfTree {
    if (this.#rest.length > 0) throw new Error("diff-tree output breaks off");
    const fingerprint = this.#sha256.digest("hex");
    if (!isFingerprint(fingerprint)) throw new Error("SHA-256 gave something else than 64 hex digits");
    return { fingerprint, files: this.#files, links: this.#links };
  }
}

/** RFC 8785. */
export function canonicalDefinition(definition: JsonObject): string {
  const text = canonicalize(definition);
  if (text === undefined) throw new Error("a suite's definition is always JSON");
  return text;
}
