import { describe, expect, it } from "vitest";
import { problem, warning } from "../../../src/problem.ts";
import { renderVerifyJunit } from "../../../src/render/verify-junit.ts";
import { verifyDocumentOf } from "../../rig/verify-documents.ts";

const waiver = { reason: "broken GPU", until: "2026-03-01", by: "Bob", signed: true, path: "x.json" };

describe("verify as JUnit XML", () => {
  it("is a passed test for a suite that is accepted and a skipped one for a waived suite", () => {
    const xml = renderVerifyJunit(verifyDocumentOf([{}, { name: "waived", waiver }]));
    expect(xml).toContain('<testcase classname="gate.model-tests" name="verified"/>');
    expect(xml).toContain('<skipped message="waived until 2026-03-01 by Bob: broken GPU"/>');
    expect(xml).toContain('<testsuite name="repository" tests="1" failures="0" errors="0" skipped="0"');
    expect(xml).not.toContain("<failure");
  });

  it("is a failed test for each error; warnings fail nothing", () => {
    const problems = [
      problem("missing-report", 'a <b> & "c"\u001b[31m\n', {
        path: "test-reports/x",
        line: 3,
        hint: "gate run",
      }),
      warning("hook-order", "later."),
    ];
    const xml = renderVerifyJunit(verifyDocumentOf([{ problems }], { ok: false }));
    expect(xml).toContain('name="model-tests" tests="1" failures="1"');
    expect(xml).toContain('name="missing-report test-reports/x" file="test-reports/x" line="3"');
    expect(xml).toContain(
      '<failure type="missing-report" message="a &lt;b&gt; &amp; &quot;c&quot;\\u001b[31m\\u000a">',
    );
    expect(xml).toMatch(/<system-out>[^<]*later\./);
  });
});
