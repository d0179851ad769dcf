import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { problem, warning } from "../../../src/problem.ts";
import { renderVerifySarif } from "../../../src/render/verify-sarif.ts";
import { verifyDocumentOf } from "../../rig/verify-documents.ts";

/**
 * The schema that OASIS publishes, as @microsoft/sarif-multitool 5.7 carries it. zod reads it as draft 7, which has
 * its `definitions`, and would take `uri-reference` for an absolute address.
 */
const published = z.fromJSONSchema({
  ...JSON.parse(
    readFileSync("test/schemas/sarif-2.1.0.json", "utf8").replaceAll(/,\s*"format": "uri-reference"/g, ""),
  ),
  $schema: "http://json-schema.org/draft-07/schema#",
});

const PROBLEMS = [
  problem("stale-evidence", "the inputs changed.", {
    suite: "model-tests",
    path: "src/a b.py",
    hint: "gate run",
  }),
  warning("inputs-unclaimed", "nobody claims it.", { path: "gate.yaml", line: 7 }),
  problem("policy-weakened", "relaxed."),
];

describe("verify as SARIF", () => {
  it("is valid by the published schema, which does refuse", () => {
    const log = JSON.parse(renderVerifySarif(verifyDocumentOf([{ problems: PROBLEMS }], { ok: false })));
    expect(published.safeParse(log).error?.issues).toBeUndefined();
    const wrong = { ...log, runs: [{ ...log.runs[0], results: [{ level: "fatal" }] }] };
    expect(published.safeParse(wrong).success).toBe(false);
    expect(JSON.parse(renderVerifySarif(verifyDocumentOf())).runs[0].results).toEqual([]);
  });

  it("has a rule for each code and a place for each result", () => {
    const [run] = JSON.parse(renderVerifySarif(verifyDocumentOf([{ problems: PROBLEMS }]))).runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      "inputs-unclaimed",
      "policy-weakened",
      "stale-evidence",
    ]);
    expect(run.results).toMatchObject([
      {
        ruleId: "stale-evidence",
        ruleIndex: 2,
        level: "error",
        message: { text: "the inputs changed.\nNext: gate run" },
        locations: [{ physicalLocation: { artifactLocation: { uri: "src/a%20b.py" } } }],
        properties: { suite: "model-tests" },
      },
      { level: "warning", locations: [{ physicalLocation: { region: { startLine: 7 } } }] },
      { locations: [{ physicalLocation: { artifactLocation: { uri: "gate.yaml" } } }] },
    ]);
  });

  it("stays valid whatever names the tree has, and makes no links of them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (path, message) => {
        const text = `[${message}](${path}) {0}`;
        const document = verifyDocumentOf([{ problems: [problem("missing-report", text, { path })] }]);
        const log = JSON.parse(renderVerifySarif(document));
        expect(published.safeParse(log).error?.issues).toBeUndefined();
        const [result] = log.runs[0].results;
        expect(result.message.text).not.toMatch(/\]\(|\{\d+\}/);
        expect(result.locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w\-.!~*'()/%]*$/);
      }),
    );
  });
});
