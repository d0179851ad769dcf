import { describe, expect, it } from "vitest";
import { oneSuite, parse, suiteOf } from "./sample.ts";

const EVERY_KEY = `version: 1
suites:
  model:
    run: uv run pytest tests/model
    inputs:
      - ./src/
      - "!**/*.md"
      - .
    reports: ./reports/model/
    logs: ["**/session*.log"]
    results: build/junit.xml
    gpu: required
    env:
      SEED: 7
      OFFLINE: true
      MODE: fast
    pins: [models/weights.pin]
    skips:
      - match: "*slow*"
        reason: takes an hour
    expected-failures:
      - match: "*::test_red"
        reason: not built yet
        until: 2026-12-31
      - { match: "*::test_other", reason: later }
    flaky: accept
    on-stale: block
    commit-budget: 90s
    timeout: 1.5h
    leaks: error
    observe: false
    undeclared-inputs: error
    pattern-tests: error
    max-report-size: 512KiB
    services:
      store:
        run: chroma run --port 8000
        port: 8000
      2:
        run: llama-server -m tiny.gguf
        port: 8080
        ready: { http: /health }
        env: { CONTEXT: 4096 }
        model: tiny
        domain: chat
        replace: true
        timeout: 90s
    gpu-memory: 8GiB
    domains: { marker: domain }
    steps: { names: { warm up: "*::test_warm*", 1: "*" } }
    summary: committed
    normalise:
      off: [uuids]
      rules:
        - { match: "run \\\\d+", replace: run <n> }
    secrets:
      mode: redact
      allow:
        - { match: "AKIA*", rule: aws, reason: a fixture }
        - { match: /^sk-/, reason: made up }
`;

describe("gate.yaml that is right", () => {
  it("reads every key", () => {
    expect(suiteOf(EVERY_KEY)).toEqual({
      name: "model",
      run: "uv run pytest tests/model",
      inputs: [
        { glob: "src", exclude: false, line: 6 },
        { glob: "**/*.md", exclude: true, line: 7 },
        { glob: "**", exclude: false, line: 8 },
      ],
      reports: "reports/model",
      logs: ["**/session*.log"],
      results: "build/junit.xml",
      gpu: "required",
      env: { SEED: "7", OFFLINE: "true", MODE: "fast" },
      pins: ["models/weights.pin"],
      skips: [{ match: "*slow*", reason: "takes an hour" }],
      expectedFailures: [
        { match: "*::test_red", reason: "not built yet", until: "2026-12-31", line: 22 },
        { match: "*::test_other", reason: "later", until: null, line: 25 },
      ],
      flaky: "accept",
      onStale: "block",
      commitBudgetMs: 90_000,
      timeoutMs: 5_400_000,
      leaks: "error",
      observe: false,
      undeclaredInputs: "error",
      patternTests: "error",
      maxReportBytes: 512 * 1024,
      services: [
        {
          name: "store",
          run: "chroma run --port 8000",
          port: 8000,
          ready: { by: "tcp" },
          env: {},
          model: null,
          domain: null,
          replace: false,
          timeoutMs: 300_000,
        },
        {
          name: "2",
          run: "llama-server -m tiny.gguf",
          port: 8080,
          ready: { by: "http", path: "/health" },
          env: { CONTEXT: "4096" },
          model: "tiny",
          domain: "chat",
          replace: true,
          timeoutMs: 90_000,
        },
      ],
      gpuMemoryBytes: 8 * 1024 ** 3,
      domains: { by: "marker", marker: "domain" },
      steps: {
        by: "name",
        groups: [
          { name: "warm up", match: "*::test_warm*" },
          { name: "1", match: "*" },
        ],
      },
      summary: "committed",
      normalise: { off: ["uuids"], rules: [{ match: "run \\d+", replace: "run <n>" }] },
      secrets: {
        mode: "redact",
        allow: [
          { match: "AKIA*", rule: "aws", reason: "a fixture", line: 59 },
          { match: "/^sk-/", rule: null, reason: "made up", line: 60 },
        ],
      },
      definition: {
        run: "uv run pytest tests/model",
        gpu: "required",
        env: { SEED: "7", OFFLINE: "true", MODE: "fast" },
        pins: ["models/weights.pin"],
        services: {
          store: { run: "chroma run --port 8000", port: 8000 },
          2: { run: "llama-server -m tiny.gguf", port: 8080, env: { CONTEXT: "4096" } },
        },
        skips: [{ match: "*slow*", reason: "takes an hour" }],
        "expected-failures": [
          { match: "*::test_red", reason: "not built yet", until: "2026-12-31" },
          { match: "*::test_other", reason: "later" },
        ],
        flaky: "accept",
      },
    });
  });

  it("fills in every default", () => {
    expect(suiteOf(oneSuite())).toEqual({
      name: "model",
      run: "npm test",
      inputs: [{ glob: "src", exclude: false, line: 5 }],
      reports: "test-reports",
      logs: [],
      results: null,
      gpu: "none",
      env: {},
      pins: [],
      skips: [],
      expectedFailures: [],
      flaky: "refuse",
      onStale: "auto",
      commitBudgetMs: 300_000,
      timeoutMs: 3_600_000,
      leaks: "warn",
      observe: true,
      undeclaredInputs: "warn",
      patternTests: "allow",
      maxReportBytes: 10 * 1024 * 1024,
      services: [],
      gpuMemoryBytes: null,
      domains: { by: "directory" },
      steps: { by: "test" },
      summary: "session",
      normalise: { off: [], rules: [] },
      secrets: { mode: "refuse", allow: [] },
      definition: { run: "npm test" },
    });
  });

  it("keeps the suites in file order, also those with a number for a name", () => {
    const suite = (name: string) =>
      `  ${name}:\n    run: npm test\n    inputs: [src]\n    reports: reports-${name}\n`;
    const parsed = parse(`version: 1\nsuites:\n${suite("beta")}${suite("2")}${suite("alpha")}${suite("1")}`);
    expect(parsed.ok && parsed.value.suites.map(({ name }) => name)).toEqual(["beta", "2", "alpha", "1"]);
  });

  it("takes a byte order mark, CRLF line ends and aliases", () => {
    expect(suiteOf(`\uFEFF${oneSuite("    timeout: 2m\n")}`).timeoutMs).toBe(120_000);
    expect(suiteOf(oneSuite("    timeout: 2m\n").replaceAll("\n", "\r\n")).timeoutMs).toBe(120_000);
    const shared = oneSuite("    pins: &list [a.pin]\n    logs: *list\n");
    expect(suiteOf(shared).logs).toEqual(["a.pin"]);
  });

  it("takes `**/*` and `.` for everything, together with excludes", () => {
    const inputs = suiteOf(oneSuite("", '["**/*", ".", "!docs"]')).inputs;
    expect(inputs.map(({ glob, exclude }) => [glob, exclude])).toEqual([
      ["**/*", false],
      ["**", false],
      ["docs", true],
    ]);
  });
});

