import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem, warning } from "../../../src/problem.ts";
import { oneLine, printable, singleLined } from "../../../src/render/printable.ts";
import { renderGrouped, renderProblems } from "../../../src/render/problems.ts";
import { renderVerify } from "../../../src/render/verify.ts";
import { renderWaive } from "../../../src/render/waive.ts";
import { verifyDocumentOf } from "../../rig/verify-documents.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({
    unit: fc.constantFrom("\n", "\r", "\t", ":", "::", "##[", " ", "\u2028", "\u200b", "\u202e", "x", "✓"),
    minLength: 1,
  }),
);
/** What a runner of GitHub's or of Azure's takes for a command. */
const COMMAND = /^\s*::|##\w*\[/m;

describe("a value in a sentence", () => {
  it.each([
    ["a\nb\tc\r", "a\\u000ab\\u0009c\\u000d"],
    ["a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["\u200b\u200f\u061c\ufeff\u202e\u2066", "\\u200b\\u200f\\u061c\\ufeff\\u202e\\u2066"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["::error::x", "\\u003a:error::x"],
    [":", "\\u003a"],
    ["  ::add-mask::x", "  \\u003a:add-mask::x"],
    ["a ##[error]x ##vso[x]", "a \\u0023#[error]x \\u0023#vso[x]"],
  ])("%j is shown as %s", (text, shown) => {
    expect(oneLine(text)).toBe(shown);
  });

  it.each(["tests/a.py::test_b[x]", "caf\u00e9 👍🏽 ⚠️", "a: b", "# 1 ## 2", "C:\\x"])(
    "%j is left as it is",
    (text) => {
      expect(oneLine(text)).toBe(text);
    },
  );

  it("is one line and no command, whatever it was, and nothing more becomes of it", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = oneLine(text);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line).not.toMatch(COMMAND);
        expect(oneLine(line)).toBe(line);
        expect(printable(line)).toBe(line);
      }),
    );
  });

  it("is the same within a document; all else of it stays", () => {
    const document = { a: ["x\n", null, 1.5, true], b: { c: "\u200b" } };
    expect(singleLined(document)).toEqual({ a: ["x\\u000a", null, 1.5, true], b: { c: "\\u200b" } });
  });
});

describe("what is rendered", () => {
  const everywhere = (text: string) => {
    const one = problem("stale-evidence", text, { path: text, line: 3, hint: text, suite: text });
    const other = warning("hook-order", text, { path: text, hint: `${text}.` });
    const evidence = { by: text, at: text, on: text };
    const changes = [{ path: text, change: "modified" as const, commit: null }];
    const waiver = { reason: text, until: text, by: text, signed: true, path: text };
    const suites = [
      { name: text, evidence },
      { name: text, evidence, signer: text, assurance: "signed" as const },
      { name: text, evidence, changes, problems: [one, other] },
      { name: text, waiver, problems: [other] },
    ];
    return [
      renderVerify(verifyDocumentOf(suites, { revision: text, problems: [one, other] })),
      renderProblems([one, other]),
      renderGrouped([one, other]).join("\n"),
      renderWaive({
        schema: "gate/waive@1",
        ok: true,
        waiver: { ...waiver, suite: text, fingerprint: text, from: text },
        problems: [other],
      }),
    ];
  };
  const plain = everywhere("x").map((text) => text.split("\n").length);

  it("has the same lines whatever its values are, and no command among them", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rendered = everywhere(text);
        expect(rendered.map((one) => printable(one).split("\n").length)).toEqual(plain);
        for (const one of rendered) expect(one).not.toMatch(COMMAND);
      }),
      { numRuns: 1000 },
    );
  });
});
