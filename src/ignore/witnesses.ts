import type { Glob, Part, Step } from "./glob.ts";

/** What no pattern is written for: whoever matches it matches by a wildcard. */
export const UNHEARD = "qzq9x";

/** A directory that stands for any. */
const SOMEWHERE = "qzd";

/** Whether a path has names that no wildcard's owner has ever seen. */
export function isMadeUp(path: string): boolean {
  return path.includes(UNHEARD) || path.split("/").includes(SOMEWHERE);
}

/** Paths that a glob matches, directories with a slash: its wildcards at several lengths, at several depths. */
export function witnessesOf({ parts, directoryOnly }: Glob): readonly string[] {
  const found = stylesFor(parts).flatMap((style) => [1, 0].map((deep) => spelled(parts, { ...style, deep })));
  return asked(
    found.filter((path) => path !== ""),
    directoryOnly,
  );
}

/** Paths that two globs both match; what lies below what `other` matches counts as matched by it. */
export function commonWitnesses(glob: Glob, other: Glob): readonly string[] {
  const found = stylesFor([...glob.parts, ...other.parts]).flatMap((style) =>
    [other.parts, [...other.parts, ...BELOW]].map((parts) => meetPaths(glob.parts, parts, style)),
  );
  return asked(
    found.filter((path) => path !== null),
    glob.directoryOnly,
  );
}

interface Style {
  /** What stands for a star. */
  readonly filler: string;
  /** Which of a class's samples stands for the class: 0 the first, -1 the last. */
  readonly choice: number;
  /** Whether a wildcard takes what it can, and not as little as it has to. */
  readonly eager: boolean;
}

function stylesFor(parts: readonly Part[]): readonly Style[] {
  const classes = parts.some((part) => part !== "directories" && part.some(({ kind }) => kind === "class"));
  const choices = classes ? [0, 1, -2, -1] : [0];
  return [UNHEARD, ""].flatMap((filler) =>
    [true, false].flatMap((eager) => choices.map((choice) => ({ filler, choice, eager }))),
  );
}

const BELOW: readonly Part[] = [[{ kind: "any" }, { kind: "star" }], "directories"];

/** Each as a directory, and as a file where it may be one. */
function asked(paths: readonly string[], directoryOnly: boolean): readonly string[] {
  const different = [...new Set(paths)].filter(isPossible);
  return [...(directoryOnly ? [] : different), ...different.map((path) => `${path}/`)];
}

/** Names that git keeps for itself, and those that no file system takes, are left out. */
function isPossible(path: string): boolean {
  return path
    .split("/")
    .every((name) => !/^\.git(ignore)?$/i.test(name) && name.length < 200 && !/^\.\.?$/.test(name));
}

/** Whether a name is one that the part matches. */
export function matchesPart(part: readonly Step[], name: string): boolean {
  const fixed = [...name].map((character): Step => ({ kind: "character", character }));
  return meetNames(part, fixed, { filler: "", choice: 0, eager: true }) !== null;
}

interface Spelling extends Style {
  /** How many directories stand for `**`. */
  readonly deep: number;
}

function spelled(parts: readonly Part[], { filler, deep, choice }: Spelling): string {
  const names = parts.flatMap((part) => {
    if (part === "directories") return Array.from({ length: deep }, () => SOMEWHERE);
    return [part.map((step) => character(step, filler, choice)).join("")];
  });
  return names.includes("") ? "" : names.join("/");
}

function character(step: Step, filler: string, choice: number): string {
  switch (step.kind) {
    case "character":
      return step.character;
    case "class":
      return step.samples.at(choice) ?? step.samples[0] ?? "q";
    case "any":
      return "q";
    case "star":
      return filler;
  }
}

/** A path that both match; null where there is none. */
function meetPaths(left: readonly Part[], right: readonly Part[], style: Style): string | null {
  const { filler, eager } = style;
  const names = meet<Part>(left, right, {
    repeats: (part) => part === "directories",
    both: (one, other) =>
      one === "directories" || other === "directories" ? null : meetNames(one, other, style),
    alone: (part) =>
      part === "directories" ? null : spelled([part], { ...style, filler: filler || "q", deep: 0 }),
    between: filler === "" ? [] : [SOMEWHERE],
    eager,
  });
  return names === null ? null : names.join("/");
}

