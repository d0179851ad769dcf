import type { SecretRule } from "../../src/config/secret-rules.ts";

/**
 * Well-formed and worthless: made when a test runs, so that no file of the repository holds anything that looks
 * like a secret.
 */
export interface FakeSecret {
  readonly rule: SecretRule;
  /** What must not be published. */
  readonly secret: string;
  /** The secret and what gives it away. */
  readonly text: string;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const WORD = UPPER + LOWER + DIGITS;
const HEX = "0123456789abcdef";

/** The same for the same arguments, and without a pattern that a rule would take for a placeholder. */
export function letters(count: number, alphabet: string = WORD, seed = 7): string {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet.charAt(Math.floor(state / 65_536) % alphabet.length);
  }).join("");
}

export function awsKeyId(seed = 7): string {
  return `AK${"IA"}${letters(16, UPPER + DIGITS, seed)}`;
}

export function githubToken(seed = 7): string {
  return `gh${"p_"}${letters(36, WORD, seed)}`;
}

/** With as many lines of the body as asked for. */
export function privateKey(lines = 12, kind = ""): string {
  const body = Array.from({ length: lines }, (_, line) => letters(64, WORD, line + 1));
  const name = `${kind}PRIVATE ${"KEY"}-----`;
  return [`-----BEGIN ${name}`, `MI${body.join("\n").slice(2)}`, `-----END ${name}`].join("\n");
}

export function databaseUrl(password = letters(12), host = "db.internal:5432", scheme = "postgres"): string {
  return `${scheme}:${"//"}svc:${password}@${host}/app`;
}

function onePassword(): string {
  const account = JSON.stringify({ email: "a@b", key: letters(150) });
  const padded =
    account.length % 3 === 1
      ? account
      : account.replace("a@b", `a@b${"c".repeat(4 - (account.length % 3 || 3))}`);
  return `ops${"_"}${Buffer.from(padded).toString("base64")}`;
}

function plain(rule: SecretRule, secret: string): FakeSecret {
  return { rule, secret, text: secret };
}

/** At least one of every rule. */
export function fakeSecrets(): readonly FakeSecret[] {
  const awsSecret = letters(40, `${WORD}/+`);
  const login = letters(20);
  return [
    plain("1password", onePassword()),
    plain("anthropic", `sk-ant-${"api03-"}${letters(93)}AA`),
    plain("aws", awsKeyId()),
    { rule: "aws", secret: awsSecret, text: `"aws_secret_access_key": "${awsSecret}"` },
    { rule: "aws", secret: awsSecret, text: `export AWS_SECRET_ACCESS_KEY=${awsSecret}` },
    plain("basicauth", `https:${"//"}deploy:${letters(14)}@registry.internal.io`),
    plain("database-connection-string", databaseUrl()),
    plain("database-connection-string", databaseUrl(letters(12), "db1,db2", "mongodb+srv")),
    plain("database-connection-string", databaseUrl(letters(12), "db", "jdbc:mysql")),
    plain("databricks", `da${"pi"}${letters(32, HEX)}`),
    plain("docker", `dckr_${"pat_"}${letters(27)}`),
    plain("figma", `fig${"d_"}${letters(43)}`),
    plain("github", githubToken()),
    plain("github", `github_${"pat_"}${letters(82)}`),
    plain("gitlab", `glp${"at-"}${letters(20)}`),
    plain("grafana", `gl${"sa_"}${letters(32)}_${letters(8, HEX)}`),
    plain("groq", `gs${"k_"}${letters(52)}`),
    plain("hashicorp-vault", `hv${"s."}${letters(95)}`),
    plain("huggingface", `h${"f_"}${letters(34, UPPER + LOWER)}`),
    plain("linear", `lin_${"api_"}${letters(40)}`),
    plain("notion", `nt${"n_"}${letters(11, DIGITS)}${letters(35)}`),
    plain("npm", `np${"m_"}${letters(36)}`),
    { rule: "npm", secret: login, text: `https:${"//"}${login}:x-oauth-basic@github.com/a/b` },
    plain("openai", `s${"k-"}${letters(20)}T3Blbk${"FJ"}${letters(20, WORD, 9)}`),
    plain("openai", `s${"k-proj-"}${letters(74)}T3Blbk${"FJ"}${letters(74, WORD, 9)}`),
    plain("privatekey", privateKey()),
    plain("privatekey", privateKey(20, "RSA ")),
    plain("sendgrid", `S${"G."}${letters(22)}.${letters(43)}`),
    plain("shopify", `shp${"at_"}${letters(32, HEX)}`),
    plain("slack", `xox${"b-"}${letters(12, DIGITS)}-${letters(13, DIGITS)}-${letters(24)}`),
    plain("slack", `https:${"//hooks.slack"}.com/services/T${letters(8)}/B${letters(8)}/${letters(24)}`),
    plain("vercel", `vc${"p_"}${letters(24)}`),
  ];
}
