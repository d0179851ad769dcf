import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Service } from "../../src/config/configuration.ts";
import { executeAmongServices } from "../../src/recording/services.ts";

const SERVICE: Service = {
  name: "llm",
  run: "while ! rm die 2>/dev/null; do sleep 0.05; done; exit 3",
  port: null,
  ready: { by: "start" },
  env: {},
  model: null,
  domain: null,
  replace: false,
  timeoutMs: 20_000,
};

it("a service that died is how the suite ended, also where somebody interrupts once it has passed", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "gate-service-deaths-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const person = new AbortController();
  const now = () => new Date("2026-02-13T14:27:22Z");
  const needs = {
    suite: { name: "model-tests", services: [SERVICE] },
    cwd,
    surroundings: { environment: { PATH: process.env.PATH ?? "" }, abort: person.signal, now },
    variables: {},
    session: { name: "RUN_20260213_142722", directory: cwd },
    mark: crypto.randomUUID(),
    changed: () => undefined,
  };
  const { execution } = await executeAmongServices(needs, async ({ abort }) => {
    writeFileSync(join(cwd, "die"), "");
    if (!abort.aborted) await once(abort, "abort");
    person.abort();
    return {
      end: { kind: "exited", code: 0 },
      startedAt: now().toISOString(),
      endedAt: now().toISOString(),
      durationMs: 0,
      leftBehind: [],
      outOfMemory: null,
      outputProblem: null,
    };
  });
  expect(execution.end).toMatchObject({ kind: "service-failed", when: "running" });
});
