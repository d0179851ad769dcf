// @ts-check
import { clip, nodeEnvironment, ReporterEvents } from "../event-writer.js";
import { DistinctIds, portablePath, testId } from "../test-ids.js";
import { tellModuleGraph } from "./module-graph.js";
import { moduleId } from "./task-ids.js";

/**
 * The parts of vitest's reported tasks that are used here; the same in vitest 3 and 4.
 * @typedef {{ message?: string }} Failure
 * @typedef {{ name: string, moduleId: string, project: { name?: string }, children: { allTests(): Iterable<Case> }, errors(): readonly Failure[], state(): string }} Module
 * @typedef {{ name: string, fullName: string, module: Module, errors(): readonly Failure[] }} Suite
 * @typedef {{ type: string, name: string, parent: Parent }} Parent
 * @typedef {{ id: string, name: string, module: Module, parent: Parent, tags?: readonly string[], options: { fails?: boolean, mode?: string },
 *   result(): { state: string, errors?: readonly Failure[], note?: string },
 *   diagnostic(): { duration?: number, flaky?: boolean } | undefined }} Case
 */

/** A reporter for vitest 3 and 4 that tells gate what ran. It prints nothing: put it beside another one. */
export default class GateReporter {
  /** @type {ReporterEvents | null} */ #events = null;
  /** @type {RegExp | null} */ #pattern = null;
  /** Vitest's ids of tests to ours. @type {Map<string, { id: string, name: string, file: string }>} */ #tests =
    new Map();
  /** @type {Set<string>} */ #started = new Set();
  /** Files that were asked for and have not ended. @type {Map<string, { id: string, name: string, file: string }>} */ #awaited =
    new Map();
  #errorIds = new DistinctIds();
  #ended = 0;
  /** @type {import("./module-graph.js").Vitest} */ #vitest = {};
  /** @type {readonly import("./module-graph.js").Specification[]} */ #specifications = [];

  /** @param {{ version: string, config: { testNamePattern?: RegExp } } & import("./module-graph.js").Vitest} vitest */
  onInit(vitest) {
    this.#vitest = vitest;
    this.#events = new ReporterEvents({ name: "vitest", version: vitest.version });
    this.#events.write(nodeEnvironment());
    this.#pattern = vitest.config.testNamePattern ?? null;
  }

  /** @param {readonly (import("./module-graph.js").Specification & { project: { name?: string } })[]} specifications */
  onTestRunStart(specifications) {
    this.#specifications = specifications;
    for (const { moduleId: path, project } of specifications) {
      const id = moduleId(path, project.name);
      this.#awaited.set(id, { id, name: id, file: portablePath(path) });
    }
  }

  /** @param {Module} module */
  onTestModuleCollected(module) {
    const file = portablePath(module.moduleId);
    const distinct = new DistinctIds();
    const tests = [];
    for (const test of module.children.allTests()) {
      const id = distinct.next(testId(moduleId(module.moduleId, module.project.name), namesOf(test)));
      if (this.#isLeftOut(test)) continue;
      const known = { id, name: test.name, file, ...markersOf(test) };
      this.#tests.set(test.id, known);
      tests.push(known);
    }
    if (tests.length > 0) this.#events?.write({ type: "plan", tests });
  }

  /** @param {Case} test */
  onTestCaseReady(test) {
    const known = this.#tests.get(test.id);
    if (known === undefined || this.#started.has(known.id)) return;
    this.#started.add(known.id);
    this.#events?.write({ type: "test-start", ...known });
  }

  /** @param {Case} test */
  onTestCaseResult(test) {
    const known = this.#tests.get(test.id);
    if (known === undefined) return;
    this.onTestCaseReady(test);
    const duration = (test.diagnostic()?.duration ?? 0) / 1000;
    this.#events?.write({ type: "test-end", id: known.id, ...endingOf(test), duration, properties: {} });
    this.#ended++;
  }

  /** @param {Suite} suite */
  onTestSuiteResult(suite) {
    const module = moduleId(suite.module.moduleId, suite.module.project.name);
    const file = portablePath(suite.module.moduleId);
    this.#reportErrors(`${module}::${suite.fullName}`, suite.name, file, suite.errors());
  }

  /** @param {Module} module */
  onTestModuleEnd(module) {
    const id = moduleId(module.moduleId, module.project.name);
    this.#awaited.delete(id);
    this.#reportErrors(id, id, portablePath(module.moduleId), module.errors());
  }

  /** @param {readonly Module[]} modules @param {readonly Failure[]} unhandled @param {string} reason */
  onTestRunEnd(modules, unhandled, reason) {
    for (const module of modules) {
      // vitest 3 does not tell the end of a file that could not be loaded.
      const isOpen = this.#awaited.has(moduleId(module.moduleId, module.project.name));
      if (isOpen && module.errors().length > 0) this.onTestModuleEnd(module);
    }
    this.#reportErrors("vitest::unhandled error", "unhandled error", null, unhandled);
    // What was asked for and never ended: gate must miss it.
    if (this.#awaited.size > 0) this.#events?.write({ type: "plan", tests: [...this.#awaited.values()] });
    if (reason === "interrupted") return;
    tellModuleGraph(this.#vitest, this.#specifications);
    this.#events?.write({ type: "end", tests: this.#ended });
  }

  /** @param {string} base @param {string} name @param {string | null} file @param {readonly Failure[]} errors */
  #reportErrors(base, name, file, errors) {
    if (errors.length === 0) return;
    const id = this.#errorIds.next(base);
    const message = messages(errors);
    this.#events?.write({ type: "test-start", id, name, file });
    this.#events?.write({ type: "test-end", id, outcome: "error", message, duration: 0, properties: {} });
    this.#ended++;
  }

  /** `-t pattern`: vitest calls the others skipped, but nobody asked for them. @param {Case} test */
  #isLeftOut(test) {
    return this.#pattern !== null && namesOf(test).join(" ").search(this.#pattern) < 0;
  }
}

/** vitest 4.1 has tags. @param {Case} test */
function markersOf({ tags = [] }) {
  const some = tags.filter((tag) => tag.length <= 200).slice(0, 50);
  return some.length === 0 ? {} : { markers: Object.fromEntries(some.map((tag) => [tag, "true"])) };
}

/** @param {Case} test */
function namesOf(test) {
  const names = [test.name];
  for (let { parent } = test; parent.type === "suite"; parent = parent.parent) names.unshift(parent.name);
  return names;
}

/** @param {Case} test @returns {{ outcome: string, message: string | null }} */
function endingOf(test) {
  const result = test.result();
  const message = messages(result.errors ?? []);
  switch (result.state) {
    case "passed":
      if (test.options.fails) return { outcome: "xfailed", message };
      return { outcome: test.diagnostic()?.flaky ? "flaky" : "passed", message };
    case "skipped":
      return { outcome: "skipped", message: result.note ?? (test.options.mode === "todo" ? "todo" : null) };
    case "failed":
      return { outcome: "failed", message: message ?? "failed without saying why" };
    default:
      return { outcome: "error", message: `vitest left it ${result.state}` };
  }
}

/** @param {readonly Failure[]} errors */
function messages(errors) {
  return errors.length === 0 ? null : clip(errors.map((error) => error.message ?? String(error)).join("\n"));
}
