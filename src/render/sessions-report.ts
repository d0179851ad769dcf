import type { SessionsReportDocument } from "../commands/sessions-report-document.ts";
import { countText, sizeText } from "../sessions/amounts.ts";
import { singleLined } from "./printable.ts";
import { renderProblems } from "./problems.ts";

export function renderSessionsReport(document: SessionsReportDocument): string {
  const { session, state, file, bytes, sheets, cut, problems } = singleLined(document);
  if (problems.length > 0) return `gate  ${renderProblems(problems)}`;
  const tests = sheets.tests ?? 0;
  const rows = `${countText(tests)} ${tests === 1 ? "test" : "tests"}`;
  const soFar = { running: ", which is still running", crashed: ", which never came to its end", ended: "" };
  const told = state === null ? "" : soFar[state];
  return [
    `gate  ${file}: ${rows} of ${session}${told} (${sizeText(bytes)}).`,
    ...cut.map((one) => `      ${one}`),
  ].join("\n");
}
