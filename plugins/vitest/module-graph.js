// @ts-check

/**
 * What is used here of vitest 3 and 4, and of vite 5 and later.
 * @typedef {{ file?: string | null, importedModules?: Iterable<ModuleNode> }} ModuleNode
 * @typedef {{ idToModuleMap: ReadonlyMap<string, ModuleNode> }} ModuleGraph
 * @typedef {{ moduleGraph: ModuleGraph, environments?: Readonly<Record<string, { moduleGraph: ModuleGraph }>>,
 *   config: { configFile?: string, configFileDependencies?: readonly string[] } }} ViteServer
 * @typedef {{ vite: ViteServer, config: { setupFiles?: string | readonly string[], globalSetup?: string | readonly string[] } }} Project
 * @typedef {{ vite?: ViteServer, projects?: readonly Project[] }} Vitest
 * @typedef {{ moduleId: string, project: Project }} Specification
 * @typedef {{ reads(files: readonly string[]): void, uses(file: string, others: readonly string[]): void }} Observer
 */

/** plugins/node/observer.cjs, where gate had it loaded into this process. */
const OBSERVER = Symbol.for("model-gate.observer");

/**
 * Tells gate which files vitest's test files have come to through vite: the workers get them ready-made, and
 * never open them.
 * @param {Vitest} vitest @param {readonly Specification[]} specifications
 */
export function tellModuleGraph(vitest, specifications) {
  /** @type {Observer | undefined} */
  const observer = Reflect.get(globalThis, OBSERVER);
  if (observer === undefined) return;
  const projects = vitest.projects ?? [];
  for (const server of new Set([vitest.vite, ...projects.map(({ vite }) => vite)])) {
    if (server === undefined) continue;
    observer.reads(configurationOf(server));
    for (const graph of graphsOf(server)) tellGraph(observer, graph);
  }
  for (const { moduleId, project } of specifications) {
    const { setupFiles = [], globalSetup = [] } = project.config;
    observer.uses(moduleId, [moduleId, setupFiles, globalSetup].flat());
  }
}

/** @param {ViteServer} server */
function configurationOf({ config: { configFile, configFileDependencies = [] } }) {
  return configFile === undefined ? configFileDependencies : [configFile, ...configFileDependencies];
}

/** @param {ViteServer} server */
function graphsOf({ environments, moduleGraph }) {
  return environments === undefined
    ? [moduleGraph]
    : Object.values(environments).map((one) => one.moduleGraph);
}

/** @param {Observer} observer @param {ModuleGraph} graph */
function tellGraph(observer, { idToModuleMap }) {
  for (const { file, importedModules = [] } of idToModuleMap.values()) {
    if (!file) continue;
    const imported = Array.from(importedModules, (one) => one.file).filter((one) => typeof one === "string");
    observer.uses(file, imported);
  }
}
