import { isAbsolute, join, relative, resolve } from "node:path";
import { fileStamp, kindOf, refusalOfFileSystem } from "../adapters/files/files.ts";
import { readChunks } from "../adapters/files/streams.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { type CoverageReport, readCoverageReport } from "./coverage-report.ts";

/** A report, and where it was. */
export interface FoundReport {
  /** Relative to the top level, or absolute outside of it. */
  readonly path: string;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly report: CoverageReport;
}

const USUAL_NAME = "coverage.json";

/**
 * Reads the named report; where none is named, the one that `coverage json` has left in the directory or at the top
 * level, and null where there is none.
 */
export async function findReport(
  named: string | null,
  directory: string,
  topLevel: string,
): Promise<Result<FoundReport | null, Problem>> {
  if (named !== null) return readReport(resolve(directory, named), topLevel);
  for (const place of [join(directory, USUAL_NAME), join(topLevel, USUAL_NAME)]) {
    if ((await kindOf(place)) !== "absent") return readReport(place, topLevel);
  }
  return ok(null);
}

async function readReport(file: string, topLevel: string): Promise<Result<FoundReport, Problem>> {
  const path = shownPath(file, topLevel);
  const stamp = await fileStamp(file);
  if (stamp === null) return err(await noReport(file, path));
  try {
    const report = await readCoverageReport(readChunks(file));
    return report.ok
      ? ok({ path, modifiedMs: stamp.modifiedMs, report: report.value })
      : err(unusable(path, report.error));
  } catch (error) {
    const refusal = refusalOfFileSystem(error);
    if (refusal === null) throw error;
    return err(invalid(path, `${refusal}.`, "See who may read it."));
  }
}

async function noReport(file: string, path: string): Promise<Problem> {
  const kind = await kindOf(file);
  if (kind === "directory") return invalid(path, `${path} is a directory.`, `Name the file:  ${MAKE}`);
  if (kind === "absent") {
    return problem("coverage-missing", `there is no file ${path}.`, { path, hint: `Make it:  ${MAKE}` });
  }
  return invalid(path, `${path} is no regular file.`, `Make one:  ${MAKE}`);
}

/** The error is a sentence without its subject. */
export function unusable(path: string, error: string): Problem {
  return invalid(path, `${path} ${error}.`, `Make it anew:  ${MAKE}`);
}

const MAKE = "coverage run -m pytest && coverage json, then  gate gaps --coverage coverage.json";

function invalid(path: string, message: string, hint: string): Problem {
  return problem("coverage-invalid", message, { path, hint });
}

function shownPath(file: string, topLevel: string): string {
  const path = relative(topLevel, file);
  return path.startsWith("..") || isAbsolute(path) || path === "" ? file : path;
}
