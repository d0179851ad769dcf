import type { Problem } from "../problem.ts";
import type { SessionAccount } from "../sessions/account.ts";
import type { ListedSession } from "../sessions/session-list.ts";

/** What `gate sessions --json` prints. */
export interface SessionsDocument {
  readonly schema: "gate/sessions@1";
  /** The suite that was asked for; null: every one. */
  readonly suite: string | null;
  /** Newest first. */
  readonly sessions: readonly ListedSession[];
  readonly problems: readonly Problem[];
}

/** What `gate sessions show --json` prints. */
export interface SessionDocument {
  readonly schema: "gate/session-account@1";
  /** null where there is no such session. */
  readonly session: SessionAccount | null;
  /** Relative to the top level; null where there is no such session. */
  readonly path: string | null;
  readonly problems: readonly Problem[];
}
