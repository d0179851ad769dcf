/** A directory of objects as git reads it in a list, where a colon or a line end would be the end of it. */
export function listedPath(path: string): string {
  if (!/[:"\n]/.test(path)) return path;
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
