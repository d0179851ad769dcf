import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1OfPath, pathText, pathTextOfPython, splitNul } from "../../../../src/adapters/git/paths.ts";

const path = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 6, min: 1 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('"a"', "\\377", '"\\377"', "a\\b", "\uFFFD", "caf\u00e9").map((text) => Buffer.from(text)),
);

describe("a path as text", () => {
  it.each(["src/a.py", "a b", "caf\u00e9", "cafe\u0301", "\u{1F600}", "\uFFFD", "a\\b", 'a"b', "\uFEFFa"])(
    "is %j where the bytes are that text",
    (text) => {
      expect(pathText(Buffer.from(text))).toBe(text);
    },
  );

  it.each([
    [Buffer.from("src/\xff", "latin1"), '"src/\\377"'],
    [Buffer.from("src/\xff\t\\", "latin1"), '"src/\\377\\t\\\\"'],
    [Buffer.from("a\nb"), '"a\\nb"'],
    [Buffer.from("caf\u00e9\x1b[2K"), '"caf\\303\\251\\033[2K"'],
    [Buffer.from("\x07\b\t\n\v\f\r\x0e\x7f"), '"\\a\\b\\t\\n\\v\\f\\r\\016\\177"'],
    [Buffer.from('"src"'), '"\\"src\\""'],
  ])("is quoted as git does it where it cannot be: %s", (bytes, text) => {
    expect(pathText(bytes)).toBe(text);
  });

  it("leads back to the bytes", () => {
    fc.assert(
      fc.property(path, (bytes) => {
        expect(latin1OfPath(pathText(bytes))).toBe(bytes.toString("latin1"));
      }),
      { numRuns: 2000 },
    );
  });

  it("is known from what Python has of it", () => {
    fc.assert(
      fc.property(path, (bytes) => {
        const told = new TextDecoder("utf-8", { ignoreBOM: true });
        // what Python's surrogateescape does: each byte that is no UTF-8 becomes U+DC80 to U+DCFF
        let text = "";
        for (let at = 0; at < bytes.length; ) {
          const length = [1, 2, 3, 4].find(
            (size) => isUtf8(bytes.subarray(at, at + size)) && at + size <= bytes.length,
          );
          text +=
            length === undefined
              ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
              : told.decode(bytes.subarray(at, at + length));
          at += length ?? 1;
        }
        expect(pathTextOfPython(text)).toBe(pathText(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it("is never the same for two paths", () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        expect(pathText(one) === pathText(other)).toBe(one.equals(other));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("NUL-separated output", () => {
  it("comes apart into what was put together", () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 5 }), (paths) => {
        const ended = Buffer.concat(paths.flatMap((one) => [one, Buffer.from([0])]));
        expect(splitNul(ended)).toEqual(paths);
        expect(splitNul(ended.subarray(0, Math.max(0, ended.length - 1)))).toEqual(paths);
      }),
    );
  });

  it("keeps empty parts in the middle", () => {
    expect(splitNul(Buffer.from("a\0\0b\0")).map(String)).toEqual(["a", "", "b"]);
  });
});
