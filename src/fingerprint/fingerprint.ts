import type { Hash } from "node:crypto";
import canonicalize from "canonicalize";
import { type ObjectFormat, objectIdLength, type TreeId } from "../adapters/git/ids.ts";
import type { Repository } from "../adapters/git/repository.ts";
import { forEachRawEntry, rawTree } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { JsonObject } from "../protocol.ts";
import { inputPathspecs } from "./pathspecs.ts";

declare const fingerprintBrand: unique symbol;
/** 64 hex digits. */
export type Fingerprint = string & { readonly [fingerprintBrand]: true };

export function isFingerprint(text: string): text is Fingerprint {
  return /^[0-9a-f]{64}$/.test(text);
}

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
  const listing = rawTree(repository, tree, inputPathspecs(suite, reportsDirectories));
  // Loaded while git is at work: before it, this would hold up every decision by 8 ms.
  const { createHash } = await import("node:crypto");
  return digestEntries(await listing, repository.objectFormat, suite.definition, createHash("sha256"));
}

/**
 * SHA-256 of `gate/fingerprint@1` NUL, the definition in RFC 8785 form, NUL, and then
 * `mode SP id TAB path NUL` for each entry, in the byte order in which git lists a tree.
 */
export function digestEntries(
  raw: Buffer,
  format: ObjectFormat,
  definition: JsonObject,
  sha256: Hash,
): InputsOfTree {
  const idLength = objectIdLength(format);
  // An entry shrinks: the raw form repeats mode and id and adds a status.
  const entries = Buffer.allocUnsafe(raw.length);
  let files = 0;
  let links = 0;
  let end = 0;
  forEachRawEntry(raw, idLength, (modeAt, idAt, pathAt, pathEnd) => {
    files += 1;
    if (raw[modeAt + 1] === LINK_MODE_DIGIT) links += 1;
    end += raw.copy(entries, end, modeAt, modeAt + 7);
    end += raw.copy(entries, end, idAt, idAt + idLength);
    entries[end] = 0x09;
    end += 1;
    end += raw.copy(entries, end, pathAt, pathEnd + 1);
  });
  const digest = sha256
    .update(`gate/fingerprint@1\0${canonicalDefinition(definition)}\0`)
    .update(entries.subarray(0, end))
    .digest("hex");
  if (!isFingerprint(digest)) throw new Error("SHA-256 gave something else than 64 hex digits");
  return { fingerprint: digest, files, links };
}

/** Modes are 100644, 100755, 120000 and 160000: the second digit tells a link. */
const LINK_MODE_DIGIT = 0x32;

function canonicalDefinition(definition: JsonObject): string {
  const text = canonicalize(definition);
  if (text === undefined) throw new Error("a suite's definition is always JSON");
  return text;
}
