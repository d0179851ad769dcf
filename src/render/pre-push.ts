import type { PrePushDocument, PushedTip, PushMode } from "../commands/pre-push.ts";
import type { Problem } from "../problem.ts";
import { singleLined } from "./printable.ts";
import { renderGrouped } from "./problems.ts";

/** Says which tips leave without evidence that covers them, why, and what to do. Silent where all is well. */
export function renderPrePush(document: PrePushDocument): string {
  const { tips, mode, problems } = singleLined(document);
  const refused = tips.filter(({ verification }) => !verification.ok);
  if (refused.length === 0)
    return problems.length === 0 ? "" : ["gate", ...renderGrouped(problems)].join("\n");
  return [...refused.flatMap(renderTip), ...renderGrouped(problems), CLOSING[mode]].join("\n");
}

function renderTip({ references, verification, attachable }: PushedTip): string[] {
  const { revision, suites, problems } = verification;
  const name = `${references.join(", ")} (${revision.slice(0, 7)})`;
  const found = suites.flatMap((suite) =>
    suite.problems
      .filter(isError)
      .map((one) => (attachable.includes(suite.name) ? { ...one, hint: ATTACH } : one)),
  );
  return [
    `gate  ${name} leaves without evidence that holds:`,
    ...renderGrouped([...found, ...problems.filter(isError)].map(named)),
  ];
}

const isError = ({ severity }: Problem) => severity === "error";

/** Which suite it is about, where the message does not say. */
function named(one: Problem): Problem {
  // "src" is no word of "src/router.py"
  const words = one.message.split(/[\s"(),:;]+/).map((word) => word.replace(/\.$/, ""));
  const known = one.suite === null || words.includes(one.suite);
  return known ? one : { ...one, message: `${one.suite}: ${one.message}` };
}

const ATTACH = "Evidence for just these inputs is here:  gate attach && git commit";

const CLOSING: Readonly<Record<PushMode, string>> = {
  warn: "      The push goes on; gate verify will refuse this in CI.",
  refuse: "      The push is refused (git config gate.prePush). To push all the same:  git push --no-verify",
  off: "",
};
