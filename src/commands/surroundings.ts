import type { Surroundings } from "../recording/request.ts";
import type { Announce } from "../recording/settle-suite.ts";
import type { Context } from "./context.ts";

export function surroundingsOf(context: Context): Surroundings {
  const { environment, pluginsDirectory, openSuiteOutput, abort, now, say, ask, openScreen } = context;
  return { environment, pluginsDirectory, openSuiteOutput, abort, now, say, ask, openScreen };
}

export function announceTo(context: Context): Announce {
  return ({ suite, command, why }) => context.say(`gate  ${suite}: ${why}. Running: ${command}`);
}

/** How a command waits for another gate in the same worktree. */
export function waitingOf(context: Context) {
  const { say, abort, now } = context;
  return { patienceMs: 10_000, say, abort, now };
}
