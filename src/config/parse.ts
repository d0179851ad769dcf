import { isMap, isScalar } from "yaml";
import { type Problem, problem } from "../problem.ts";
import type { JsonObject } from "../protocol.ts";
import { err, ok, type Result } from "../result.ts";
import { amountProblems } from "./amounts.ts";
import type { Configuration, InputPattern, Service, Suite } from "./configuration.ts";
import { type Position, readYaml, type YamlFile } from "./document.ts";
import { explainAll, locate } from "./explain.ts";
import { normalisePath, normalisePattern, parseDuration, parseSize } from "./pattern.ts";
import { reportsProblems } from "./reports-directories.ts";
import { servicesDefinition, textsOf, typedGrouping, typedServices } from "./running.ts";
import { configurationSchema, type WrittenConfiguration, type WrittenSuite } from "./schema.ts";

type Path = readonly PropertyKey[];

/** Reads gate.yaml from its bytes. Every problem has a position, what was expected, and the nearest name. */
export function parseConfiguration(bytes: Uint8Array): Result<Configuration, readonly Problem[]> {
  const yaml = readYaml(bytes);
  if (!yaml.ok) return yaml;
  const { contents, value, at } = yaml.value;
  const written = configurationSchema.safeParse(value);
  if (!written.success) return err(explainAll(written.error.issues, contents, at));
  const offsetOf = (path: Path) => locate(contents, path).start;
  // A JavaScript object puts names that are numbers first.
  const suites = Object.entries(written.data.suites)
    .toSorted(([left], [right]) => offsetOf(["suites", left]) - offsetOf(["suites", right]))
    .map(([name, suite]) => typed(name, suite, { lineOf: (path) => at(offsetOf(path)).line, offsetOf }));
  const problems = [
    ...suites.flatMap(({ name, services }) => [
      ...rewrittenValues(name, ["env"], yaml.value),
      ...services.flatMap((one) => rewrittenValues(name, ["services", one.name, "env"], yaml.value)),
    ]),
    ...suites.flatMap((suite) => unusedMemory(suite, (path) => at(offsetOf(path)))),
    ...reportsProblems(suites, (path) => at(offsetOf(path))),
    ...amountProblems(suites, at(offsetOf(["suites"]))),
  ];
  return problems.length === 0 ? ok({ suites, ...policyOf(written.data) }) : err(problems);
}

function policyOf({
  policy,
  signing,
  waivers,
  sessions,
}: WrittenConfiguration): Omit<Configuration, "suites"> {
  const path = (text: string) => normalisePath(text) ?? text;
  return {
    policy,
    signing:
      signing === undefined
        ? null
        : {
            allowedSigners: path(signing["allowed-signers"]),
            revokedKeys: signing["revoked-keys"] === undefined ? null : path(signing["revoked-keys"]),
            required: signing.required,
          },
    waivers: {
      by: waivers.by,
      atOnce: waivers["at-once"],
      longestMs: parseDuration(waivers.longest) ?? 0,
    },
    sessions: { count: sessions.keep, bytes: parseSize(sessions.size) ?? 0 },
  };
}

/** Who names a part of a GPU expects that runs take turns at it. */
function unusedMemory({ name, gpu, gpuMemoryBytes }: Suite, at: (path: Path) => Position): Problem[] {
  if (gpuMemoryBytes === null || gpu !== "none") return [];
  const message = `"gpu-memory" in suite ${name}: the suite uses no GPU. Write gpu: required, or gpu: optional.`;
  return [problem("config-invalid", message, { ...at(["suites", name, "gpu-memory"]), suite: name })];
}

/** YAML reads `1.10` as the number 1.1: a variable would get another text than the one in the file. */
function rewrittenValues(suite: string, variables: Path, { contents, at }: YamlFile): Problem[] {
  const { node, found } = locate(contents, ["suites", suite, ...variables]);
  if (!found || !isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    if (!isScalar(value) || value.source === undefined || String(value.value) === value.source) return [];
    const name = isScalar(key) ? String(key.value) : String(key);
    const message = `"${name}" in suite ${suite}: YAML reads ${value.source} as ${String(value.value)}. Write "${value.source}".`;
    return [problem("config-invalid", message, { ...at(value.range?.[0] ?? 0), suite })];
  });
}