function meetNames(
  left: readonly Step[],
  right: readonly Step[],
  { filler, choice, eager }: Style,
): string | null {
  const characters = meet<Step>(left, right, {
    repeats: ({ kind }) => kind === "star",
    both: (one, other) => commonCharacter(one, other, choice),
    alone: (step) => character(step, "", choice),
    between: filler === "" ? [] : [filler],
    eager,
  });
  const name = characters?.join("") ?? "";
  return name === "" ? null : name;
}

function commonCharacter(one: Step, other: Step, choice: number): string | null {
  const candidates = [...samplesOf(one), ...samplesOf(other), "q"];
  const common = candidates.filter((candidate) => takes(one, candidate) && takes(other, candidate));
  return common.at(choice) ?? common[0] ?? null;
}

function samplesOf(step: Step): readonly string[] {
  if (step.kind === "character") return [step.character];
  return step.kind === "class" ? step.samples : [];
}

function takes(step: Step, candidate: string): boolean {
  switch (step.kind) {
    case "character":
      return step.character === candidate;
    case "class":
      return step.has(candidate);
    case "any":
      return true;
    case "star":
      return false;
  }
}

interface Meeting<Element> {
  /** Whether it stands for any number of elements. */
  readonly repeats: (element: Element) => boolean;
  /** What both stand for; null where nothing is. */
  readonly both: (one: Element, other: Element) => string | null;
  /** What one stands for beside an element that takes anything. */
  readonly alone: (element: Element) => string | null;
  /** What is put where both take anything. */
  readonly between: readonly string[];
  readonly eager: boolean;
}

/** A sequence that both sequences of patterns match; null where there is none. */
function meet<Element>(
  left: readonly Element[],
  right: readonly Element[],
  meeting: Meeting<Element>,
): readonly string[] | null {
  const known = new Map<string, readonly string[] | null>();
  const from = (at: number, other: number): readonly string[] | null => {
    if (at >= left.length && other >= right.length) return [];
    const key = `${at} ${other}`;
    const found = known.has(key) ? (known.get(key) ?? null) : onwards(at, other);
    known.set(key, found);
    return found;
  };
  const onwards = (at: number, other: number) => {
    for (const { said, ofLeft, ofRight } of ways(left[at], right[other], meeting)) {
      const rest = said === null ? null : from(at + ofLeft, other + ofRight);
      if (said !== null && rest !== null) return [...said, ...rest];
    }
    return null;
  };
  return from(0, 0);
}

interface Way {
  /** null: there is nothing that fits. */
  readonly said: readonly string[] | null;
  /** How many elements of each it uses up. */
  readonly ofLeft: number;
  readonly ofRight: number;
}

function ways<Element>(
  one: Element | undefined,
  two: Element | undefined,
  { repeats, both, alone, between, eager }: Meeting<Element>,
): readonly Way[] {
  const repeated = one !== undefined && repeats(one);
  const otherRepeated = two !== undefined && repeats(two);
  if (repeated && otherRepeated) {
    return [
      { said: between, ofLeft: 1, ofRight: 0 },
      { said: between, ofLeft: 0, ofRight: 1 },
    ];
  }
  const inOrder = (found: readonly Way[]) => (eager ? found : found.toReversed());
  const single = (said: string | null) => (said === null ? null : [said]);
  if (repeated) {
    const taken = two === undefined ? [] : [{ said: single(alone(two)), ofLeft: 0, ofRight: 1 }];
    return inOrder([...taken, { said: [], ofLeft: 1, ofRight: 0 }]);
  }
  if (otherRepeated) {
    const taken = one === undefined ? [] : [{ said: single(alone(one)), ofLeft: 1, ofRight: 0 }];
    return inOrder([...taken, { said: [], ofLeft: 0, ofRight: 1 }]);
  }
  if (one === undefined || two === undefined) return [];
  return [{ said: single(both(one, two)), ofLeft: 1, ofRight: 1 }];
}
