import type { SecretRule } from "../../config/secret-rules.ts";

/** What stands in a report in place of a secret. No quotation mark, no backslash: a JSON string can hold it. */
export function markerOf(rule: SecretRule): string {
  return `[redacted: ${rule}]`;
}

/** Some rules take whatever stands in a certain place for a secret. */
export function isMarker(text: string): boolean {
  return text.startsWith("[redacted: ");
}

/** How the marker can be found in a diagram too, where a bracket may have been escaped. */
export function markerCore(rule: SecretRule): string {
  return `redacted: ${rule}`;
}

/** The part of a secret that everybody knows, because it says what it is; the rest is never shown. */
const PUBLIC_PREFIX =
  /^(?:A(?:3T.|KIA|GPA|IDA|ROA|IPA|NPA|NVA|SIA)|dapi|dckr_pat_|figd_|gh[opsru]_|github_pat_|gl(?:c|sa)_|glpat-|gsk_|hf_|hv[brs]\.|lin_api_|npm_|ntn_|ops_|SG\.|shp(?:at|ca|pa|ss)_|sk-ant-api0\d-|sk-(?:admin-|proj-|svcacct-)?|vc[aikpr]_|xapp-|xox[abopr]-|[a-z][a-z+:]{0,20}:\/\/|-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----)/i;

/** `AKIA****************`: always as many stars, so that they do not tell the length. */
export function excerptOf(secret: string): string {
  return `${PUBLIC_PREFIX.exec(secret)?.[0] ?? ""}${"*".repeat(16)}`;
}
