/** One line of an ignore file that is a rule, as git reads it. */
export interface RuleLine {
  /** 1-based. */
  readonly line: number;
  /** As it stands in the file, without the line's end. */
  readonly written: string;
  /** What git takes of it: blanks at the end are gone unless they are escaped. */
  readonly pattern: string;
  readonly negated: boolean;
  /** The comment above it and above the rules between, up to an empty line, without `#`. */
  readonly comment: string;
}

/** git takes one carriage return off each line, and a byte-order mark off the file. */
export function ruleLines(text: string): readonly RuleLine[] {
  const rules: RuleLine[] = [];
  let comments: string[] = [];
  let afterRule = false;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const written = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const pattern = withoutBlanks(written);
    if (written.startsWith("#")) {
      comments = [...(afterRule ? [] : comments), written.replace(/^#+\s*/, "")];
      afterRule = false;
    } else if (pattern === "") comments = [];
    else {
      const negated = pattern.startsWith("!");
      rules.push({ line: index + 1, written, pattern, negated, comment: comments.join(" ") });
      afterRule = true;
    }
  }
  return rules;
}

/** Blanks at the end; one that a backslash protects ends the search, and so does a backslash at the very end. */
function withoutBlanks(line: string): string {
  let end: number | null = null;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === " ") end ??= at;
    else {
      end = null;
      if (line[at] === "\\") at += 1;
      if (at >= line.length) return line;
    }
  }
  return end === null ? line : line.slice(0, end);
}
