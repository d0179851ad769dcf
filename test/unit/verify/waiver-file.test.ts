import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUntil } from "../../../src/verify/waiver-draft.ts";
import { parseWaiver, serialiseWaiver, type Waiver } from "../../../src/verify/waiver-file.ts";

const WAIVER: Waiver = {
  suite: "model-tests",
  fingerprint: "ab".repeat(32),
  reason: "the GPU is at the workshop",
  by: "Ann",
  from: "2026-02-13T14:27:22Z",
  until: "2026-02-20T14:27:22Z",
};
const TEXT = serialiseWaiver(WAIVER);
const parse = (text: string | Uint8Array) => parseWaiver(Buffer.from(text));

describe("a waiver's one byte form", () => {
  it("is read as it was written", () => {
    const texts = fc
      .string({ unit: "binary" })
      .filter((text) => text.trim() !== "" && !/\p{Surrogate}/u.test(text));
    fc.assert(
      fc.property(texts, texts, (reason, name) => {
        const by = `A${name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "")}`;
        const waiver = { ...WAIVER, reason, by };
        expect(parse(serialiseWaiver(waiver))).toEqual({ ok: true, value: waiver });
      }),
    );
  });

  it.each(["Ann\n✓ model-tests", "Ann\u2028", "Ann\x1b[2K", "An\tn"])("has a name on one line: %j", (by) => {
    expect(parse(serialiseWaiver({ ...WAIVER, by }))).toEqual({ ok: false, error: "by is not valid" });
  });

  it("has no second one: any other byte anywhere is another waiver, or none", () => {
    const bytes = Buffer.from(TEXT);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ change;
        const read = parse(other);
        if (read.ok) expect(read.value).not.toEqual(WAIVER);
      }),
    );
  });

  it.each<[string, string]>([
    ["repeated members", TEXT.replace('  "by"', '  "by": "Eve",\n  "by"')],
    ["another order", JSON.stringify({ schema: "gate/waiver@1", ...WAIVER }, null, 2)],
    ["CRLF", TEXT.replaceAll("\n", "\r\n")],
    ["a byte-order mark", `\ufeff${TEXT}`],
    ["no final newline", TEXT.trimEnd()],
    ["a member besides", TEXT.replace('  "by"', '  "always": true,\n  "by"')],
    ["a member fewer", TEXT.replace(/ {2}"reason".*\n/, "")],
    ["63 digits", TEXT.replace(WAIVER.fingerprint, WAIVER.fingerprint.slice(1))],
    ["capital digits", TEXT.replace(WAIVER.fingerprint, WAIVER.fingerprint.toUpperCase())],
    ["a blank reason", TEXT.replace(WAIVER.reason, " ")],
    ["an end before the beginning", TEXT.replace("2026-02-20", "2026-02-12")],
    ["no time between", TEXT.replace("2026-02-20", "2026-02-13")],
    ["a day that is none", TEXT.replace("2026-02-20", "2026-02-31")],
    ["a zone", TEXT.replace("2026-02-20T14:27:22Z", "2026-02-20T14:27:22+01:00")],
    ["a later schema", TEXT.replace("waiver@1", "waiver@2")],
    ["a suite's name that is none", TEXT.replace("model-tests", "Model-Tests")],
    ["no object", "[]\n"],
    ["nothing", ""],
  ])("%s is refused", (_, text) => {
    expect(parse(text).ok).toBe(false);
  });
});

describe("when a waiver ends", () => {
  const now = new Date("2026-02-13T14:27:22Z");
  it.each([
    ["7d", "2026-02-20T14:27:22.000Z"],
    ["36h", "2026-02-15T02:27:22.000Z"],
    ["2026-03-01", "2026-03-01T23:59:59.000Z"],
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01T12:00+01:00", "2026-03-01T11:00:00.000Z"],
  ])("%s is %s", (text, time) => {
    expect(readUntil(text, now)?.toISOString()).toBe(time);
  });

  it.each(["", "soon", "7", "2026-02-31", "01.03.2026", "2026-3-1", "2026-03-01T12:00:00", "9999999999d"])(
    "%j is no time",
    (text) => {
      expect(readUntil(text, now)).toBeNull();
    },
  );
});
