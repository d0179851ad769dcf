import { appendFileSync } from "node:fs";

/** Adds to a file that others add to as well; creates it where it is not there. */
export async function appendToFile(path: string, text: string): Promise<void> {
  appendFileSync(path, text);
}
