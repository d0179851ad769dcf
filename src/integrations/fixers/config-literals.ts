/** Commands for a pattern, as code has them written out. */
export interface WrittenEntry {
  /** The key; `*` where the code decides for which files. */
  readonly glob: string;
  readonly commands: readonly string[];
  /** A function makes the commands of the names: they stand in it as `$names`. */
  readonly isFunction: boolean;
  /** 1-based. */
  readonly line: number;
}

type Token =
  | { readonly kind: "text"; readonly value: string; readonly line: number }
  | { readonly kind: "name" | "mark"; readonly value: string; readonly line: number };

/**
 * What a configuration that is code says in plain words: texts and lists of texts for patterns. Nothing is run: of
 * what a function does, only the texts in it are known.
 */
export function entriesOfCode(code: string): readonly WrittenEntry[] {
  const tokens = tokensOf(code);
  const start = startOfConfiguration(tokens);
  if (start === null) return [{ glob: "*", ...asFunction(tokens), line: 1 }];
  const entries: WrittenEntry[] = [];
  for (let at = start + 1; at < tokens.length; ) {
    const [key, colon] = tokens.slice(at, at + 2);
    if (key === undefined || key.value === "}") break;
    const end = endOfValue(tokens, at);
    if (key.kind !== "mark" && colon?.value === ":") {
      entries.push({ glob: key.value, ...commandsIn(tokens.slice(at + 2, end)), line: key.line });
    } else if (key.kind === "text" || key.value === "[" || key.value === ".") {
      entries.push({
        glob: key.kind === "text" ? key.value : "*",
        ...asFunction(tokens.slice(at, end)),
        line: key.line,
      });
    }
    at = end + 1;
  }
  return entries;
}

type Value = Pick<WrittenEntry, "commands" | "isFunction">;

function commandsIn(tokens: readonly Token[]): Value {
  const [first] = tokens;
  const plain = tokens.every(({ kind, value }) => kind === "text" || "[],".includes(value));
  if (plain && (first?.kind === "text" || first?.value === "[")) {
    return { commands: textsIn(tokens), isFunction: false };
  }
  return asFunction(tokens);
}

const textsIn = (tokens: readonly Token[]) =>
  tokens.flatMap(({ kind, value }) => (kind === "text" ? [value] : []));

function asFunction(tokens: readonly Token[]): Value {
  return { commands: textsIn(tokens), isFunction: true };
}

/** Where the object opens that the module exports; null where it exports something else. */
function startOfConfiguration(tokens: readonly Token[]): number | null {
  const values = tokens.map(({ value }) => value);
  const exported = values.findIndex(
    (value, index) =>
      (value === "default" && values[index - 1] === "export") ||
      (value === "=" && values[index - 1] === "exports" && values[index - 2] === "."),
  );
  if (exported === -1) return null;
  const next = values[exported + 1];
  if (next === "{") return exported + 1;
  if (values[exported + 2] === "(" && values[exported + 3] === "{") return exported + 3;
  const declared = values.findIndex(
    (value, index) => value === next && /^(?:const|let|var)$/.test(values[index - 1] ?? ""),
  );
  const assigned = declared === -1 ? -1 : values.indexOf("=", declared);
  return assigned !== -1 && values[assigned + 1] === "{" ? assigned + 1 : null;
}

/** The comma behind a member, or the brace that closes the object. */
function endOfValue(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const { kind, value = "" } = tokens[at] ?? { kind: "mark" };
    if (kind !== "mark") continue;
    if (depth === 0 && (value === "," || value === "}")) return at;
    if ("([{".includes(value)) depth += 1;
    else if (")]}".includes(value)) depth -= 1;
  }
  return tokens.length;
}

const PIECES =
  /(\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|([\w$]+)|([\s\S])/g;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;

function tokensOf(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  PIECES.lastIndex = 0;
  for (let found = PIECES.exec(code); found !== null; found = PIECES.exec(code)) {
    const [piece, blank, quoted, name] = found;
    if (piece === "/" && skipsPattern(code, found.index, tokens.at(-1))) continue;
    const end = piece === "`" ? endOfTemplate(code, found.index + 1) : PIECES.lastIndex;
    PIECES.lastIndex = end;
    const whole = code.slice(found.index, end);
    if (piece === "`") tokens.push({ kind: "text", value: withoutValues(whole.slice(1, -1)), line });
    else if (quoted !== undefined) tokens.push({ kind: "text", value: unescaped(quoted.slice(1, -1)), line });
    else if (blank === undefined)
      tokens.push({ kind: name === undefined ? "mark" : "name", value: piece, line });
    line += whole.split("\n").length - 1;
  }
  return tokens;
}

/** A slash that divides nothing begins a regular expression. */
function skipsPattern(code: string, start: number, before: Token | undefined): boolean {
  const divides = before !== undefined && (before.kind !== "mark" || ")]}".includes(before.value));
  REGULAR_EXPRESSION.lastIndex = start;
  const found = divides ? null : REGULAR_EXPRESSION.exec(code);
  if (found !== null) PIECES.lastIndex = start + found[0].length;
  return found !== null;
}

/** Nobody writes templates that stand in each other deeper than this. */
const MOST_TEMPLATES_DEEP = 20;

/** Behind the backtick that closes; templates stand in templates. */
function endOfTemplate(code: string, start: number, deep = 0): number {
  let at = start;
  while (at < code.length && code[at] !== "`") {
    if (code.startsWith("${", at)) at = endOfValueIn(code, at + 2, deep);
    else at += code[at] === "\\" ? 2 : 1;
  }
  return Math.min(at + 1, code.length);
}

/** Behind the brace that closes what a template has put into it. */
function endOfValueIn(code: string, start: number, deep = 0): number {
  if (deep > MOST_TEMPLATES_DEEP) return code.length;
  let depth = 1;
  let at = start;
  while (at < code.length && depth > 0) {
    if (code[at] === "{") depth += 1;
    if (code[at] === "}") depth -= 1;
    at = code[at] === "`" ? endOfTemplate(code, at + 1, deep + 1) : at + 1;
  }
  return at;
}

/** What a template puts in when it runs are names, as far as is known. */
function withoutValues(template: string): string {
  let text = "";
  for (let at = 0; at < template.length; ) {
    const value = template.startsWith("${", at);
    const end = value ? endOfValueIn(template, at + 2) : at + (template[at] === "\\" ? 2 : 1);
    text += value ? "$names" : unescaped(template.slice(at, end));
    at = end;
  }
  return text;
}

const unescaped = (text: string) =>
  text.replace(/\\([\s\S])/g, (_whole, mark: string) => ({ n: "\n", t: "\t" })[mark] ?? mark);
