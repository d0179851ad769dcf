import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withYamlItem, type YamlItem } from "../../../src/integrations/yaml-insert.ts";

const hook = {
  path: ["repos"],
  key: null,
  value: { repo: "local", hooks: [{ id: "gate" }] },
  comments: ["gate"],
};
const job = { path: ["a", "commands"], key: "gate", value: { run: "x" }, comments: [] };

function added(text: string, item: YamlItem): string {
  const result = withYamlItem(text, item);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe("withYamlItem", () => {
  it.each([
    [
      "two spaces",
      "repos:\n  - repo: x\n    hooks: []\n",
      "  # gate\n  - repo: local\n    hooks:\n      - id: gate\n",
    ],
    ["no indentation", "repos:\n- repo: x\n", "# gate\n- repo: local\n  hooks:\n    - id: gate\n"],
    ["wide dashes", "repos:\n-   repo: x\n", "# gate\n-   repo: local\n    hooks:\n      - id: gate\n"],
  ])("writes a list item the way the others are written: %s", (_style, text, end) => {
    expect(added(text, hook)).toBe(`${text}${end}`);
  });

  it("goes before what follows the list, and keeps every comment", () => {
    const text = "repos:\n  - repo: x   # first\n\n# about ci\nci:\n  skip: [a]\n";
    const after = added(text, hook);
    expect(parse(after)).toEqual({ ...parse(text), repos: [{ repo: "x" }, hook.value] });
    expect(after).toContain("  - repo: x   # first\n  # gate\n");
    expect(after.endsWith("\n\n# about ci\nci:\n  skip: [a]\n")).toBe(true);
  });

  it.each([
    ["a block", "a:\n    commands:\n        x:\n            run: y\nb: 1\n"],
    ["a multi-line text at the end", "a:\n  commands:\n    x:\n      run: |\n        y\n\n        z\n\n"],
    ["an empty value at the end", "a:\n  commands:\n    x:\n"],
    ["flow style", "a: {commands: {x: {run: y}}} # c\n"],
    ["no final newline", "a:\n  commands:\n    x: {run: y}"],
    ["CRLF", "a:\r\n  commands:\r\n    x:\r\n      run: y\r\n"],
    ["a document end", "---\na:\n  commands:\n    x: {run: y}\n...\n"],
    ["an anchor", "x: &y\n  run: y\na:\n  commands:\n    x: *y\n"],
  ])("adds exactly the item: %s", (_what, text) => {
    const before = parse(text);
    expect(parse(added(text, job))).toEqual({
      ...before,
      a: { commands: { ...before.a.commands, gate: { run: "x" } } },
    });
  });

  it.each([
    ["nothing", ""],
    ["only a comment", "# ours\n"],
    ["an empty key", "repos:\n"],
    ["an empty list", "repos: []\n"],
  ])("starts the list where there is %s", (_what, text) => {
    expect(parse(added(text, hook))).toEqual({ repos: [hook.value] });
  });

  it.each([
    ["a list for a map", "- a\n"],
    ["a text for a list", "repos: none\n"],
    ["an alias for a list", "x: &x [a]\nrepos: *x\n"],
    ["broken YAML", "repos: [\n"],
    ["two documents", "repos: []\n---\nrepos: []\n"],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\nrepos: []\n`,
    ],
  ])("refuses %s", (_what, text) => {
    expect(withYamlItem(text, hook)).toMatchObject({ ok: false });
  });
});
