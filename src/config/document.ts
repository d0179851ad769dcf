import {
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";

export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** gate.yaml as YAML reads it, before any key is looked at. */
export interface YamlFile {
  /** The node at the top. */
  readonly contents: unknown;
  /** The same as plain values. */
  readonly value: unknown;
  /** Where an offset in the text is. */
  readonly at: (offset: number) => Position;
}

const FILE = "gate.yaml";
const LARGEST = 1 << 20;
const MOST_ALIASES = 100;
/** What a person writes has fewer, and much that gate asks git about is asked for each. */
const MOST_ENTRIES = 1000;

/** Reads the bytes as one YAML document. What YAML would take for something else than was meant is refused. */
export function readYaml(bytes: Uint8Array): Result<YamlFile, readonly Problem[]> {
  const text = decode(bytes);
  if (!text.ok) return err([problem("config-invalid", text.error, { path: FILE, line: 1, column: 1 })]);
  const lines = new LineCounter();
  const document = parseDocument(text.value, {
    lineCounter: lines,
    prettyErrors: false,
    // the library compares each key with each: below it is asked once for all
    uniqueKeys: false,
    logLevel: "error",
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { path: FILE, line, column: col };
  };
  const refuse = (message: string, offset: number) => problem("config-invalid", message, at(offset));
  const [broken] = document.errors;
  if (broken !== undefined) {
    const conflict = text.value.search(CONFLICT_MARKER);
    return err([
      conflict < 0 ? refuse(notYaml(broken.code, broken.message), broken.pos[0]) : refuse(CONFLICT, conflict),
    ]);
  }
  const misread = [
    ...(document.directives?.yaml.explicit ? [refuse(OTHER_YAML, 0)] : []),
    ...document.warnings.map(({ pos: [start, end] }) =>
      refuse(readAsTag(text.value.slice(start, end)), start),
    ),
    ...misreadNodes(document, text.value, refuse),
  ];
  if (misread.length > 0) return err(misread);
  const value = plainValue(document);
  return value.ok
    ? ok({ contents: document.contents, value: value.value, at })
    : err([refuse(value.error, 0)]);
}

function decode(bytes: Uint8Array): Result<string, string> {
  if (bytes.byteLength > LARGEST)
    return err(`larger than 1 MiB (${bytes.byteLength} bytes); this is no configuration.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return err("not UTF-8 text; save the file as UTF-8.");
  }
  if (text.trim() === "") return err("empty; it needs version: 1 and suites.");
  return ok(text);
}

const OTHER_YAML = "a %YAML directive can change what the rest of the file means; take it out.";
const CONFLICT_MARKER = /^<{7} /m;
const CONFLICT = "a merge left its conflict markers here; resolve them, then git add gate.yaml.";

function notYaml(code: string, message: string): string {
  if (code === "MULTIPLE_DOCS")
    return "holds more than one YAML document; everything from this line on is extra.";
  return `not valid YAML: ${message}.`;
}

function readAsTag(written: string): string {
  return `${written} is not in quotes, and YAML takes a word that starts with ! for a tag. Write "${written}".`;
}

type Refuse = (message: string, offset: number) => Problem;

function misreadNodes(document: Document.Parsed, text: string, refuse: Refuse): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Node: (role, node) => {
      const [start, end] = node.range ?? [0, 0];
      if (isAlias(node) && node.resolve(document) === undefined) {
        problems.push(refuse(readAsAlias(text.slice(start, end)), start));
      }
      if (isCollection(node)) problems.push(...entryProblems(node.items, refuse, start));
      if (!isScalar(node)) return;
      const wrong = role === "key" && node.value === "__proto__" ? UNUSABLE_NAME : wrongText(node.value);
      if (wrong !== null) problems.push(refuse(wrong, start));
    },
  });
  return problems;
}

function entryProblems(items: readonly unknown[], refuse: Refuse, start: number): Problem[] {
  if (items.length > MOST_ENTRIES) {
    return [refuse(`${items.length} entries in one place; gate reads at most ${MOST_ENTRIES}.`, start)];
  }
  const seen = new Set<string>();
  return items.flatMap((item) => {
    if (!isPair(item)) return [];
    if (!isScalar(item.key) || item.key.tag !== undefined)
      return [refuse(NO_PLAIN_KEY, offsetOf(item.key) ?? start)];
    const { value, range } = item.key;
    const isKnown = seen.size === seen.add(String(value)).size;
    return isKnown ? [refuse(notYaml("DUPLICATE_KEY", "Map keys must be unique"), range?.[0] ?? start)] : [];
  });
}

/** An alias, a tag or a list for a key could say a second time what another key says already. */
const NO_PLAIN_KEY = "a key has to be plain text.";

const offsetOf = (node: unknown) => (isNode(node) ? node.range?.[0] : undefined);

function readAsAlias(written: string): string {
  return `${written} is not in quotes, and YAML takes a word that starts with * for an alias. Write "${written}".`;
}

/** No key of a plain JavaScript object: it would be dropped without a word. */
const UNUSABLE_NAME = 'the name "__proto__" cannot be used.';

function wrongText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  if (value.includes("\0")) return "a text cannot hold a NUL (\\0).";
  if (/\p{Surrogate}/u.test(value))
    return "a text cannot hold half of a surrogate pair (\\ud800 to \\udfff).";
  return null;
}

function plainValue(document: Document.Parsed): Result<unknown, string> {
  try {
    return ok(document.toJS({ maxAliasCount: MOST_ALIASES }));
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return err(`its aliases stand for more than ${MOST_ALIASES} repetitions; write them out.`);
  }
}
