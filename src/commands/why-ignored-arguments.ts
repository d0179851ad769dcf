import type { WhyIgnoredOptions } from "./why-ignored-document.ts";

interface PlainArguments {
  readonly options: WhyIgnoredOptions;
  readonly json: boolean;
}

/** Reads what needs no parser; null for everything else, mistakes among it. */
export function plainArguments(args: readonly string[]): PlainArguments | null {
  const end = args.indexOf("--");
  const words = end === -1 ? args : args.slice(0, end);
  const flags = words.filter((word) => word.startsWith("-"));
  const paths = [
    ...words.filter((word) => !word.startsWith("-")),
    ...(end === -1 ? [] : args.slice(end + 1)),
  ];
  const stdin = flags.includes("--stdin");
  const nul = flags.includes("-z");
  const known = flags.every((flag) => ["--json", "--stdin", "-z"].includes(flag));
  if (!known || stdin === paths.length > 0 || (nul && !stdin)) return null;
  const way = nul ? "nul" : "lines";
  return { options: { paths, stdin: stdin ? way : "no" }, json: flags.includes("--json") };
}
