import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startSession } from "./session.js";

test("test_reminder_extracts_what_and_when", (t) => {
  const { assistant, projectDir } = startSession(t);
  const { entities } = assistant.ask("Remind me to water the plants next Monday at 7:30 am");
  assert.deepEqual(
    entities.map(({ type, text }) => [type, text]),
    [
      ["DATE", "next Monday"],
      ["TIME", "7:30 am"],
    ],
  );
  assert.deepEqual(JSON.parse(readFileSync(join(projectDir, "reminders.json"), "utf8")), [
    { what: "water the plants", at: "2026-02-16 07:30" },
  ]);
});

test("test_file_search_finds_other_forms_of_a_word", (t) => {
  const { assistant, toolCalls } = startSession(t, {
    "limits.md":
      "Two policies hold here. A client retries after a second, and the retry policy ends after three.",
    "release.txt": "Every release is tagged. No retries.",
    "notes.json": '{"retry": "policy"}',
  });
  const { response } = assistant.ask("Find the notes about retry policies");
  assert.deepEqual(toolCalls(), [{ kind: "tool-call", tool: "find_files", args: { terms: "retry policy" } }]);
  assert.match(response, /limits\.md \(4\)/);
  assert.doesNotMatch(response, /release\.txt|notes\.json/);
});

test("test_every_part_of_a_prompt_is_answered", (t) => {
  const { assistant, toolCalls } = startSession(t);
  const { tier, response } = assistant.ask(
    "What is 15% of 80? Convert 3 feet to cm, remind me to call Ann tomorrow at 5pm, and then explain how rainbows form.",
  );
  assert.equal(tier, "reasoning");
  assert.deepEqual(
    toolCalls().map((call) => call.tool),
    ["calculate", "convert_units", "set_reminder"],
  );
  for (const part of [/= 12$/m, /91\.44 cm/, /call Ann on 2026-02-14 17:00/, /bend sunlight/])
    assert.match(response, part);
});

test("test_division_by_zero_is_explained", (t) => {
  const { assistant, toolCalls } = startSession(t);
  const { tier, response } = assistant.ask("How much is twenty five divided by (3 - 3)?");
  assert.equal(tier, "action");
  assert.deepEqual(toolCalls()[0]?.args, { expression: "25 / ( 3 - 3 )" });
  assert.match(response, /division by zero/);
});

test("test_negated_order_calls_no_tool", (t) => {
  const { assistant, projectDir, toolCalls } = startSession(t);
  assistant.ask("Do not remind me to call Ann tomorrow");
  assert.deepEqual(toolCalls(), []);
  assert.equal(existsSync(join(projectDir, "reminders.json")), false);
});
