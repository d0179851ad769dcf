import {
  type JsonObject,
  type JsonValue,
  type PlannedTest,
  PROTOCOL_VERSION,
  TEST_OUTCOMES,
  type TestOutcome,
} from "../protocol.ts";

/** What looking back takes from an event. */
export type ToldEvent =
  | {
      readonly type: "hello";
      readonly runner: { readonly name: string; readonly version: string };
      readonly resumes: boolean;
    }
  | { readonly type: "plan"; readonly tests: readonly PlannedTest[] }
  | { readonly type: "test-start"; readonly test: PlannedTest; readonly time: string }
  | { readonly type: "test-end"; readonly id: string; readonly end: ToldEnd }
  | {
      readonly type: "property";
      readonly id: string;
      readonly name: string;
      readonly value: JsonValue;
      readonly add: boolean;
    }
  | { readonly type: "turn"; readonly id: string; readonly kind: string }
  | {
      readonly type: "log";
      readonly id: string | null;
      readonly name: string;
      readonly text: string;
      readonly component: string | null;
    };

export interface ToldEnd {
  readonly time: string;
  readonly outcome: TestOutcome;
  readonly duration: number;
  readonly message: string | null;
  readonly properties: JsonObject;
}

/**
 * One line of events, as far as it is one that looking back takes anything from. Ten times faster than the reading
 * that decides a verdict, which looks at every member.
 */
export function toldEvent(line: string): ToldEvent | null {
  const event = parsed(line);
  if (event === null || event.v !== PROTOCOL_VERSION) return null;
  const { type, id, time = null } = event;
  if (type === "hello") return helloIn(event);
  if (type === "plan") return { type, tests: Array.isArray(event.tests) ? event.tests.flatMap(testIn) : [] };
  if (type === "log") return logIn(event);
  return isText(id) && isText(time) ? eventOfTest(event, id, time) : null;
}

function eventOfTest(event: JsonObject, id: string, time: string): ToldEvent | null {
  const { type, name, value = null, add, turn } = event;
  switch (type) {
    case "test-start":
      return testIn(event).map((test) => ({ type, test, time }) as const)[0] ?? null;
    case "test-end":
      return endIn(event, id, time);
    case "property":
      return isText(name) ? { type, id, name, value, add: add === true } : null;
    case "turn":
      return isObject(turn) && isText(turn.kind) ? { type, id, kind: turn.kind } : null;
    default:
      return null;
  }
}

function helloIn({ role, runner, resumes = false }: JsonObject): ToldEvent | null {
  if (role !== "main" || !isObject(runner) || !isText(runner.name) || !isText(runner.version)) return null;
  return { type: "hello", runner: { name: runner.name, version: runner.version }, resumes: resumes === true };
}

/** None or one. */
function testIn(value: JsonValue): readonly PlannedTest[] {
  if (!isObject(value) || !isText(value.id) || !isText(value.name)) return [];
  const { id, name, file = null, markers = null } = value;
  const known = isObject(markers)
    ? { markers: Object.fromEntries(Object.entries(markers).flatMap(textMember)) }
    : {};
  return [{ id, name, file: isText(file) ? file : null, ...known }];
}

function textMember([name, value]: readonly [string, JsonValue]): (readonly [string, string])[] {
  return isText(value) ? [[name, value]] : [];
}

function endIn(event: JsonObject, id: string, time: string): ToldEvent | null {
  const { duration = 0, message = null, properties = null } = event;
  const outcome = TEST_OUTCOMES.find((one) => one === event.outcome);
  if (outcome === undefined) return null;
  const end = {
    time,
    outcome,
    duration: typeof duration === "number" ? Math.max(0, duration) : 0,
    message: isText(message) ? message : null,
    properties: isObject(properties) ? properties : {},
  };
  return { type: "test-end", id, end };
}

function logIn({ id = null, name, text, component = null }: JsonObject): ToldEvent | null {
  if (!isText(name) || !isText(text)) return null;
  return {
    type: "log",
    id: isText(id) ? id : null,
    name,
    text,
    component: isText(component) ? component : null,
  };
}

function parsed(line: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string";
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
