import { describe, expect, it } from "vitest";
import { isProductionFile } from "../../../src/suite/production-files.ts";

describe("a production file", () => {
  it.each([
    "src/app/router.py",
    "router.py",
    "prompts/system.md",
    "data/tiers.json",
    "src/latest.py",
    "src/contest_rules.py",
    "src/testing.py",
    "src/tested/core.py",
    "src/attest.js",
    "src/spec.ts",
  ])("is %s", (path) => {
    expect(isProductionFile(path)).toBe(true);
  });

  it.each([
    "tests/model/helpers.py",
    "test/data.json",
    "src/app/testing/fakes.py",
    "web/__tests__/router.js",
    "src/test_router.py",
    "src/router_test.py",
    "conftest.py",
    "src/conftest.py",
    "src/router.test.ts",
    "src/router.spec.mjs",
    "src/view.test.tsx",
    '"tests/odd\\nname.py"',
  ])("is not %s, which tests or helps to", (path) => {
    expect(isProductionFile(path)).toBe(false);
  });

  it.each([
    "pyproject.toml",
    "python/pytest.ini",
    "uv.lock",
    "requirements-dev.txt",
    "package.json",
    "tsconfig.build.json",
    "vitest.config.ts",
    "gate.yaml",
  ])("is not %s, which tools read for whatever test", (path) => {
    expect(isProductionFile(path)).toBe(false);
  });
});
