import { writeAtomically } from "../adapters/files/files.ts";
import { currentBranch } from "../adapters/git/remotes.ts";
import { readSmallBlobs } from "../adapters/git/small-blobs.ts";
import { listTree, resolveCommit } from "../adapters/git/trees.ts";
import type { Suite } from "../config/configuration.ts";
import type { GateEvent, JsonValue } from "../protocol.ts";
import { SYSTEM_INFO, type SystemFacts, systemInfo } from "../sessions/system-info.ts";
import { isLockFile, lockedVersions } from "../suite/locked-versions.ts";
import type { SessionFolder, SessionRecord } from "../suite/session.ts";
import type { RunRequest } from "./request.ts";

const LARGEST_LOCK = 32 << 20;
const LOCKS = [":(top,glob)*.lock", ":(top,glob)requirements*.txt"];

/** `system_info.yaml` of a session: there before any test, and completed by what the runner says of itself. */
export class SystemDescription {
  readonly #path: string;
  /** null where they could not be found out. */
  #facts: SystemFacts | null = null;
  #writing: Promise<void> = Promise.resolve();
  #problem: string | null = null;

  static async begin(
    request: RunRequest,
    folder: SessionFolder,
    record: SessionRecord,
    dirty: readonly string[],
  ): Promise<SystemDescription> {
    const description = new SystemDescription(folder);
    await description.#attempt(async () => {
      description.#facts = await factsOf(request, record, dirty);
      await description.#write();
    });
    return description;
  }

  private constructor({ directory }: SessionFolder) {
    this.#path = `${directory}/${SYSTEM_INFO}`;
  }

  event(event: GateEvent): void {
    if (this.#facts === null) return;
    const { versions } = this.#facts;
    if (event.type === "hello" && event.role === "main" && versions.runner === null) {
      const { name, version } = event.runner;
      this.#complete({ ...versions, runner: { name, version } });
    }
    if (event.type === "environment") {
      const { language, accelerators, distributions } = event;
      const libraries = { ...versions.libraries, ...distributions };
      this.#complete({ ...versions, language, accelerators, libraries });
    }
  }

  /** A sentence where it could not be written. */
  async finish(): Promise<readonly string[]> {
    await this.#writing;
    return this.#problem === null ? [] : [`${SYSTEM_INFO} was not written: ${this.#problem}`];
  }

  #complete(versions: SystemFacts["versions"]): void {
    if (this.#facts !== null) this.#facts = { ...this.#facts, versions };
    this.#writing = this.#writing.then(() => this.#attempt(() => this.#write()));
  }

  async #write(): Promise<void> {
    if (this.#facts !== null) await writeAtomically(this.#path, systemInfo(this.#facts));
  }

  /** It is a file for people: what goes wrong costs no run. */
  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#problem ??= error instanceof Error ? error.message : String(error);
    }
  }
}

async function factsOf(
  request: RunRequest,
  { name, started, machine }: SessionRecord,
  dirty: readonly string[],
): Promise<SystemFacts> {
  const {
    worktree,
    tree,
    judged: { suite, inputs },
  } = request;
  const [commit, branch, libraries] = await Promise.all([
    resolveCommit(worktree, "HEAD"),
    currentBranch(worktree),
    lockedLibraries(request),
  ]);
  return {
    session: name,
    started,
    machine,
    git: { commit, branch, tree, dirty },
    suite: { name: suite.name, fingerprint: inputs.fingerprint },
    definition: wholeSuite(suite),
    versions: { runner: null, language: null, accelerators: {}, libraries },
  };
}

/** Those that the lock files at the top level have. */
async function lockedLibraries({ worktree, tree }: RunRequest): Promise<Readonly<Record<string, string>>> {
  const locks = (await listTree(worktree, tree, LOCKS)).filter(
    ({ path, mode }) => isLockFile(path) && mode.startsWith("100"),
  );
  const contents = await readSmallBlobs(
    worktree,
    locks.map(({ id }) => id),
    LARGEST_LOCK,
  );
  return Object.fromEntries(
    locks.flatMap(({ path }, index) =>
      [...lockedVersions(path, contents[index]?.toString("utf8") ?? "")].map(
        ([name, versions]) => [name, [...versions].join(" or ")] as const,
      ),
    ),
  );
}

/** With every key that it can have, and its patterns as they are written. */
function wholeSuite({ definition: _, inputs, ...rest }: Suite): JsonValue {
  const patterns = inputs.map(({ glob, exclude }) => `${exclude ? "!" : ""}${glob}`);
  return JSON.parse(JSON.stringify({ ...rest, inputs: patterns }));
}
