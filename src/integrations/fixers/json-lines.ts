import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";

/** The line, 1-based, on which a member of a JSON file stands; null where there is none. */
export function jsonLineOf(text: string, path: readonly string[]): number | null {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const value = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
  const member: Node | undefined = value?.parent;
  return member === undefined ? null : text.slice(0, member.offset).split("\n").length;
}
