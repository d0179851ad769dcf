import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a source file into the project, never over one that is there.
 * @param {{ path: string, source: string }} args
 * @param {string} projectDir
 * @returns {{ ok: true, value: { bytes: number } } | { ok: false, problem: string }}
 */
export function writeSource({ path, source }, projectDir) {
  try {
    writeFileSync(join(projectDir, path), source, { flag: "wx" });
  } catch (error) {
    if (error.code === "EEXIST") return { ok: false, problem: `${path} exists already` };
    throw error;
  }
  return { ok: true, value: { bytes: Buffer.byteLength(source) } };
}
