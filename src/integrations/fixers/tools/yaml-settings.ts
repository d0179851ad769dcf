import { readYaml } from "../../yaml-insert.ts";
import { readOrNull } from "./settings.ts";

/** What a settings file says; null where it is none. */
export function yamlIn(text: string | null): unknown {
  return text === null ? null : readOrNull(() => readYaml(text));
}
