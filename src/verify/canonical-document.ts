import { Members, Unexpected } from "../reports/members.ts";
import { err, ok, type Result } from "../result.ts";

/** Reads a signed document of ours: one schema, no member besides, and no byte in another place. */
export function parseCanonical<T>(
  bytes: Uint8Array,
  schema: string,
  serialise: (value: T) => string,
  read: (members: Members) => T,
): Result<T, string> {
  let value: T;
  try {
    const members = new Members(
      JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)),
      "",
    );
    const found = members.text("schema");
    if (found !== schema) throw new Unexpected(`its schema is ${found}; this gate reads ${schema}`);
    value = read(members);
    members.end();
  } catch (error) {
    if (error instanceof Unexpected) return err(error.message);
    if (error instanceof SyntaxError) return err("it is not JSON");
    if (error instanceof TypeError) return err("it is not UTF-8");
    throw error;
  }
  return Buffer.from(serialise(value)).equals(bytes) ? ok(value) : err("it is not in the form gate writes");
}

export function isWritten(text: string): boolean {
  return text.trim() !== "";
}

/** RFC 3339 in UTC, to the second, of a day that there is. */
export function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    timeText(new Date(text)) === text
  );
}

export function timeText(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
