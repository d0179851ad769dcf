import { describe, expect, it } from "vitest";
import { stepsOf } from "../../../src/integrations/hook-steps.ts";

const surroundings = (scripts: Readonly<Record<string, string>>) => ({
  scripts: new Map(Object.entries(scripts)),
  shims: new Set<string>(),
});

describe("the steps of a hook", () => {
  it("are those of the scripts that it runs, on the line that runs them", () => {
    const scripts = { check: "npm run lint && npx gate verify", lint: "eslint ." };
    const steps = stepsOf("true\nnpm run check\n", surroundings(scripts));
    expect(steps.map(({ label, line, callsGate }) => [label, line, callsGate])).toEqual([
      ["true", 1, false],
      ["eslint .", 2, false],
      ["gate verify", 2, true],
    ]);
  });

  it("come to an end where scripts start each other, many times over", () => {
    const all = Array.from({ length: 7 }, (_, level) => [
      `s${level}`,
      Array.from({ length: 100 }, () => `npm run s${level + 1}`).join(";"),
    ]);
    const steps = stepsOf("npm run s0\ngate verify\n", surroundings(Object.fromEntries(all)));
    expect(steps.at(-1)).toMatchObject({ label: "gate verify", line: 2, callsGate: true });
  }, 20_000);
});
