import { ANSWERS } from "./answers.js";
import { clausesOf } from "./clauses.js";
import { modelName } from "./model.js";
import { read } from "./reading.js";
import { hardest, route } from "./router.js";
import { elapsed, SessionLog } from "./session-log.js";
import { renderSystem } from "./templates.js";
import { callTool, toolNames } from "./tools/index.js";

/**
 * @typedef {{ kind: "prompt", text: string, tier: string }
 *   | { kind: "thinking", text: string }
 *   | { kind: "tool-call", tool: string, args: object }
 *   | { kind: "tool-result", tool: string, result: object }
 *   | { kind: "response", text: string }} Turn
 */

/** One session in one project directory. */
export class Assistant {
  #projectDir;
  #clock;
  #onTurn;
  #log;

  /**
   * @param {object} options
   * @param {string} options.projectDir  where files are searched and written, and the logs kept
   * @param {() => Date} [options.clock]
   * @param {(turn: Turn) => void} [options.onTurn]  hears every step of the conversation as it happens
   */
  constructor({ projectDir, clock = () => new Date(), onTurn = () => {} }) {
    this.#projectDir = projectDir;
    this.#clock = clock;
    this.#onTurn = onTurn;
    this.#log = new SessionLog(projectDir);
    this.#log.info("model", `loaded ${modelName}`);
    this.#log.model("system", renderSystem({ name: "Wren", tools: toolNames.join(", ") }));
  }

  /** Paths of the session's logs. */
  get logFiles() {
    return this.#log.files;
  }

  /**
   * Answers a prompt, clause by clause.
   * @param {string} prompt
   * @returns {{ tier: string, response: string, entities: import("./reading.js").Entity[] }}
   */
  ask(prompt) {
    const started = performance.now();
    const reading = read(prompt);
    const clauses = clausesOf(reading).map((clause) => ({ clause, ...route(clause) }));
    const tier = hardest(clauses.map((clause) => clause.tier));
    this.#turn({ kind: "prompt", text: prompt, tier });
    this.#turn({ kind: "thinking", text: clauses.map(thought).join("\n") });
    this.#log.info("router", `tier ${tier}, clauses: ${clauses.length}, routed in ${elapsed(started)}`);

    const answers = clauses.map(({ clause, tier: own, intent }) =>
      ANSWERS[own](clause, intent, { now: this.#clock(), call: (call) => this.#call(call) }),
    );
    const response = [...new Set(answers)].join("\n\n");
    this.#turn({ kind: "response", text: response });
    this.#log.info("session", `answered in ${elapsed(started)}`);
    return { tier, response, entities: reading.entities };
  }

  close() {
    this.#log.close();
  }

  #call(call) {
    const started = performance.now();
    this.#turn({ kind: "tool-call", ...call });
    const result = callTool(call, this.#projectDir);
    this.#turn({ kind: "tool-result", tool: call.tool, result });
    if (result.ok) this.#log.info("tools", `${call.tool} took ${elapsed(started)}`);
    else this.#log.warn("tools", `${call.tool} refused after ${elapsed(started)}: ${result.problem}`);
    return result;
  }

  #turn(turn) {
    const { kind, text, ...rest } = turn;
    this.#log.model(
      kind,
      [text, Object.keys(rest).length > 0 ? JSON.stringify(rest) : ""].filter(Boolean).join("\n"),
    );
    this.#onTurn(turn);
  }
}

/** What the model saw in a clause and why its tier was chosen, in a form that stays the same from run to run. */
function thought({ clause, tier, intent, scores }) {
  const tokens = clause.tokens.map((token) => `${token.text}/${token.pos}`).join(" ");
  const entities = clause.entities.map((entity) => `${entity.type} "${entity.text}"`).join(", ");
  const weights = Object.entries(scores)
    .map(([name, score]) => `${name} ${score.toFixed(2)}`)
    .join(", ");
  return [
    `"${clause.text}"`,
    `  tokens     ${tokens}`,
    `  entities   ${entities || "none"}`,
    `  sentiment  ${clause.sentiment.toFixed(2)}`,
    `  scores     ${weights}`,
    `  so         ${tier}${intent === null ? "" : `, ${intent}`}`,
  ].join("\n");
}
