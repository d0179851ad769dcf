/** Whether a text is on one line, and has nothing in it that would steer what shows it. */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}
