import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideStale, type EvidencePlace, type FactsWithoutEvidence } from "../../../src/decision/decide.ts";

const DUE: FactsWithoutEvidence = {
  elsewhere: null,
  sameAsHead: false,
  onStale: "auto",
  commitBudgetMs: 300_000,
  lastDurationMs: null,
  gpu: "none",
  gpuMissing: null,
  unsignable: null,
  insideFramework: false,
};
const NO_GPU = { gpu: "required", gpuMissing: "nvidia-smi not found" } as const;

const RUN = { kind: "run" } as const;
const BLOCKED = { kind: "blocked" } as const;
const pending = (because: string, more: object = {}) => ({ kind: "pending", reason: { because, ...more } });

describe("a stale suite at a commit", () => {
  const table: readonly (readonly [string, Partial<FactsWithoutEvidence>, object])[] = [
    ["runs where nothing speaks against it", {}, RUN],
    [
      "is not this commit's matter where HEAD has the same inputs",
      { sameAsHead: true },
      pending("unchanged-since-head"),
    ],
    [
      "is not blocked where HEAD has the same inputs",
      { sameAsHead: true, onStale: "block" },
      pending("unchanged-since-head"),
    ],
    ["is blocked where the suite says so", { onStale: "block" }, BLOCKED],
    ["is blocked inside the framework too", { onStale: "block", insideFramework: true }, BLOCKED],
    ["is left pending where the suite says so", { onStale: "pending" }, pending("configured")],
    ["is left pending inside the framework", { insideFramework: true }, pending("inside-framework")],
    [
      "is left pending inside the framework even if it should run",
      { insideFramework: true, onStale: "run" },
      pending("inside-framework"),
    ],
    [
      "is left pending without the GPU it needs",
      NO_GPU,
      pending("no-gpu", { detail: "nvidia-smi not found" }),
    ],
    [
      "is left pending without a key to sign with, even if it should run",
      { unsignable: "there is no key", onStale: "run" },
      pending("cannot-sign", { detail: "there is no key" }),
    ],
    [
      "is left pending without the GPU it needs even if it should run",
      { ...NO_GPU, onStale: "run" },
      pending("no-gpu", { detail: "nvidia-smi not found" }),
    ],
    ["runs with the GPU it needs", { gpu: "required" }, RUN],
    ["runs without a GPU it does not need", { gpu: "optional", gpuMissing: "nvidia-smi not found" }, RUN],
    ["runs within the budget", { lastDurationMs: 300_000 }, RUN],
    [
      "is left pending above the budget",
      { lastDurationMs: 300_001 },
      pending("over-budget", { lastDurationMs: 300_001, commitBudgetMs: 300_000 }),
    ],
    ["runs above the budget if it should", { lastDurationMs: 9_999_999, onStale: "run" }, RUN],
    [
      "is left pending where a commit waits for nothing",
      { lastDurationMs: 1, commitBudgetMs: 0 },
      pending("over-budget", { lastDurationMs: 1, commitBudgetMs: 0 }),
    ],
    ["runs where nobody knows how long it takes", { lastDurationMs: null, commitBudgetMs: 0 }, RUN],
  ];

  it.each(table)("%s", (_what, facts, decision) => {
    expect(decideStale({ ...DUE, ...facts })).toEqual(decision);
  });

  const places: readonly EvidencePlace[] = [
    { in: "store", tree: "1".repeat(40) },
    { in: "history", tree: "1".repeat(40), commit: "2".repeat(40) },
  ];
  it.each(places)("takes evidence from the $in, whatever else is true", (elsewhere) => {
    expect(decideStale({ elsewhere })).toEqual({ kind: "reuse", evidence: elsewhere });
  });
});

const duration = fc.integer({ min: 0, max: 10_000_000 });
const facts: fc.Arbitrary<FactsWithoutEvidence> = fc.record({
  elsewhere: fc.constant(null),
  sameAsHead: fc.boolean(),
  onStale: fc.constantFrom("auto", "run", "pending", "block"),
  commitBudgetMs: duration,
  lastDurationMs: fc.option(duration),
  gpu: fc.constantFrom("required", "optional", "none"),
  gpuMissing: fc.option(fc.constant("nvidia-smi not found")),
  unsignable: fc.option(fc.constant("there is no key")),
  insideFramework: fc.boolean(),
});
const always = (holds: (known: FactsWithoutEvidence, kind: string) => boolean) =>
  fc.assert(
    fc.property(facts, (known) => holds(known, decideStale(known).kind)),
    { numRuns: 2000 },
  );

describe("without evidence, whatever the facts", () => {
  it("nothing is reused", () => {
    always((_known, kind) => kind !== "reuse");
  });

  it("nothing runs inside the framework", () => {
    always(({ insideFramework }, kind) => !insideFramework || kind !== "run");
  });

  it("nothing runs without the GPU it requires", () => {
    always(({ gpu, gpuMissing }, kind) => gpu !== "required" || gpuMissing === null || kind !== "run");
  });

  it("nothing runs whose evidence could not be signed", () => {
    always(({ unsignable }, kind) => unsignable === null || kind !== "run");
  });

  it("nothing runs or is blocked for a commit that does not change the inputs", () => {
    always(({ sameAsHead }, kind) => !sameAsHead || (kind !== "run" && kind !== "blocked"));
  });

  it("nothing is blocked that the suite does not block", () => {
    always(({ onStale }, kind) => kind !== "blocked" || onStale === "block");
  });

  it("nothing runs that the suite leaves to a person", () => {
    always(({ onStale }, kind) => (onStale !== "pending" && onStale !== "block") || kind !== "run");
  });

  it("more time for a commit never turns a run into a wait", () => {
    fc.assert(
      fc.property(facts, duration, (known, more) => {
        const patient = { ...known, commitBudgetMs: known.commitBudgetMs + more };
        return decideStale(known).kind !== "run" || decideStale(patient).kind === "run";
      }),
    );
  });
});
