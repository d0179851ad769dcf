/** Kept by Python beside the sources that it was made of, and made anew when these change. */
export function isCachedBytecode(path: string): boolean {
  return /(?:^|\/)__pycache__\//.test(path);
}

/**
 * Whether an untracked file is only what Python made of a tracked one. Bytecode without its source is not: Python
 * would run it.
 */
export function isMadeOfSource(path: string, tracked: ReadonlySet<string>): boolean {
  if (isCachedBytecode(path)) return true;
  const [, stem] = /^(.*)\.py[co]$/s.exec(path) ?? [];
  return stem !== undefined && tracked.has(`${stem}.py`);
}
