/**
 * The line of a failure's text that says what went wrong: of pytest's, the first one that it marks with `E`, which
 * stands below the source; of others the first one.
 */
export function gistOf(message: string | null): string | null {
  const text = message?.trim() ?? "";
  if (text === "") return null;
  const [, marked] = /^E {2,}(\S.*)$/m.exec(text) ?? [];
  return marked ?? text.split("\n", 1)[0] ?? null;
}
