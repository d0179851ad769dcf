/** Kept by Python beside the sources that it was made of, and made anew when these change. */
export function isCachedBytecode(path: string): boolean {
  return /(?:^|\/)__pycache__\//.test(path);
}

/** Bytecode that Python would run by itself, were the source of that name not there. */
export function isLooseBytecode(path: string): boolean {
  return /\.py[co]$/.test(path) && !isCachedBytecode(path);
}

/**
 * Whether an untracked file is only what Python made of a tracked one. Bytecode without its source is not: Python
 * would run it.
 */
export function isMadeOfSource(path: string, tracked: ReadonlySet<string>): boolean {
  return isCachedBytecode(path) || (isLooseBytecode(path) && tracked.has(path.slice(0, -1)));
}
