import type { SecretRule } from "../../config/secret-rules.ts";

/**
 * Where a rule's needle is not found, the rule cannot find anything either: most texts are told from those that
 * may hold a secret in a fortieth of the time. None is global. A test asks the rules themselves whether it holds.
 */
export const NEEDLES: Readonly<Record<SecretRule, RegExp>> = {
  "1password": /ops_ey/,
  anthropic: /sk-ant-api0/,
  aws: /A(?:3T|KIA|GPA|IDA|ROA|IPA|NPA|NVA|SIA)|(?:SECRET|[Ss]ecret)_?(?:ACCESS|[Aa]ccess)/,
  basicauth: /:\/\/[-\w]{1,256}:/,
  "database-connection-string": /(?:mongodb|mysql|postgres).{0,8}:\/\//i,
  databricks: /dapi[A-Fa-f0-9]/,
  docker: /dckr_pat_/,
  figma: /figd_/,
  github: /gh[pousr]_|github_pat_/,
  gitlab: /glpat-/,
  grafana: /gl(?:c|sa)_/,
  groq: /gsk_/,
  "hashicorp-vault": /hv[sbr]\./,
  huggingface: /hf_/,
  linear: /lin_api_/,
  notion: /ntn_/,
  npm: /npm_|:x-oauth-basic@/,
  openai: /T3BlbkFJ/,
  privatekey: /-----BEGIN/,
  sendgrid: /SG\./,
  shopify: /shp(?:pa|ca|at|ss)_/,
  slack: /xox[abopr]-|xapp-|hooks\.slack/i,
  vercel: /vc[piark]_/,
};
