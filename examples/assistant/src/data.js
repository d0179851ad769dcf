import { readFileSync } from "node:fs";

/**
 * Reads one of the tables that decide how the assistant behaves.
 * @param {string} name such as "thresholds"
 */
export function table(name) {
  return JSON.parse(readFileSync(new URL(`../data/${name}.json`, import.meta.url), "utf8"));
}
