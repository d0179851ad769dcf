import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObjectFormat } from "../../../src/adapters/git/ids.ts";
import { EntriesDigest } from "../../../src/fingerprint/fingerprint.ts";
import { isFingerprint } from "../../../src/fingerprint/ids.ts";
import type { JsonObject } from "../../../src/protocol.ts";

/** One line of `git diff-tree --raw -z` against the empty tree. */
function raw(mode: string, id: string, path: Buffer): Buffer {
  const zeros = "0".repeat(id.length);
  return Buffer.concat([Buffer.from(`:000000 ${mode} ${zeros} ${id} A\0`), path, Buffer.from([0])]);
}

/** Digests output that arrives in pieces. */
function digestEntries(pieces: readonly Buffer[], format: ObjectFormat, definition: JsonObject) {
  const digest = new EntriesDigest(format, definition, createHash("sha256"));
  for (const piece of pieces) digest.push(piece);
  return digest.end();
}

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const ID = { sha1: "0123456789".repeat(4), sha256: "0123456789abcdef".repeat(4) } as const;
const path = fc.uint8Array({ minLength: 1, maxLength: 20, min: 1 }).map((bytes) => Buffer.from(bytes));
const entry = fc.record({ mode: fc.constantFrom("100644", "100755", "120000", "160000"), path });

describe("the digest", () => {
  it.each(["sha1", "sha256"] as const)("is over exactly the bytes of docs/formats.md (%s)", (format) => {
    const definition = { run: "npm test", env: { b: "2", a: "\u00e9" } };
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.array(fc.nat()), (entries, places) => {
        const expected = createHash("sha256").update(
          'gate/fingerprint@1\0{"env":{"a":"\u00e9","b":"2"},"run":"npm test"}\0',
        );
        for (const one of entries)
          expected.update(`${one.mode} ${ID[format]}\t`).update(one.path).update("\0");
        const lines = entries.map((one) => raw(one.mode, ID[format], one.path));
        const inputs = digestEntries(cut(Buffer.concat(lines), places), format, definition);
        expect(inputs).toMatchObject({ fingerprint: expected.digest("hex"), files: entries.length });
        expect(inputs.links).toBe(entries.filter(({ mode }) => mode === "120000").length);
      }),
    );
  });

  it("never changes from one version of gate to the next", () => {
    const line = raw("100644", ID.sha1, Buffer.from("src/router.py"));
    expect(digestEntries([line], "sha1", { run: "npm test" }).fingerprint).toBe(
      "e68ac29bc52bb1631cfdfa2e78c3e88466eb21869817f1517e55da5f039c8eba",
    );
  });

  it("is refused for output that breaks off", () => {
    const line = raw("100644", ID.sha1, Buffer.from("src/router.py"));
    expect(() => digestEntries([line.subarray(0, -1)], "sha1", {})).toThrow("breaks off");
  });
});

describe("the text of a fingerprint", () => {
  it.each(["", "0".repeat(63), "0".repeat(65), "A".repeat(64), `${"0".repeat(64)}\n`, "g".repeat(64)])(
    "is not %j",
    (text) => {
      expect(isFingerprint(text)).toBe(false);
    },
  );
});
