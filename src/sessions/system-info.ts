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
  /** The suite as gate.yaml has it, whole, with every default. */
  readonly definition: JsonValue;
  readonly versions: RunVersions;
}

/** What a run runs with. The lock files say it before the run, the runner itself as soon as it speaks. */
export interface RunVersions {
  readonly runner: { readonly name: string; readonly version: string } | null;
  /** Such as `CPython 3.11.7`. */
  readonly language: string | null;
  readonly accelerators: Readonly<Record<string, string>>;
  readonly libraries: Readonly<Record<string, string>>;
}

export const SYSTEM_INFO = "system_info.yaml";

/** `system_info.yaml`, written before any test: where, of what and as what a run was started. */
export function systemInfo({
  session,
  started,
  machine,
  git,
  suite,
  definition,
  versions,
}: SystemFacts): string {
  const { os, cpus, memoryBytes, node, gpus } = machine;
  const { runner, language, accelerators, libraries } = versions;
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
      versions: {
        node,
        ...(runner === null ? {} : { [runner.name]: runner.version }),
        ...(language === null ? {} : { language }),
        ...accelerators,
        ...(Object.keys(libraries).length === 0 ? {} : { libraries }),
      },
      suite: { name: suite.name, fingerprint: suite.fingerprint, definition },
    },
    { lineWidth: 0 },
  );
}
