import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startSession } from "./session.js";

test("test_hello_produces_response", (t) => {
  const { assistant, toolCalls } = startSession(t);
  const { tier, response } = assistant.ask("Hello there, assistant!");
  assert.equal(tier, "simple");
  assert.match(response, /^Hello\b/);
  assert.deepEqual(toolCalls(), []);
});

test("test_thanks_produces_acknowledgment", (t) => {
  const { assistant } = startSession(t);
  const { tier, response } = assistant.ask("Thanks, that was a great help");
  assert.equal(tier, "simple");
  assert.match(response, /welcome/);
});

test("test_complaint_is_met_with_sympathy", (t) => {
  const { assistant } = startSession(t);
  const { tier, response } = assistant.ask("This is terrible, nothing works and I hate it");
  assert.equal(tier, "simple");
  assert.match(response, /sorry/);
});

test("test_why_question_is_answered_in_steps", (t) => {
  const { assistant } = startSession(t);
  const { tier, response } = assistant.ask("Why does the sky look blue on a clear day?");
  assert.equal(tier, "reasoning");
  assert.match(response, /scatter/);
  const steps = response.match(/^\d+\. /gm);
  assert.ok(steps !== null && steps.length >= 2, response);
});

test("test_comparison_names_both_sides", (t) => {
  const { assistant } = startSession(t);
  const { tier, response } = assistant.ask("What are the differences between UDP and TCP?");
  assert.equal(tier, "reasoning");
  assert.match(response, /^UDP: .*datagrams/m);
  assert.match(response, /^TCP: .*in order/m);
});

test("test_is_even_is_written_into_the_project", (t) => {
  const { assistant, projectDir, toolCalls } = startSession(t);
  const { tier, response } = assistant.ask(
    "Please write a Python function that tells whether a number is even.",
  );
  assert.equal(tier, "code");
  assert.deepEqual(
    toolCalls().map((call) => call.tool),
    ["write_file"],
  );
  const source = readFileSync(join(projectDir, "is_even.py"), "utf8");
  assert.match(source, /def is_even\(number\)/);
  assert.ok(response.includes(source.trim()), response);
  assert.deepEqual(readdirSync(projectDir).sort(), [".assistant", "is_even.py"]);
});
