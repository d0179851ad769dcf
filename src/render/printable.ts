/** Controls that move a cursor or colour a screen, and marks that turn the direction of writing. */
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/gu;

/** Names of files and tests are anyone's: none of them may steer the terminal that they are shown on. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
