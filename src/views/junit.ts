import type { ManifestTest } from "../reports/manifest.ts";
import { unreachable } from "../result.ts";
import type { BelievedEvidence } from "./believed-evidence.ts";
import { renderXml, type XmlElement, xmlElement } from "./xml.ts";

/** The tests as the runner saw them, for the views that a CI has of JUnit XML. */
export function junitXml(evidence: readonly BelievedEvidence[]): string {
  return renderXml(xmlElement("testsuites", { name: "gate" }, evidence.map(suiteElement)));
}

function suiteElement({ manifest, commit, assurance, signer }: BelievedEvidence): XmlElement {
  const { suite, run, tests, recordedBy, machine } = manifest;
  const count = (...outcomes: readonly ManifestTest["outcome"][]) =>
    [...tests.values()].filter(({ outcome }) => outcomes.includes(outcome)).length;
  const attributes = {
    name: suite,
    tests: tests.size,
    failures: count("failed"),
    errors: count("error"),
    skipped: count("skipped", "xfailed"),
    time: run.duration,
    // the schema's time has no zone
    timestamp: run.started.replace(/Z$/, ""),
  };
  const properties = {
    "gate.commit": commit,
    "gate.fingerprint": manifest.fingerprint,
    "gate.assurance": assurance,
    ...(signer === null ? {} : { "gate.signer": signer }),
    "gate.recorded_by": recordedBy.name,
    "gate.machine": [machine.os, ...machine.gpus.map(({ name }) => name)].join(", "),
  };
  return xmlElement("testsuite", attributes, [
    xmlElement(
      "properties",
      {},
      Object.entries(properties).map(([name, value]) => xmlElement("property", { name, value })),
    ),
    ...[...tests].map(([id, test]) => caseElement(suite, id, test)),
  ]);
}

/** An id is a file or class, `::`, and what the runner calls the test. */
function caseElement(suite: string, id: string, test: ManifestTest): XmlElement {
  const cut = id.indexOf("::");
  const [classname, name] = cut === -1 ? [suite, id] : [id.slice(0, cut), id.slice(cut + 2)];
  return xmlElement("testcase", { classname, name, time: test.duration }, outcomeElements(test));
}

function outcomeElements({ outcome, message }: ManifestTest): XmlElement[] {
  switch (outcome) {
    case "passed":
      return [];
    case "skipped":
      return [xmlElement("skipped", { message })];
    case "xfailed":
      return [xmlElement("skipped", { type: "xfail", message: message ?? "failed, as expected" })];
    case "xpassed":
      return [xmlElement("system-out", {}, "passed, where a failure was expected")];
    case "flaky":
      return [xmlElement("system-out", {}, "passed on a retry")];
    case "failed":
      return [xmlElement("failure", { message })];
    case "error":
      return [xmlElement("error", { message })];
    default:
      return unreachable(outcome);
  }
}
