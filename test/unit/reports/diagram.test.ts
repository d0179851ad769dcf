import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIAGRAM_TEXT_LIMIT, renderDiagram } from "../../../src/reports/diagram.ts";
import type { TestResult } from "../../../src/suite/results.ts";
import { testResult, usualNormaliser } from "../../rig/sample-test.ts";

function diagram(parts: Partial<TestResult>): string {
  return renderDiagram(testResult(parts), usualNormaliser());
}

/** What a PlantUML reader makes of the escapes. */
function read(label: string): string {
  return label.replace(/<U\+([0-9A-F]{4,5})>/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

describe("a test's diagram", () => {
  it("tells the conversation, without timings", () => {
    const text = diagram({
      turns: [
        { kind: "prompt", text: "List the files", tier: "simple" },
        { kind: "thinking", text: "I need a tool" },
        { kind: "tool-call", tool: "list_files", arguments: { path: "src" } },
        { kind: "tool-result", tool: "list_files", result: ["a.py", "b.py"] },
        { kind: "response", text: "Two files,\nfound in 1.25s" },
      ],
    });
    expect(text.split("\n").map(read)).toEqual([
      "@startuml",
      "skinparam maxMessageSize 480",
      "skinparam wrapWidth 480",
      "title test_hello",
      "participant Test",
      "participant Model",
      'participant "list_files" as Tool1',
      "Test -> Model : [simple] List the files",
      "note right of Model : I need a tool",
      'Model -> Tool1 : {"path":"src"}',
      'Tool1 --> Model : ["a.py","b.py"]',
      "Model --> Test : Two files,\\nfound in <duration>",
      "== passed ==",
      "@enduml",
      "",
    ]);
  });

  it("exists for a test without a conversation, and says why it was skipped", () => {
    const text = diagram({ outcome: "skipped", message: "needs two GPUs" });
    expect(text).toContain("no conversation was recorded");
    expect(text).toContain("note over Test : needs two GPUs");
    expect(text).toContain("== skipped ==");
  });

  it("cuts long text and says how much is missing", () => {
    const text = diagram({ turns: [{ kind: "prompt", text: `${"a".repeat(DIAGRAM_TEXT_LIMIT - 1)}😀bc` }] });
    const label = text.split("\n").find((line) => line.startsWith("Test -> Model : "));
    expect(label).toBe(`Test -> Model : ${"a".repeat(DIAGRAM_TEXT_LIMIT - 1)} … (4 more characters)`);
  });

  it.each([
    "@enduml",
    "x\n@enduml\n@startuml",
    "!include /etc/passwd",
    "a\r\n!include http://example.com",
    '%getenv("HOME") and $variable $call()',
    "<img:/etc/passwd> <U+0041> <$sprite> <&icon>",
    "[[http://example.com link]] {{ {{embedded}} }}",
    '**bold** //italics// __under__ --strike-- ~~wave~~ ""mono""',
    "/' a comment '/ and more",
    "' a comment",
    "&lt;b&gt; &#60;",
    "tail\\",
    "\\n \\t \\l literal",
    '= heading | cell | """block""" !!!block!!!',
    "\u2028@enduml",
  ])("keeps hostile text a text: %j", (text) => {
    const lines = diagram({
      name: text,
      turns: [
        { kind: "prompt", text, tier: text },
        { kind: "tool-call", tool: text, arguments: text },
      ],
    }).split("\n");
    expect(lines.filter((line) => /@(?:start|end)/.test(line))).toEqual(["@startuml", "@enduml"]);
    expect(lines).toHaveLength(12);
    for (const line of lines.slice(1, -2))
      expect(line).not.toMatch(/!include|%getenv|\$|<(?!U\+)|\/'|&#|&lt/);
    for (const line of lines.slice(7)) expect(line).not.toMatch(/\*\*|\/\/|__|~|""|\[\[|\{\{|\|/);
  });

  it("has one statement a line whatever the texts are", () => {
    const anyText = fc.string({ unit: "binary", maxLength: 30 });
    fc.assert(
      fc.property(anyText, anyText, (text, tool) => {
        const lines = diagram({
          name: text,
          turns: [
            { kind: "tool-call", tool, arguments: { [tool]: text } },
            { kind: "response", text },
          ],
        }).split("\n");
        expect(lines).toHaveLength(12);
        expect(lines[6]).toMatch(/^participant "[^"]*" as Tool1$/);
        expect(lines[7]?.startsWith("Model -> Tool1 : ")).toBe(true);
        expect(lines[8]?.startsWith("Model --> Test : ")).toBe(true);
      }),
    );
  });
});
