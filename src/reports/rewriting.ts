/**
 * One replacement of the text pipeline. For a stream to give the same text however it is cut, the pattern
 * matches within one line, spans less than MAX_SPAN characters with what it looks ahead at, and looks behind
 * at less than MAX_CONTEXT.
 */
export interface Rewrite {
  /** Global. */
  readonly pattern: RegExp;
  /** May hold `$1` and `$2`; a function is given the match and its groups. */
  readonly to: string | ((match: string, ...groups: readonly (string | undefined)[]) => string);
  /** Where one of these is not found, `pattern` cannot match either. Only there for speed; none is global. */
  readonly needs?: readonly (string | RegExp)[];
}

const MAX_SPAN = 1024;
const MAX_CONTEXT = 256;
/** Lines longer than this are worked on in windows. */
export const LONG_LINE = 64 * 1024;

/** Applies the rewrites in order to a text of whole lines. */
export function rewriteAll(text: string, rewrites: readonly Rewrite[]): string {
  let current = text;
  for (const { pattern, to, needs } of rewrites) {
    if (needs !== undefined && !hasAll(current, needs)) continue;
    current = typeof to === "string" ? current.replace(pattern, to) : current.replace(pattern, to);
  }
  return current;
}

function hasAll(text: string, needs: readonly (string | RegExp)[]): boolean {
  return needs.every((need) => (typeof need === "string" ? text.includes(need) : need.test(text)));
}

export interface TextStage {
  push(text: string): string;
  /** What was held back. */
  end(): string;
}

/** Rewrites a stream of text with bounded memory: whole lines at once, long lines in sliding windows. */
export class RewritingStage implements TextStage {
  readonly #rewrites: readonly Rewrite[];
  readonly #windows: readonly SlidingRewrite[];
  #held = "";
  #inLongLine = false;

  constructor(rewrites: readonly Rewrite[]) {
    this.#rewrites = rewrites;
    this.#windows = rewrites.map((rewrite) => new SlidingRewrite(rewrite));
  }

  push(text: string): string {
    const pending = this.#held + text;
    const lines = pending.lastIndexOf("\n") + 1;
    const done = lines === 0 ? "" : this.#wholeLines(pending.slice(0, lines));
    this.#held = pending.slice(lines);
    if (this.#held.length <= LONG_LINE) return done;
    this.#inLongLine = true;
    const window = this.#held;
    this.#held = "";
    return done + this.#slide(window, false);
  }

  end(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#wholeLines(rest);
  }

  #wholeLines(text: string): string {
    if (!this.#inLongLine) return rewriteAll(text, this.#rewrites);
    this.#inLongLine = false;
    const first = text.indexOf("\n") + 1 || text.length;
    return this.#slide(text.slice(0, first), true) + rewriteAll(text.slice(first), this.#rewrites);
  }

  #slide(text: string, last: boolean): string {
    return this.#windows.reduce((current, window) => window.push(current, last), text);
  }
}

/** One rewrite over one line that comes in pieces; gives what the whole line at once would give. */
class SlidingRewrite {
  readonly #rewrite: Rewrite;
  /** `#buffer` up to `#from` is context that is already written. */
  #buffer = "";
  #from = 0;

  constructor(rewrite: Rewrite) {
    this.#rewrite = rewrite;
  }

  push(text: string, last: boolean): string {
    const buffer = this.#buffer + text;
    const settled = last ? buffer.length : Math.max(this.#from, buffer.length - MAX_SPAN);
    const { written, end } = this.#rewriteUpTo(buffer, settled, last);
    const context = last ? buffer.length : Math.max(0, end - MAX_CONTEXT);
    this.#buffer = buffer.slice(context);
    this.#from = last ? 0 : end - context;
    return written;
  }

  /** A match that starts before `settled` cannot change with what is still to come. */
  #rewriteUpTo(buffer: string, settled: number, last: boolean) {
    const { pattern, to } = this.#rewrite;
    let written = "";
    let end = this.#from;
    pattern.lastIndex = end;
    for (let match = pattern.exec(buffer); match !== null; match = pattern.exec(buffer)) {
      if (match.index >= settled && !last) break;
      written += buffer.slice(end, match.index) + expand(match, to);
      end = match.index + match[0].length;
    }
    pattern.lastIndex = 0;
    if (end < settled) written += buffer.slice(end, settled);
    return { written, end: Math.max(end, settled) };
  }
}

function expand(match: RegExpExecArray, to: Rewrite["to"]): string {
  if (typeof to === "function") return to(match[0], ...match.slice(1));
  return to.replace(/\$([12])/g, (_, group: string) => match[Number(group)] ?? "");
}
