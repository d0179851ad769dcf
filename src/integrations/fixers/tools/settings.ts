import { listOf, membersOf } from "../../members.ts";

/** Follows names into a map of maps; undefined where one of them is missing. */
export function memberAt(content: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((inner, name) => membersOf(inner)[name], content);
}

/** A list of texts, or the one text that stands for such a list. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return listOf(value).filter((one) => typeof one === "string");
}

/** The parsers throw where a stranger's file is wrong, or goes deeper than they can. */
export function readOrNull(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

export const withoutMark = (text: string) => text.replace(/^\uFEFF/, "");
