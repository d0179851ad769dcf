import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gateRecord } from "model-gate/record";
import { Assistant } from "../../src/assistant.js";

/** A Friday afternoon: what "tomorrow" means must not depend on when the tests run. */
const NOW = new Date(2026, 1, 13, 14, 27);

/**
 * A session of the assistant in a project directory of its own, for one test. Every turn is recorded as it
 * happens, and the logs are handed over before the directory goes, whether the test passes or not.
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} files  what the project holds
 */
export function startSession(t, files = {}) {
  const record = gateRecord(t);
  const projectDir = mkdtempSync(join(tmpdir(), "assistant-"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(projectDir, path), text);
  const turns = [];
  const assistant = new Assistant({
    projectDir,
    clock: () => NOW,
    onTurn: (turn) => {
      turns.push(turn);
      recordTurn(record, turn);
    },
  });
  t.after(() => {
    assistant.close();
    for (const path of assistant.logFiles) record.logFile(path);
    rmSync(projectDir, { recursive: true });
  });
  const toolCalls = () => turns.filter((turn) => turn.kind === "tool-call");
  return { assistant, projectDir, toolCalls };
}

/** @param {import("../../src/assistant.js").Turn} turn */
function recordTurn(record, turn) {
  switch (turn.kind) {
    case "prompt":
      return record.prompt(turn.text, { tier: turn.tier });
    case "thinking":
      return record.thinking(turn.text);
    case "tool-call":
      return record.toolCall(turn.tool, turn.args);
    case "tool-result":
      return record.toolResult(turn.tool, turn.result);
    case "response":
      return record.response(turn.text);
  }
}
