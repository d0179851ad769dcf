/** Nothing may change a report on its way into git or out of it; a forge folds them in its diffs. */
export const WANTED: ReadonlyMap<string, string> = new Map([
  ["text", "unset"],
  ["filter", "unset"],
  ["ident", "unset"],
  ["working-tree-encoding", "unset"],
  ["whitespace", "unset"],
  ["linguist-generated", "set"],
]);

/** The reports' line in the .gitattributes that `directory` is relative to. */
export function attributesLine(directory: string): string {
  const glob = `${directory.replace(/[\\*?[]/g, "\\$&")}/**`;
  const plain = /^[\w./@%+=:,*-]+$/.test(glob) && !glob.startsWith("-");
  const pattern = plain ? glob : `"${glob.replace(/[\\"]/g, "\\$&")}"`;
  return `${pattern} -text -filter -ident -working-tree-encoding -whitespace linguist-generated`;
}
