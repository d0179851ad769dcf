import { listProcessIds, readKernelFile } from "../files/kernel.ts";

/**
 * Which of these marks some process has as the value of a variable of its environment. null where the system does
 * not tell (no /proc).
 */
export function marksInUse(marks: readonly string[]): ReadonlySet<string> | null {
  const ids = listProcessIds();
  if (ids === null) return null;
  const found = new Set<string>();
  for (const pid of marks.length === 0 ? [] : ids) {
    const environment = readKernelFile(`/proc/${pid}/environ`)?.toString("latin1") ?? "";
    for (const mark of marks) if (`${environment}\0`.includes(`=${mark}\0`)) found.add(mark);
  }
  return found;
}