interface Places {
  readonly lineOf: (path: Path) => number;
  readonly offsetOf: (path: Path) => number;
}

function typed(name: string, suite: WrittenSuite, { lineOf, offsetOf }: Places): Suite {
  const env = textsOf(suite.env);
  const services = typedServices(suite.services, (service) =>
    offsetOf(["suites", name, "services", service]),
  );
  const pins = suite.pins.map((path) => normalisePath(path) ?? path);
  return {
    name,
    run: suite.run,
    inputs: suite.inputs.map((text, index) => inputPattern(text, lineOf(["suites", name, "inputs", index]))),
    reports: normalisePath(suite.reports) ?? suite.reports,
    logs: suite.logs,
    results: suite.results === undefined ? null : normalisePath(suite.results),
    gpu: suite.gpu,
    env,
    pins,
    skips: suite.skips,
    expectedFailures: suite["expected-failures"].map(({ match, reason, until = null }, index) => ({
      match,
      reason,
      until,
      line: lineOf(["suites", name, "expected-failures", index]),
    })),
    flaky: suite.flaky,
    onStale: suite["on-stale"],
    commitBudgetMs: parseDuration(suite["commit-budget"]) ?? 0,
    timeoutMs: parseDuration(suite.timeout) ?? 0,
    leaks: suite.leaks,
    observe: suite.observe,
    undeclaredInputs: suite["undeclared-inputs"],
    patternTests: suite["pattern-tests"],
    maxReportBytes: parseSize(suite["max-report-size"]) ?? 0,
    services,
    gpuMemoryBytes: suite["gpu-memory"] === undefined ? null : parseSize(suite["gpu-memory"]),
    domains: typedGrouping(suite.domains, (group) => offsetOf(["suites", name, "domains", "names", group])),
    steps: typedGrouping(suite.steps, (group) => offsetOf(["suites", name, "steps", "names", group])),
    summary: suite.summary,
    normalise: suite.normalise,
    secrets: secretSettings(suite.secrets, (index) => lineOf(["suites", name, "secrets", "allow", index])),
    definition: definition(suite, env, pins, services),
  };
}

/** `secrets: redact` is short for a map with that mode. */
function secretSettings(
  written: WrittenSuite["secrets"],
  lineOf: (index: number) => number,
): Suite["secrets"] {
  if (typeof written === "string") return { mode: written, allow: [] };
  const allow = written.allow.map(({ match, rule = null, reason }, index) => ({
    match,
    rule,
    reason,
    line: lineOf(index),
  }));
  return { mode: written.mode, allow };
}

function inputPattern(text: string, line: number): InputPattern {
  const normal = normalisePattern(text);
  if (!normal.ok) throw new Error(`the schema let the pattern ${text} through`);
  return { ...normal.value, line };
}

/** Defaults are left out, so that a key added in a later version changes no fingerprint. */
function definition(
  suite: WrittenSuite,
  env: Readonly<Record<string, string>>,
  pins: readonly string[],
  services: readonly Service[],
): JsonObject {
  const expected = suite["expected-failures"].map(({ match, reason, until }) => ({
    match,
    reason,
    ...(until === undefined ? {} : { until }),
  }));
  return {
    run: suite.run,
    ...(suite.gpu === "none" ? {} : { gpu: suite.gpu }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(pins.length === 0 ? {} : { pins }),
    ...(services.length === 0 ? {} : { services: servicesDefinition(services) }),
    ...(suite.skips.length === 0 ? {} : { skips: suite.skips }),
    ...(expected.length === 0 ? {} : { "expected-failures": expected }),
    ...(suite.flaky === "refuse" ? {} : { flaky: suite.flaky }),
  };
}
