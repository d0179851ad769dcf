import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { compileNormaliser } from "../../../src/reports/normalise.ts";
import { NORMALISE_RULES } from "../../../src/reports/normalise-rules.ts";

const DOCUMENT = readFileSync(resolve(import.meta.dirname, "../../../docs/normalising.md"), "utf8");

/** Rows of the table of rules: what stands before, what after. */
const EXAMPLES = DOCUMENT.split("\n").flatMap((line) => {
  const [, before, after] = /^\| *(?:`[\w-]+`)? *\| (`.*) \| (`.*) \|$/.exec(line) ?? [];
  if (before === undefined || after === undefined) return [];
  const results = codes(after);
  return codes(before).map((text, index) => [text, results[index] ?? results.at(-1) ?? ""] as const);
});

function codes(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

const compiled = compileNormaliser(
  { off: [], rules: [] },
  {
    repository: ["/srv/app"],
    session: ["/srv/app/.gate/sessions/RUN_20260213_142722"],
    home: "/home/ann",
    temporary: [],
    host: "gpu-3.lab.example",
    user: "ann",
  },
);

describe("docs/normalising.md", () => {
  it("names every rule, and no other", () => {
    const named = [...DOCUMENT.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(NORMALISE_RULES));
  });

  it.each(EXAMPLES)("%s", (before, after) => {
    expect(compiled.ok ? compiled.value.text(before) : "").toBe(after);
  });
});