describe("secrets", () => {
  it.each([
    ["off", { mode: "off", allow: [] }],
    ["{ mode: redact }", { mode: "redact", allow: [] }],
    ["{}", { mode: "refuse", allow: [] }],
    [
      "{ allow: [{ match: a, reason: b }] }",
      { mode: "refuse", allow: [{ match: "a", rule: null, reason: "b", line: 6 }] },
    ],
  ])("are a word or a map: %s", (written, expected) => {
    expect(suiteOf(oneSuite(`    secrets: ${written}\n`)).secrets).toEqual(expected);
  });
});

describe("a suite's definition", () => {
  const unchanged = [
    "timeout: 5m",
    "commit-budget: 0s",
    "on-stale: run",
    "leaks: error",
    "observe: false",
    "undeclared-inputs: error",
    "pattern-tests: error",
    "max-report-size: 1KiB",
    "domains: file",
    "steps: { marker: step }",
    "summary: committed",
    "reports: other",
    "logs: ['*.log']",
    "results: junit.xml",
    "normalise: { off: [uuids] }",
    "secrets: redact",
    "secrets: { mode: off, allow: [{ match: a, reason: b }] }",
  ];
  it.each(unchanged)("does not hold what cannot change a result: %s", (line) => {
    expect(suiteOf(oneSuite(`    ${line}\n`)).definition).toEqual(suiteOf(oneSuite()).definition);
  });

  it("does not hold how much of a GPU it takes", () => {
    const [some, all] = ["    gpu-memory: 8GiB\n", ""].map((line) =>
      suiteOf(oneSuite(`    gpu: optional\n${line}`)),
    );
    expect(some?.definition).toEqual(all?.definition);
  });

  const defaults = [
    "gpu: none",
    "env: {}",
    "pins: []",
    "skips: []",
    "expected-failures: []",
    "flaky: refuse",
    "services: {}",
  ];
  it.each(defaults)("does not hold a default that is written out: %s", (line) => {
    expect(suiteOf(oneSuite(`    ${line}\n`)).definition).toEqual({ run: "npm test" });
  });

  const changing = [
    "gpu: optional",
    "env: { SEED: 1 }",
    "pins: [a.pin]",
    "skips: [{ match: a, reason: b }]",
    "expected-failures: [{ match: a, reason: b }]",
    "flaky: accept",
    "services: { llm: { run: serve } }",
  ];
  it.each(changing)("holds what can: %s", (line) => {
    expect(suiteOf(oneSuite(`    ${line}\n`)).definition).not.toEqual(suiteOf(oneSuite()).definition);
  });

  it("does not hold the suite's name", () => {
    expect(suiteOf(oneSuite().replace("model:", "other:")).definition).toEqual(
      suiteOf(oneSuite()).definition,
    );
  });
});
