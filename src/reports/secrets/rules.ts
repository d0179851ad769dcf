import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type {
  SecretLintRuleContext,
  SecretLintRuleReportDescriptor,
  SecretLintSourceCode,
} from "@secretlint/types";
import { SECRET_RULES, type SecretRule } from "../../config/secret-rules.ts";
import { NEEDLES } from "./needles.ts";

/** What one rule takes for a secret. Offsets in UTF-16 units. */
export interface RuleMatch {
  readonly rule: SecretRule;
  /** Where the rule began to read: before the secret, where its name is part of the evidence. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** Reads the whole text. */
export type Scanner = (text: string) => readonly RuleMatch[];

const PREFIX = "@secretlint/secretlint-rule-";

/** Without their names the ids are public: twelve digits that belong to no one. */
const HARMLESS = "AWSAccountID";

/**
 * The rules of secretlint's recommended preset. Its own core is not used: that notes each call in a list that it
 * goes through at the next one, so that a thousand reports take seconds and four thousand take minutes. Nor is
 * the rule with which a text can say that it must not be searched.
 */
const SCANNERS: ReadonlyMap<SecretRule, Scanner> = new Map(
  SECRET_RULES.flatMap((name) => {
    const rule = rules.find(({ meta }) => meta.id === `${PREFIX}${name}`);
    return rule === undefined ? [] : [[name, scanner(name, rule)] as const];
  }),
);

/** Every match of every rule; the same place may be found by several. */
export function scanAll(text: string): readonly RuleMatch[] {
  return SECRET_RULES.flatMap((rule) => (NEEDLES[rule].test(text) ? scanWith(rule, text) : []));
}

/** Without a look at the needles. */
export function scanWith(rule: SecretRule, text: string): readonly RuleMatch[] {
  return SCANNERS.get(rule)?.(text) ?? [];
}

function scanner(name: SecretRule, rule: (typeof rules)[number]): Scanner {
  const reported: SecretLintRuleReportDescriptor[] = [];
  const context: SecretLintRuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId, data) => ({
      message: "",
      messageId: String(messageId),
      data,
    }),
    report: (descriptor) => reported.push(descriptor),
    ignore: () => undefined,
  };
  const { file } = rule.create(context, { enableIDScanRule: true });
  return (text) => {
    reported.length = 0;
    if (file?.(sourceCode(text)) instanceof Promise)
      throw new Error(`the rule ${name} wants to be waited for`);
    return reported.flatMap((one) => (one.message.messageId === HARMLESS ? [] : [matchOf(name, text, one)]));
  };
}

/** A rule may report where the secret's name begins, with the length of the secret: its data have the secret. */
function matchOf(
  rule: SecretRule,
  text: string,
  { range, message }: SecretLintRuleReportDescriptor,
): RuleMatch {
  const [from, to] = range;
  const data: readonly unknown[] = Object.values(message.data ?? {});
  const secret = data.find((value) => typeof value === "string" && value !== "");
  const start = typeof secret === "string" ? text.indexOf(secret, from) : -1;
  if (typeof secret !== "string" || start === -1) return { rule, from, start: from, end: to };
  return { rule, from, start, end: start + secret.length };
}

/** A text of no name: none of the rules that judge files by their names has anything to say. */
function sourceCode(content: string): SecretLintSourceCode {
  return {
    hasBOM: false,
    content,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: "text",
    ext: "",
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: unasked,
    rangeToLocation: unasked,
    positionToIndex: unasked,
    indexToPosition: unasked,
  };
}

function unasked(): never {
  throw new Error("a rule of secretlint asks for a place in the text");
}
