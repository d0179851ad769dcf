// @ts-check
import { DistinctIds, portablePath, testId } from "../test-ids.js";

/**
 * What a vitest task, as the worker and the reporter both know it, offers for an id.
 * @typedef {{ id: string, name: string, type: string, tasks?: Task[], suite?: Task, filepath?: string, projectName?: string }} Task
 */

/** `test/a.test.ts`, with the project's name where there is one: two projects may run the same file. */
/** @param {string} filepath @param {string | undefined} project */
export function moduleId(filepath, project) {
  const path = portablePath(filepath);
  return project === undefined || project === "" ? path : `${path} [${project}]`;
}

/**
 * The id of every test of a file, by vitest's own id of the task.
 * @param {Task} file
 * @returns {Map<string, string>}
 */
export function idsOfFile(file) {
  const module = moduleId(file.filepath ?? file.name, file.projectName);
  const distinct = new DistinctIds();
  /** @type {Map<string, string>} */
  const ids = new Map();
  /** @param {Task} task @param {readonly string[]} names */
  const visit = (task, names) => {
    const path = [...names, task.name];
    if (task.type === "suite") for (const child of task.tasks ?? []) visit(child, path);
    else ids.set(task.id, distinct.next(testId(module, path)));
  };
  for (const task of file.tasks ?? []) visit(task, []);
  return ids;
}
