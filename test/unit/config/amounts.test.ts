import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../../../src/config/parse.ts";

const suite = (name: string, inputs: readonly string[], more = "") =>
  `  ${name}:\n    run: npm test\n    reports: ${name}\n    inputs: ${JSON.stringify(inputs)}\n${more}`;
const numbered = (count: number, what: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => what(index));

function refusals(suites: readonly string[]): readonly string[] {
  const parsed = parseConfiguration(Buffer.from(`version: 1\nsuites:\n${suites.join("")}`));
  return parsed.ok ? [] : parsed.error.map(({ message, line, column }) => `${line}:${column} ${message}`);
}

const env = (count: number) => `    env:\n${numbered(count, (index) => `      K${index}: 1\n`).join("")}`;

describe("more than anybody writes", () => {
  it.each<[string, readonly string[], string]>([
    ["keys", [suite("a", ["src"], env(1001))], "8:7 1001 entries in one place; gate reads at most 1000."],
    [
      "keys by the ten thousand",
      [suite("a", ["src"], env(50_000))],
      "8:7 50000 entries in one place; gate reads at most 1000.",
    ],
    [
      "patterns",
      [
        suite(
          "a",
          numbered(1001, (index) => `p${index}`),
        ),
      ],
      "6:13 1001 entries in one place; gate reads at most 1000.",
    ],
    [
      "patterns in all",
      numbered(2, (at) =>
        suite(
          `s${at}`,
          numbered(501, (index) => `p${index}`),
        ),
      ),
      "3:3 1002 patterns in all; gate reads at most 1000.",
    ],
    ["suites", numbered(201, (at) => suite(`s${at}`, ["src"])), "3:3 201 suites; gate reads at most 200."],
  ])("is refused: %s", (_, suites, sentence) => {
    expect(refusals(suites)).toEqual([sentence]);
  });

  it("is read up to there", () => {
    expect(
      refusals([
        suite(
          "a",
          numbered(1000, (index) => `p${index}`),
          env(1000),
        ),
      ]),
    ).toEqual([]);
    expect(refusals(numbered(200, (at) => suite(`s${at}`, ["src"])))).toEqual([]);
  });
});

describe("a key that is there twice", () => {
  it.each([
    ["plainly", '    env: {A: "1", B: "2", A: "3"}\n', "7:27 not valid YAML: Map keys must be unique."],
    ["once as a number", '    env: {1: "1", "1": "2"}\n', "7:19 not valid YAML: Map keys must be unique."],
  ])("is refused: %s", (_, more, sentence) => {
    expect(refusals([suite("a", ["src"], more)])).toEqual([sentence]);
  });
});
