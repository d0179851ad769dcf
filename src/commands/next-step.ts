import type { Decision } from "../decision/decide.ts";

/** What is judged, as far as it matters to what can be done: `git commit` with nothing staged ends early. */
export type Standing = "staged" | "head" | "elsewhere";

/** The commands that give a suite its evidence; null where nothing is due. `hindered`: a run would be refused. */
export function nextStep(kind: Decision["kind"], standing: Standing, hindered: boolean): string | null {
  if (kind === "fresh") return null;
  const first = hindered ? "after that, " : "";
  if (standing === "staged" && kind === "reuse") return "git commit attaches it, or now:  gate attach";
  if (standing === "staged" && kind === "run") return `${first}git commit runs it, or now:  gate run`;
  const commands = `gate ${kind === "reuse" ? "attach" : "run"} && git commit`;
  return standing === "elsewhere" ? `with that commit checked out:  ${commands}` : `${first}${commands}`;
}
