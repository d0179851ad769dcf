import type { Configuration } from "../config/configuration.ts";

/** Where a suite's reports go, and the kinds of files that lie there. */
export interface ReportsPlace {
  readonly suite: string;
  readonly directory: string;
  readonly logs: readonly string[];
}

export function reportsPlaces({ suites }: Configuration): readonly ReportsPlace[] {
  return suites.map(({ name, reports, logs }) => ({ suite: name, directory: reports, logs }));
}

/** One path of each kind: what is true of these is taken to be true of all reports. */
export function probesOf({ suite, directory, logs }: ReportsPlace): readonly string[] {
  const names = logs
    .map((glob) => glob.split("/").at(-1) ?? "")
    .filter((name) => /^[^[\]{}()!]+$/.test(name));
  const files = names.map((name) => name.replaceAll(/[*?]+/g, "_1"));
  const inTest = new Set([
    "session.log",
    "session_model.log",
    "metadata.json",
    ...files.filter((one) => one !== "_1"),
  ]);
  return [
    ...[".hash", ".json", ".json.sig", "-latest.txt"].map((end) => `${directory}/${suite}${end}`),
    `${directory}/test_hello.puml`,
    ...[...inTest].map((name) => `${directory}/logs/test_hello/${name}`),
  ];
}
