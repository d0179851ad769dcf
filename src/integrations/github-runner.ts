import { randomUUID } from "node:crypto";
import { appendToFile } from "../adapters/files/append.ts";

/** What a step leaves for GitHub's runner besides its log. */
export interface StepResults {
  readonly outputs: ReadonlyMap<string, string>;
  /** Markdown. */
  readonly summary: string;
}

/** The runner takes a page of a MiB for a step and refuses a longer one whole. */
const LONGEST_SUMMARY = 1024 * 1024 - 1024;

/** Writes outputs and summary where the runner has said that it reads them; elsewhere nothing. */
export async function leaveForRunner(
  environment: Readonly<Record<string, string>>,
  { outputs, summary }: StepResults,
): Promise<void> {
  const { GITHUB_OUTPUT: outputFile = "", GITHUB_STEP_SUMMARY: summaryFile = "" } = environment;
  if (outputFile !== "") await appendToFile(outputFile, [...outputs].map(outputLines).join(""));
  if (summaryFile !== "") await appendToFile(summaryFile, cutToFit(summary));
}

/** A value may have any text in it, so the line that ends it must be one that nobody can foresee. */
function outputLines([name, value]: readonly [string, string]): string {
  const delimiter = `gate-${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

function cutToFit(summary: string): string {
  const bytes = Buffer.from(summary);
  if (bytes.length <= LONGEST_SUMMARY) return summary;
  const lastLine = bytes.lastIndexOf("\n", LONGEST_SUMMARY);
  return `${bytes.toString("utf8", 0, lastLine)}\n\nThe rest is too long for this page; it is in the log.\n`;
}
