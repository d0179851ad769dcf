import { isProductionFile } from "./production-files.ts";

/**
 * Tests that reached no production file at all: whatever they check, it is not the product. `reached` is what each
 * test executed or read, by its id; a test that reached nothing has an empty set. In the order of `reached`.
 */
export function patternTests(
  reached: ReadonlyMap<string, Iterable<string>>,
  isProduction: (path: string) => boolean = isProductionFile,
): readonly string[] {
  return [...reached].flatMap(([id, paths]) => (some(paths, isProduction) ? [] : [id]));
}

function some(paths: Iterable<string>, holds: (path: string) => boolean): boolean {
  for (const path of paths) if (holds(path)) return true;
  return false;
}
