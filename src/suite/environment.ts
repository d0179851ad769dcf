import { ARTIFACTS_VARIABLE, EVENTS_VARIABLE, ROOT_VARIABLE, SESSION_VARIABLE } from "../protocol.ts";

interface SuiteVariables {
  /** The directory for events, absolute. */
  readonly events: string;
  /** The directory for artifacts, absolute. */
  readonly artifacts: string;
  /** The repository's top level, absolute: test ids are relative to it. */
  readonly root: string;
  readonly sessionId: string;
  /** The suite's own `env` from gate.yaml, which wins over what was inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Who the user is, how the user talks to servers and where the user's settings are. Every other GIT_* variable
 * belongs to one repository or one call of git (`git rev-parse --local-env-vars`: GIT_DIR, GIT_INDEX_FILE,
 * GIT_CONFIG_PARAMETERS and more with every version), and would turn a suite's git against the repository
 * that is being committed to.
 */
const USERS_GIT_VARIABLES: ReadonlySet<string> = new Set([
  "GIT_ASKPASS",
  "GIT_AUTHOR_EMAIL",
  "GIT_AUTHOR_NAME",
  "GIT_CEILING_DIRECTORIES",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_SYSTEM",
  "GIT_HTTP_PROXY_AUTHMETHOD",
  "GIT_HTTP_USER_AGENT",
  "GIT_PROXY_COMMAND",
  "GIT_PROXY_SSL_CAINFO",
  "GIT_PROXY_SSL_CERT",
  "GIT_PROXY_SSL_CERT_PASSWORD_PROTECTED",
  "GIT_PROXY_SSL_KEY",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSH_VARIANT",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "GIT_SSL_CERT",
  "GIT_SSL_CERT_PASSWORD_PROTECTED",
  "GIT_SSL_CERT_TYPE",
  "GIT_SSL_CIPHER_LIST",
  "GIT_SSL_KEY",
  "GIT_SSL_KEY_TYPE",
  "GIT_SSL_NO_VERIFY",
  "GIT_SSL_VERSION",
  "GIT_TERMINAL_PROMPT",
]);

/** The environment of a suite: that of gate, without what ties it to a repository, a commit or a test run. */
export function suiteEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  additions: SuiteVariables,
): Readonly<Record<string, string>> {
  return {
    ...inheritedEnvironment(base),
    ...additions.env,
    [EVENTS_VARIABLE]: additions.events,
    [ARTIFACTS_VARIABLE]: additions.artifacts,
    [ROOT_VARIABLE]: additions.root,
    [SESSION_VARIABLE]: additions.sessionId,
  };
}

/** What a process that serves the suite, and tells nothing of tests, may inherit. */
export function inheritedEnvironment(
  base: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(base).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isForeign(entry[0]),
  );
  return Object.fromEntries(kept);
}

function isForeign(name: string): boolean {
  if (name.startsWith("GIT_")) return !USERS_GIT_VARIABLES.has(name);
  // An outer gate's session is not this one's; inside a node:test run, a nested one would report to it.
  return name.startsWith("GATE_") || name === "NODE_TEST_CONTEXT";
}
