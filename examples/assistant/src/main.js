import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Assistant } from "./assistant.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: "string", default: process.cwd() },
    verbose: { type: "boolean", short: "v", default: false },
  },
});

const assistant = new Assistant({
  projectDir: values.project,
  onTurn: values.verbose ? explain : undefined,
});

if (positionals.length > 0) {
  console.log(assistant.ask(positionals.join(" ")).response);
} else {
  // Without arguments: one prompt a line, from a terminal or a pipe.
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: "> " });
  lines.prompt();
  for await (const line of lines) {
    console.log(assistant.ask(line).response);
    lines.prompt();
  }
}
assistant.close();

/** @param {import("./assistant.js").Turn} turn */
function explain(turn) {
  if (turn.kind === "prompt") console.error(`tier ${turn.tier}`);
  if (turn.kind === "thinking") console.error(turn.text);
  if (turn.kind === "tool-call") console.error(`call ${turn.tool} ${JSON.stringify(turn.args)}`);
  if (turn.kind === "tool-result") console.error(`result ${JSON.stringify(turn.result)}`);
}
