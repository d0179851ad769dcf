import { describe, expect, it } from "vitest";
import { parseHashFile, renderHashFile } from "../../../src/reports/hash-file.ts";

const FINGERPRINT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const LINE = `${FINGERPRINT}  model-tests\n`;

describe("the hash file", () => {
  it("is one line in the form of sha256sum, and is read back", () => {
    expect(renderHashFile(FINGERPRINT, "model-tests")).toBe(LINE);
    expect(parseHashFile(Buffer.from(LINE))).toEqual({ fingerprint: FINGERPRINT, suite: "model-tests" });
  });

  it.each([
    ["nothing", ""],
    ["CRLF", LINE.replace("\n", "\r\n")],
    ["a byte order mark", `\ufeff${LINE}`],
    ["no newline", LINE.trimEnd()],
    ["a second line", LINE + LINE],
    ["an empty second line", `${LINE}\n`],
    ["one space", LINE.replace("  ", " ")],
    ["three spaces", LINE.replace("  ", "   ")],
    ["upper case", LINE.toUpperCase()],
    ["a short digest", LINE.slice(1)],
    ["no name", `${FINGERPRINT}  \n`],
    ["a path as name", LINE.replace("model-tests", "../model")],
    ["the digest alone", `${FINGERPRINT}\n`],
    ["garbage", "\0\xff".repeat(40)],
    ["a very long name", `${FINGERPRINT}  ${"a".repeat(1000)}\n`],
  ])("with %s is none", (_, text) => {
    expect(parseHashFile(Buffer.from(text, "utf8"))).toBe(null);
  });
});
