// @ts-check
import { clip, messageOf } from "../event-writer.js";

/**
 * @typedef {{
 *   name: string, nesting: number, file?: string, entryFile?: string, line?: number, column?: number,
 *   skip?: string | boolean, todo?: string | boolean, expectFailure?: unknown,
 *   details?: { duration_ms?: number, type?: string, error?: FailureOfNode },
 * }} TestData
 * @typedef {Error & { failureType?: string, exitCode?: number, signal?: string }} FailureOfNode
 * @typedef {{ outcome: string, message: string | null }} Ending
 */

/** Failures that come from around the test, not from its body. */
const OUTSIDE = new Set(["hookFailed", "cancelledByParent", "testAborted", "parentAlreadyFinished"]);

/**
 * What became of a test or suite; null where it is not a result of its own.
 * @param {boolean} passed
 * @param {TestData} data
 * @param {boolean} hasChildren
 * @returns {Ending | null}
 */
export function endingOf(passed, data, hasChildren) {
  const container = hasChildren || data.details?.type === "suite";
  if (passed) return container && !isSkippedWhole(data, hasChildren) ? null : passedEnding(data);
  const failure = data.details?.error;
  if (hasChildren && failure?.failureType === "subtestsFailed") return null;
  const message = failureMessage(failure);
  if (isSet(data.todo)) return { outcome: "xfailed", message };
  const outside = data.details?.type === "suite" || OUTSIDE.has(failure?.failureType ?? "");
  return { outcome: outside ? "error" : "failed", message };
}

/** A skipped suite never declares its tests: it stands for them. @param {TestData} data @param {boolean} hasChildren */
function isSkippedWhole(data, hasChildren) {
  return isSet(data.skip) && !hasChildren;
}

/** @param {TestData} data @returns {Ending} */
function passedEnding(data) {
  if (isSet(data.skip)) return { outcome: "skipped", message: reasonOf(data.skip) };
  if (isSet(data.todo)) return { outcome: "xpassed", message: reasonOf(data.todo) };
  if (isSet(data.expectFailure)) return { outcome: "xfailed", message: reasonOf(data.expectFailure) };
  return { outcome: "passed", message: null };
}

/** @param {unknown} flag */
function isSet(flag) {
  return flag !== undefined && flag !== false;
}

/** @param {unknown} flag */
function reasonOf(flag) {
  return typeof flag === "string" && flag !== "" ? clip(flag) : null;
}

/** @param {FailureOfNode | undefined} failure */
function failureMessage(failure) {
  if (failure === undefined) return "failed without saying why";
  const { cause } = failure;
  const about = cause === undefined ? failure.message : messageOf(cause);
  return clip(about.includes(failure.message) ? about : `${failure.message}: ${about}`);
}

/**
 * Why a test file as a whole failed.
 * @param {FailureOfNode | undefined} failure
 * @param {string} stderr the end of what it printed
 */
export function fileFailure(failure, stderr) {
  const how =
    typeof failure?.signal === "string"
      ? `the test file was killed by ${failure.signal}`
      : `the test file ended with exit code ${failure?.exitCode ?? "unknown"}`;
  return stderr === "" ? how : clip(`${how}\n${stderr}`);
}
