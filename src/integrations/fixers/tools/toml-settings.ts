import { parse } from "smol-toml";
import { readOrNull, withoutMark } from "./settings.ts";

/** What a settings file says; null where it is none. */
export function tomlIn(text: string | null): unknown {
  return readOrNull(() => parse(withoutMark(text ?? "")));
}
