import type { Suite } from "../../config/configuration.ts";
import { OPEN_GUARD, type SecretGuard } from "./guard.ts";

/** The guard that a suite asks for. `session` is the one to go on with once a refusal's cause is gone. */
export async function secretGuard(suite: Suite, session: string): Promise<SecretGuard> {
  if (suite.secrets.mode === "off") return OPEN_GUARD;
  const { SearchingGuard } = await import("./searching-guard.ts");
  return new SearchingGuard(suite, suite.secrets, session);
}
