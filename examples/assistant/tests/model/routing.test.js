import assert from "node:assert/strict";
import { test } from "node:test";
import { gateRecord } from "model-gate/record";
import { read } from "../../src/reading.js";
import { route } from "../../src/router.js";

/** Routing needs neither a project nor a session, so these tests have no session logs. */
function routed(t, prompt) {
  const { tier, intent, scores } = route(read(prompt));
  const record = gateRecord(t);
  record.prompt(prompt, { tier });
  record.property("intent", intent);
  record.property("score", Number(scores[tier].toFixed(2)));
  return { tier, intent };
}

/** @type {[name: string, prompt: string, tier: string, intent: string | null][]} */
const cases = [
  ["test_route_greeting_to_simple", "Hey, good morning!", "simple", "greeting"],
  ["test_route_farewell_to_simple", "Goodbye, see you tomorrow", "simple", "farewell"],
  ["test_route_arithmetic_to_action", "What's 17 * (4 + 2)?", "action", "calculate"],
  [
    "test_route_percentage_to_action",
    "Could you tell me how much 15 percent of 80 is?",
    "action",
    "calculate",
  ],
  ["test_route_conversion_to_action", "How many ounces are there in 2 kg?", "action", "convert"],
  ["test_route_reminder_to_action", "Please remind me in an hour to take the cake out", "action", "remind"],
  ["test_route_file_search_to_action", "Search the files for the release checklist", "action", "find"],
  ["test_route_why_question_to_reasoning", "Why do leaves turn red in October?", "reasoning", "explain"],
  ["test_route_comparison_to_reasoning", "Compare a rabbit and a hare", "reasoning", "compare"],
  ["test_route_to_non_default_tier", "Implement a stack in JavaScript", "code", "write"],
  ["test_route_unknown_words_to_default_tier", "Colorless green ideas", "simple", null],
];

for (const [name, prompt, tier, intent] of cases) {
  test(name, (t) => assert.deepEqual(routed(t, prompt), { tier, intent }));
}
