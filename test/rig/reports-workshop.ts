import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openRepository } from "../../src/adapters/git/repository.ts";
import { storeBlobs } from "../../src/adapters/git/store.ts";
import type { Grouping, NormaliseSettings, SecretSettings, Suite } from "../../src/config/configuration.ts";
import type { Problem } from "../../src/problem.ts";
import { type BuiltReports, buildReports, type ReportsInput } from "../../src/reports/build.ts";
import type { PreviousReports } from "../../src/reports/previous.ts";
import type { ReportStore } from "../../src/reports/staging.ts";
import type { Result } from "../../src/result.ts";
import type { LogSource, TestResult } from "../../src/suite/results.ts";
import { NOWHERE } from "./sample-test.ts";

export const FINGERPRINT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A real git repository with a session directory, in which reports are built. */
export class ReportsWorkshop {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "gate-reports-")));
  readonly session = join(this.directory, ".gate/sessions/RUN_20260213_142722");
  readonly staging = join(this.session, "staging");

  constructor(git: readonly string[] = []) {
    execFileSync("git", ["init", "-q", ...git], { cwd: this.directory });
    mkdirSync(join(this.session, "artifacts"), { recursive: true });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Writes a raw log among the artifacts. */
  log(name: string, content: string | Uint8Array, file: string = name): LogSource {
    const path = join(this.session, "artifacts", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return { name, path };
  }

  input(
    store: ReportStore,
    tests: readonly TestResult[],
    {
      maxReportBytes = 1 << 20,
      logs = [],
      secrets = { mode: "refuse", allow: [] },
      normalise = { off: [], rules: [] },
      summary = "session",
      steps = { by: "test" },
      ...overrides
    }: Overrides = {},
  ): ReportsInput {
    return {
      suite: {
        name: "model-tests",
        run: "pytest tests/model",
        inputs: [],
        reports: "test-reports",
        logs: [],
        results: null,
        gpu: "none",
        env: {},
        pins: [],
        skips: [],
        expectedFailures: [],
        flaky: "refuse",
        observe: true,
        undeclaredInputs: "warn",
        patternTests: "allow",
        onStale: "auto",
        commitBudgetMs: 300_000,
        timeoutMs: 60_000,
        leaks: "warn",
        maxReportBytes,
        services: [],
        gpuMemoryBytes: null,
        domains: { by: "directory" },
        steps,
        summary,
        normalise,
        secrets,
        definition: {},
      },
      results: {
        runner: { name: "pytest", version: "9.0.0" },
        tests,
        deselected: 0,
        logs,
        complete: true,
        doubts: [],
      },
      verdict: "passed",
      fingerprint: FINGERPRINT,
      inputs: { files: 3, ignored: [] },
      run: { started: new Date("2026-02-13T14:27:22.9Z"), ended: new Date("2026-02-13T14:29:35.4Z") },
      machine: { os: "Linux 6.1 x86_64", cpus: 2, memoryBytes: 1024, node: "v20.20.2", gpus: [] },
      environment: null,
      reads: { files: [], sets: [], setOf: new Map() },
      memorySamples: [],
      recordedBy: "Ann",
      earlierSessions: { earlier: 0, verdicts: new Map() },
      places: { ...NOWHERE, repository: [this.directory], session: [this.session] },
      topLevel: this.directory,
      session: "RUN_20260213_142722",
      logRoots: [this.session],
      stagingDirectory: this.staging,
      store,
      previous: null,
      ...overrides,
    };
  }

  /** The objects are in the repository when it returns. */
  async attempt(
    tests: readonly TestResult[],
    overrides: Overrides = {},
  ): Promise<Result<BuiltReports, readonly Problem[]>> {
    const repository = await openRepository(this.directory, { PATH: process.env.PATH ?? "" });
    if (!repository.ok) throw new Error(repository.error);
    return storeBlobs(repository.value, (store) => buildReports(this.input(store, tests, overrides)));
  }

  async build(tests: readonly TestResult[], overrides: Overrides = {}): Promise<BuiltReports> {
    const built = await this.attempt(tests, overrides);
    if (!built.ok) throw new Error(built.error.map(({ message }) => message).join("\n"));
    return built.value;
  }

  /** What the next build finds in place, read from git's objects. */
  previous({ files }: BuiltReports): PreviousReports {
    const blobs = new Map(files.map(({ path, blob }) => [path, blob]));
    return {
      blobs,
      readText: async (paths) =>
        new Map(paths.map((path) => [path, this.blob(blobs.get(path) ?? "").toString("utf8")])),
    };
  }

  blob(id: string): Buffer {
    return execFileSync("git", ["cat-file", "blob", id], { cwd: this.directory, maxBuffer: 1 << 26 });
  }

  /** Path → text of everything that was built. */
  texts({ files }: BuiltReports): ReadonlyMap<string, string> {
    return new Map(files.map(({ path, blob }) => [path, this.blob(blob).toString("utf8")]));
  }
}

interface Overrides extends Partial<Omit<ReportsInput, "suite" | "results">> {
  readonly maxReportBytes?: number;
  readonly logs?: readonly LogSource[];
  readonly secrets?: SecretSettings;
  readonly normalise?: NormaliseSettings;
  readonly summary?: Suite["summary"];
  readonly steps?: Grouping;
}
