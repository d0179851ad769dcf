import { LineCounter, parseDocument } from "yaml";
import { type Problem, problem } from "../problem.ts";
import type { JsonObject } from "../protocol.ts";
import { err, ok, type Result } from "../result.ts";
import type { Configuration, InputPattern, Suite } from "./configuration.ts";
import { explain, locate, type Position } from "./explain.ts";
import { normalisePath, normalisePattern, parseDuration, parseSize } from "./pattern.ts";
import { configurationSchema, type WrittenSuite } from "./schema.ts";

const FILE = "gate.yaml";
const LARGEST = 1 << 20;

/** Reads gate.yaml from its bytes. Every problem has a position, what was expected, and the nearest name. */
export function parseConfiguration(bytes: Uint8Array): Result<Configuration, readonly Problem[]> {
  const text = decode(bytes);
  if (!text.ok) return err([problem("config-invalid", text.error, { path: FILE, line: 1, column: 1 })]);
  const lines = new LineCounter();
  const document = parseDocument(text.value, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { path: FILE, line, column: col };
  };
  const broken = document.errors[0];
  if (broken !== undefined) {
    return err([problem("config-invalid", `not valid YAML: ${broken.message}`, at(broken.pos[0]))]);
  }
  const written = configurationSchema.safeParse(plainValue(document));
  if (!written.success) {
    return err(written.error.issues.flatMap((issue) => explain(issue, document.contents, at)));
  }
  const lineOf = (path: readonly PropertyKey[]) => at(locate(document.contents, path).start).line;
  const suites = Object.entries(written.data.suites).map(([name, suite]) => typed(name, suite, lineOf));
  const overlap = overlappingReports(suites);
  return overlap === null ? ok({ suites }) : err([overlap]);
}

function decode(bytes: Uint8Array): Result<string, string> {
  if (bytes.byteLength > LARGEST)
    return err(`larger than 1 MiB (${bytes.byteLength} bytes); this is no configuration`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return err("not UTF-8 text; save the file as UTF-8");
  }
  if (text.trim() === "") return err("empty; it needs version: 1 and suites:");
  return ok(text);
}

/** An alias bomb is not worth an answer of its own: it reads as null, which no schema accepts. */
function plainValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
}

function typed(name: string, suite: WrittenSuite, lineOf: (path: readonly PropertyKey[]) => number): Suite {
  const env = Object.fromEntries(Object.entries(suite.env).map(([key, value]) => [key, String(value)]));
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
    flaky: suite.flaky,
    onStale: suite["on-stale"],
    commitBudgetMs: parseDuration(suite["commit-budget"]) ?? 0,
    timeoutMs: parseDuration(suite.timeout) ?? 0,
    leaks: suite.leaks,
    maxReportBytes: parseSize(suite["max-report-size"]) ?? 0,
    normalise: suite.normalise,
    definition: definition(suite, env, pins),
  };
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
): JsonObject {
  return {
    run: suite.run,
    ...(suite.gpu === "none" ? {} : { gpu: suite.gpu }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(pins.length === 0 ? {} : { pins }),
    ...(suite.skips.length === 0 ? {} : { skips: suite.skips }),
    ...(suite.flaky === "refuse" ? {} : { flaky: suite.flaky }),
  };
}

function overlappingReports(suites: readonly Suite[]): Problem | null {
  for (const [index, suite] of suites.entries()) {
    for (const other of suites.slice(index + 1)) {
      if (
        `${suite.reports}/`.startsWith(`${other.reports}/`) ||
        `${other.reports}/`.startsWith(`${suite.reports}/`)
      ) {
        const message = `suites ${suite.name} and ${other.name} share the reports directory ${suite.reports}; each needs its own.`;
        const hint = `Give ${other.name} another one:  reports: ${other.reports}-${other.name}`;
        return problem("reports-overlap", message, { path: FILE, suite: other.name, hint });
      }
    }
  }
  return null;
}
