import { stringify } from "yaml";
import type { JsonValue } from "../protocol.ts";
import type { MachineFacts } from "../suite/machine.ts";

export interface SystemFacts {
  readonly session: string;
  readonly started: string;
  readonly machine: MachineFacts;
  readonly git: {
    /** null before the first commit. */
    readonly commit: string | null;
    /** null where no branch is checked out. */
    readonly branch: string | null;
    readonly tree: string;
    /** Files that differ from what is staged, and untracked ones. */
    readonly dirty: readonly string[];
  };
  readonly suite: { readonly name: string; readonly fingerprint: string };
  /** The suite as gate.yaml has it, whole. */
  readonly definition: JsonValue;
}

export const SYSTEM_INFO = "system_info.yaml";

/** `system_info.yaml`, written before any test: where, of what and as what a run was started. */
export function systemInfo({ session, started, machine, git, suite, definition }: SystemFacts): string {
  const { os, cpus, memoryBytes, node, gpus } = machine;
  return stringify(
    {
      session,
      started,
      host: {
        os,
        cpus,
        memory_bytes: memoryBytes,
        gpus: gpus.map(({ name, driver, memoryMiB }) => ({ name, driver, memory_mib: memoryMiB })),
      },
      git: { commit: git.commit, branch: git.branch, tree: git.tree, dirty: [...git.dirty] },
      versions: { node },
      suite: { name: suite.name, fingerprint: suite.fingerprint, definition },
    },
    { lineWidth: 0 },
  );
}
