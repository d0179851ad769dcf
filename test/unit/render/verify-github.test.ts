import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitId } from "../../../src/adapters/git/ids.ts";
import { problem, warning } from "../../../src/problem.ts";
import { renderJobSummary } from "../../../src/render/job-summary.ts";
import { githubOutputs, renderVerifyGithub } from "../../../src/render/verify-github.ts";
import { verifyDocumentOf } from "../../rig/verify-documents.ts";

const TOKEN = "5e0f7c1a-token";

/** What GitHub's runner takes for commands: it obeys none between stop-commands and the token. */
function commandsIn(log: string): readonly string[] {
  const commands: string[] = [];
  let stopped: string | null = null;
  for (const line of log.split(/\r\n|\r|\n/)) {
    if (stopped !== null) stopped = line === `::${stopped}::` ? null : stopped;
    else if (line.startsWith("::stop-commands::")) stopped = line.slice("::stop-commands::".length);
    else if (/^\s*::|##\[/.test(line)) commands.push(line.trimStart().replace(/^::/, ""));
  }
  return commands;
}

const stale = problem("stale-evidence", "the inputs changed after the recorded run: src/router.py.", {
  suite: "model-tests",
  path: "src/router.py",
  hint: "gate run",
});

describe("the annotations for GitHub", () => {
  it("lie on the files concerned, with the next step", () => {
    const hint = warning("inputs-unclaimed", "src/a.cpp is like an input: 100% sure.", {
      path: "gate.yaml",
      line: 7,
    });
    const commit = commitId("4f1c2aa08a1c1f4f0e8f9d5a2b7c6d3e1f0a9b8c");
    const changes = [{ path: "prompts/a,b:c.md", change: "modified" as const, commit }];
    const document = verifyDocumentOf([{ problems: [stale], changes }], { ok: false, problems: [hint] });
    expect(commandsIn(renderVerifyGithub(document, TOKEN))).toEqual([
      "error file=src/router.py,title=gate%3A model-tests%3A stale-evidence::the inputs changed after the recorded run: src/router.py.%0Anext: gate run",
      "warning file=gate.yaml,line=7,title=gate%3A inputs-unclaimed::src/a.cpp is like an input: 100%25 sure.",
      "notice file=prompts/a%2Cb%3Ac.md,title=gate%3A model-tests%3A changed after the recorded run::modified in 4f1c2aa",
    ]);
  });

  it("are none where all is well, and the log has the text", () => {
    const log = renderVerifyGithub(verifyDocumentOf(), TOKEN);
    expect(commandsIn(log)).toEqual([]);
    expect(log).toContain("✓ model-tests");
  });

  it("have what relaxes the policy among them, and so has the log, however many others there are", () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      warning("pattern-matches-nothing", `docs/${index} is none.`),
    );
    const relaxed = warning("policy-weakened", "docs is gone.");
    const document = verifyDocumentOf([{ problems: [...many, relaxed] }]);
    const log = renderVerifyGithub(document, TOKEN);
    expect(commandsIn(log)[0]).toContain("docs is gone.");
    expect(log.slice(0, log.indexOf(`::${TOKEN}::`))).toContain("docs is gone.");
    expect(renderJobSummary(document)).toContain("docs is gone.");
  });

  it("are at most the ten of a level that GitHub shows; the last says how many more there are", () => {
    const many = Array.from({ length: 25 }, (_, index) =>
      problem("tampered-report", "changed.", { path: `test-reports/${index}` }),
    );
    const commands = commandsIn(
      renderVerifyGithub(verifyDocumentOf([], { ok: false, problems: many }), TOKEN),
    );
    expect(commands).toHaveLength(10);
    expect(commands[9]).toContain("and 16 more");
  });

  it("are the only commands, whatever names the tree has", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\n::error::forged",
        "::add-mask::a",
        "a\r::debug::b",
        "\n##[add-matcher]evil.json",
        `\n::${"x"}::\n::warning::b`,
        "%0A::error::c",
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, (path, message, name) => {
        const found = problem("untracked-report", message, { path, hint: name, suite: "model-tests" });
        const changes = [{ path: name, change: "added" as const, commit: null }];
        const evidence = { by: name, at: "2026-02-13T14:27:22Z", on: message };
        const document = verifyDocumentOf([{ problems: [found, stale], changes, evidence }], { ok: false });
        const commands = commandsIn(renderVerifyGithub(document, TOKEN));
        expect(commands.map((one) => one.split(" ")[0])).toEqual(["error", "error", "notice"]);
      }),
    );
  });
});

describe("the outputs for later steps", () => {
  it("are plain texts for one suite, and JSON by name for several", () => {
    expect(Object.fromEntries(githubOutputs(verifyDocumentOf()))).toEqual({
      ok: "true",
      fingerprint: "ab".repeat(32),
      verdict: "passed",
      assurance: "consistent",
    });
    const two = verifyDocumentOf([{ name: "a" }, { name: "b", verdict: null, assurance: null }], {
      ok: false,
    });
    expect(githubOutputs(two).get("ok")).toBe("false");
    expect(JSON.parse(githubOutputs(two).get("verdict") ?? "")).toEqual({ a: "passed", b: "" });
    expect(githubOutputs(verifyDocumentOf([])).get("assurance")).toBe("{}");
  });
});
