import packageJson from "../../package.json" with { type: "json" };
import type { VerifyDocument } from "../commands/verify-document.ts";
import { CONFIGURATION_PATH } from "../fingerprint/pathspecs.ts";
import type { Problem } from "../problem.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** SARIF 2.1.0, as code scanning and editors read it: each problem a result, its code the rule. */
export function renderVerifySarif(document: VerifyDocument): string {
  const problems = [...document.suites.flatMap((suite) => suite.problems), ...document.problems];
  const rules = [...new Set(problems.map(({ code }) => code))].sort();
  const run = {
    tool: {
      driver: {
        name: "gate",
        semanticVersion: packageJson.version,
        informationUri: "https://www.npmjs.com/package/model-gate",
        rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll("-", " ") } })),
      },
    },
    automationDetails: { id: "gate-verify/" },
    invocations: [{ executionSuccessful: true }],
    columnKind: "unicodeCodePoints",
    results: problems.map((one) => result(one, rules.indexOf(one.code))),
    properties: { revision: document.revision, commit: document.commit, ok: document.ok },
  };
  return JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2);
}

function result({ code, severity, message, hint, path, line, column, suite }: Problem, ruleIndex: number) {
  const region =
    path === null || line === null
      ? {}
      : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } };
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: plainText(hint === null ? message : `${message}\nNext: ${hint}`) },
    // Code scanning refuses a result that lies nowhere.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path ?? CONFIGURATION_PATH), uriBaseId: "%SRCROOT%" },
          ...region,
        },
      },
    ],
    ...(suite === null ? {} : { properties: { suite } }),
  };
}

function uriOf(path: string): string {
  const wellFormed = path.replace(/\p{Cs}/gu, "\ufffd");
  return wellFormed.split("/").map(encodeURIComponent).join("/");
}

/** In SARIF's messages `[text](place)` is a link and `{0}` an argument; a name out of the tree is neither. */
function plainText(text: string): string {
  return text.replaceAll("](", "] (").replace(/\{(\d+)\}/g, "{ $1 }");
}
