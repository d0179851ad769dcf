import { describe, expect, it } from "vitest";
import { isOneCommand } from "../../../src/suite/run-command.ts";

describe("a suite's command", () => {
  it.each([
    "pytest tests",
    "  python -m pytest tests -m 'not slow; really' -k \"a && b | c\"  \n",
    "CI=1 MODEL='a b' uv run pytest tests 2>&1 >out.log </dev/null",
    "pytest tests \\\n  --strict-markers",
    'pytest "$MODEL" -n $(nproc) --model="$(cat model.txt)"',
    "pytest tests # all; of them",
    "pytest a\\;b c#d",
    'cd "ml app" && pytest',
    "set -e\ncd ml\nexport CI=1\n. .venv/bin/activate\npytest tests\n",
    "bash run-tests.sh -x",
    "npx vitest run --coverage",
  ])("is one in %j", (run) => {
    expect(isOneCommand(run)).toBe(true);
  });

  it.each([
    "pytest tests/a && pytest tests/b",
    "pytest tests; exit 1",
    "pytest tests || pytest --lf",
    "pytest tests | tee out.log",
    "pytest a\npytest b",
    "pytest tests &",
    "pytest tests &> out.log",
    "(pytest a; pytest b)",
    "{ pytest a; pytest b; }",
    "! pytest tests",
    'sh -c "pytest a && pytest b"',
    "timeout 10 /bin/bash -eu -c 'pytest a; pytest b'",
    "eval 'pytest a; pytest b'",
    "pytest `cat list`",
    "pytest $(pytest a; pytest b)",
    "cd ml || pytest",
    "pytest 'a",
    ". ./run-tests.sh && pytest",
    "# nothing",
    "",
  ])("is none, or several, in %j", (run) => {
    expect(isOneCommand(run)).toBe(false);
  });
});
