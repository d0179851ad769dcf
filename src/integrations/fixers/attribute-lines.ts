import { linesOf } from "../lines.ts";

/** An attribute that is taken away, or says nothing of what is committed. */
const HARMLESS = /^(?:[-!]|binary$|(?:diff|merge|linguist-|export-))/;

/** Whether a line of a `.gitattributes` file may have git rewrite what matches, or find fault with it. */
export function setsSomething(line: string): boolean {
  const [pattern = "", ...said] = line.trim().split(/\s+/);
  return !pattern.startsWith("#") && said.some((one) => !HARMLESS.test(one));
}

/** Whether no line does: then git need not be asked which of them holds. */
export function saysNothing(text: string): boolean {
  return !linesOf(text).some(setsSomething);
}
