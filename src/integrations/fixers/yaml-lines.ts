import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { type Members, membersOf } from "../members.ts";
import { nestsTooDeep } from "../yaml-depth.ts";

/** A YAML file as a program reads it, and where in it things stand. */
export interface PlacedYaml {
  readonly content: Members;
  /** 1-based. */
  readonly lineOf: (path: readonly string[]) => number | null;
}

/** Without members where it is not valid. `1.1` is what Python's programs read. */
export function placedYaml(text: string, version: "1.1" | "1.2"): PlacedYaml {
  const lines = new LineCounter();
  const document = parsed(text, version, lines);
  if (document === null) return { content: {}, lineOf: () => null };
  return {
    content: contentOf(document),
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : lines.linePos(offset).line;
    },
  };
}

/** null where it is not valid, or deeper than the parser goes. */
function parsed(text: string, version: "1.1" | "1.2", lineCounter: LineCounter): Document | null {
  if (nestsTooDeep(text)) return null;
  try {
    const document = parseDocument(text, { version, lineCounter });
    return document.errors.length > 0 ? null : document;
  } catch {
    return null;
  }
}

function contentOf(document: Document): Members {
  try {
    return membersOf(document.toJS({ maxAliasCount: 100 }));
  } catch {
    return {};
  }
}

/** Of the key where there is one, of the item otherwise. */
function offsetOf(document: Document, path: readonly string[]): number | null {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1))
    : undefined;
  const node: unknown = pair === undefined ? document.getIn(path, true) : pair.key;
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
