import {
  type Document,
  type DocumentOptions,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
} from "yaml";
import { type Members, membersOf } from "../members.ts";
import { nestsTooDeep } from "../yaml-depth.ts";

/** A YAML file as a program reads it, and where in it things stand. */
export interface PlacedYaml {
  readonly content: Members;
  /** 1-based. */
  readonly lineOf: (path: readonly string[]) => number | null;
}

/** Who reads it: in Python's programs the last of two keys holds, and in Go's `<<` brings in what it names, too. */
export type YamlReader = "python" | "go" | "node";

const OPTIONS: Readonly<Record<YamlReader, DocumentOptions & ParseOptions & SchemaOptions>> = {
  python: { version: "1.1", uniqueKeys: false },
  go: { version: "1.2", merge: true },
  node: { version: "1.2" },
};

/** Without members where it is not valid. */
export function placedYaml(text: string, reader: YamlReader): PlacedYaml {
  const lines = new LineCounter();
  const document = parsed(text, reader, lines);
  if (document === null) return { content: {}, lineOf: () => null };
  return {
    content: contentOf(document),
    lineOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : lines.linePos(offset).line;
    },
  };
}

export function isValidYaml(text: string, reader: YamlReader): boolean {
  return parsed(text, reader, new LineCounter()) !== null;
}

/** null where it is not valid, or deeper than the parser goes. */
function parsed(text: string, reader: YamlReader, lineCounter: LineCounter): Document | null {
  if (nestsTooDeep(text)) return null;
  try {
    const document = parseDocument(text, { ...OPTIONS[reader], lineCounter });
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
