import type { VerifiedSuite, VerifyDocument } from "../commands/verify-document.ts";
import type { Problem } from "../problem.ts";
import { renderXml, type XmlElement, xmlElement } from "../views/xml.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

/** What verify found, as tests: each error is one that failed. The suites' own tests are exported elsewhere. */
export function renderVerifyJunit(verified: VerifyDocument): string {
  const document = singleLined(verified);
  const { revision, commit, suites, problems } = document;
  const general = testsuite("repository", document.commit ?? revision, problems, null);
  const all = [...suites.map(verifiedSuite), general];
  return renderXml(xmlElement("testsuites", { name: `gate verify ${commit ?? revision}` }, all));
}

function verifiedSuite(suite: VerifiedSuite): XmlElement {
  const { name, fingerprint, problems, waiver } = suite;
  const waived = waiver === null ? null : `waived until ${waiver.until} by ${waiver.by}: ${waiver.reason}`;
  return testsuite(name, fingerprint, problems, waived);
}

function testsuite(
  name: string,
  subject: string,
  problems: readonly Problem[],
  waived: string | null,
): XmlElement {
  const classname = `gate.${name}`;
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const skipped = errors.length === 0 && waived !== null;
  const accepted = xmlElement(
    "testcase",
    { classname, name: "verified" },
    skipped ? [xmlElement("skipped", { message: waived })] : [],
  );
  return xmlElement(
    "testsuite",
    {
      name,
      tests: Math.max(errors.length, 1),
      failures: errors.length,
      errors: 0,
      skipped: skipped ? 1 : 0,
      id: subject,
    },
    [
      ...(errors.length === 0 ? [accepted] : errors.map((one) => failedCase(classname, one))),
      ...(warnings.length === 0 ? [] : [xmlElement("system-out", {}, renderProblems(warnings))]),
    ],
  );
}

function failedCase(classname: string, error: Problem): XmlElement {
  const { code, message, hint, path, line } = error;
  const failure = xmlElement(
    "failure",
    { type: code, message },
    hint === null ? message : `${message}\nnext: ${hint}`,
  );
  const name = path === null ? code : `${code} ${path}`;
  return xmlElement("testcase", { classname, name, file: path, line }, [failure]);
}
