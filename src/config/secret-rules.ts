/**
 * The rules that look for secrets, by the names that gate.yaml and messages have for them: secretlint's
 * recommended ones, without what stands before the name in its packages. Here, so that reading gate.yaml does
 * not load them. Not among them is `gcp`, which judges whole files by their names: the key that such a file
 * holds is found by `privatekey`, in any text.
 */
export const SECRET_RULES = [
  "1password",
  "anthropic",
  "aws",
  "basicauth",
  "database-connection-string",
  "databricks",
  "docker",
  "figma",
  "github",
  "gitlab",
  "grafana",
  "groq",
  "hashicorp-vault",
  "huggingface",
  "linear",
  "notion",
  "npm",
  "openai",
  "privatekey",
  "sendgrid",
  "shopify",
  "slack",
  "vercel",
] as const;

export type SecretRule = (typeof SECRET_RULES)[number];
