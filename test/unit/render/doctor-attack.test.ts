import { describe, expect, it } from "vitest";
import type { AttackDocument, AttackDocumentForgery } from "../../../src/commands/doctor-attack.ts";
import { problem } from "../../../src/problem.ts";
import { renderDoctorAttack } from "../../../src/render/doctor-attack.ts";

const REFUSED: AttackDocumentForgery = {
  name: "edited-log",
  what: "a log says more than it did",
  level: "ids",
  outcome: "refused",
  expected: ["tampered-report"],
  refusedBy: ["tampered-report", "manifest-invalid"],
  ok: true,
};

function document(
  forgeries: readonly Partial<AttackDocumentForgery>[],
  honest: AttackDocument["suites"][number]["honest"] = [
    { name: "tag", what: "an annotated tag on the commit", ok: true, problems: [] },
  ],
): AttackDocument {
  const suite = {
    name: "model-tests",
    assurance: "consistent",
    forgeries: forgeries.map((one) => ({ ...REFUSED, ...one })),
    honest,
  } as const;
  const [commit, revision] = ["4f1c2aa0".repeat(5), "HEAD"];
  return { schema: "gate/doctor-attack@1", revision, commit, ok: true, suites: [suite], problems: [] };
}

describe("the table of gate doctor --attack", () => {
  it("says of each forgery what stops it, and counts", () => {
    const text = renderDoctorAttack(
      document([
        {},
        {
          name: "rewritten-log",
          level: "signature",
          outcome: "only-signatures",
          expected: ["untrusted-signer"],
          what: "a log is edited, and the manifest with it",
        },
        { name: "forgotten-test", level: "contents", outcome: "not-applicable", what: "a test is gone" },
      ]),
    );
    expect(text).toBe(
      [
        "model-tests at 4f1c2aa   (consistent, unsigned)",
        "✓ edited-log      ids        tampered-report                     a log says more than it did",
        "! rewritten-log   signature  only signatures (untrusted-signer)  a log is edited, and the manifest with it",
        "- forgotten-test  contents   nothing to do it with               a test is gone",
        "",
        "✓ tag  accepted  an annotated tag on the commit",
        "",
        "3 forgeries: 1 refused, 1 that only signatures stop, 1 that this commit gives nothing for. 1 honest variants: all accepted.",
        "Unsigned evidence can be rewritten by whoever can commit; sign it:  signing: in gate.yaml",
      ].join("\n"),
    );
  });

  it("marks what was accepted, and what was refused for another reason", () => {
    const text = renderDoctorAttack(
      document([
        { outcome: "accepted", refusedBy: [], ok: false },
        { outcome: "misjudged", refusedBy: ["stale-evidence"], ok: false },
      ]),
    );
    expect(text).toContain("✗ edited-log  ids  accepted ");
    expect(text).toContain("✗ edited-log  ids  stale-evidence, not tampered-report  ");
    expect(text).toContain("1 ACCEPTED, 1 refused for another reason than they have to be.");
  });

  it("names why an honest variant was refused", () => {
    const problems = [problem("stale-evidence", "the inputs changed.", { hint: "gate run" })];
    const text = renderDoctorAttack(document([{}], [{ name: "tag", what: "a tag", ok: false, problems }]));
    expect(text).toContain("✗ tag  refused  a tag\nthe inputs changed.  (stale-evidence)\n");
    expect(text).toContain("1 honest variants: 1 REFUSED.");
  });

  it("does not promise what could not be tried", () => {
    const text = renderDoctorAttack(document([{ outcome: "not-tried" }]));
    expect(text).toContain("- edited-log  ids  not tried: no ssh-keygen  ");
    expect(text).toContain("1 forgeries: 1 not tried.");
  });
});
