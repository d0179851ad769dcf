import { compileNormaliser, type Normaliser } from "../../src/reports/normalise.ts";
import type { Places } from "../../src/reports/normalise-places.ts";
import type { TestResult } from "../../src/suite/results.ts";

export const NOWHERE: Places = {
  repository: [],
  session: [],
  home: null,
  temporary: [],
  host: null,
  user: null,
};

export function usualNormaliser(): Normaliser {
  const compiled = compileNormaliser({ off: [], rules: [] }, NOWHERE);
  if (!compiled.ok) throw new Error("the built-in rules cannot be used");
  return compiled.value;
}

export function testResult(parts: Partial<TestResult> = {}): TestResult {
  return {
    id: "tests/model/test_hello.py::test_hello",
    name: "test_hello",
    file: "tests/model/test_hello.py",
    outcome: "passed",
    startedAt: "2026-02-13T14:27:22.250Z",
    duration: 3.2,
    message: null,
    properties: {},
    turns: [],
    logs: [],
    ...parts,
  };
}
