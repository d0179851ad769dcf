type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const time: Check = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const kind = shape({ kind: text });
const ending = { time, durationMs: number, end: kind };
const part = shape({ mark: text, started: time, ended: nullOr(shape(ending)) });
const grouping: Check = (value) => {
  if (!isObject(value)) return false;
  if (value.by === "marker") return text(value.marker);
  if (value.by === "name")
    return Array.isArray(value.groups) && value.groups.every(shape({ name: text, match: text }));
  return value.by === "test" || value.by === "file" || value.by === "directory";
};

/** Whether a value has the form of a session's record as far as anybody reads it: a person may have edited the file. */
export const hasRecordForm = shape({
  schema: (value) => value === "gate/session@1",
  name: text,
  suite: text,
  fingerprint: text,
  command: text,
  mark: text,
  started: time,
  machine: shape({ os: text, cpus: number, memoryBytes: number, node: text, gpus: Array.isArray }),
  ignoredInputs: texts,
  ended: nullOr(shape({ ...ending, verdict: text, reasons: texts, leaked: texts, moved: texts })),
  evidence: nullOr(text),
  parts: optional((value) => Array.isArray(value) && value.every(part)),
  groupings: optional(shape({ domains: grouping, steps: grouping })),
});

function shape(members: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(members);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

function nullOr(check: Check): Check {
  return (value) => value === null || check(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
