import { join } from "node:path";
import { readEditable } from "../adapters/files/editing.ts";
import { listDirectory } from "../adapters/files/files.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { fileEdit, type Place, type Plan, plan, readForEdit, refusedEdit, together } from "./edits.ts";
import {
  gateLine,
  HOOKS,
  type HookName,
  isWired,
  lostLine,
  newHook,
  obstacleIn,
  placeOfLine,
  withGateLine,
} from "./hook-script.ts";

/** What init does with the shim's answer to "gate is not to be found". null: as it is there, else "pass". */
export type WhenMissing = "pass" | "refuse" | null;

export interface ShimSource {
  /** The package's `hooks/`. */
  readonly directory: string;
  readonly whenMissing: WhenMissing;
}

interface HookFolder {
  readonly place: (path: string) => Place;
  /** husky runs its hooks with sh itself: they need neither a first line nor the mode. */
  readonly husky: boolean;
}

/** Puts gate's line into each hook of a folder, and the shims that it calls beside them. */
export async function planShellHooks(folder: HookFolder, shims: ShimSource): Promise<Plan> {
  const copies = await planShims(shims, HOOKS, (name) => folder.place(`gate/${name}`));
  const lines = await Promise.all(HOOKS.map((hook) => planHook(folder, hook)));
  return together([copies, ...lines]);
}

/** Copies the shims of these hooks, and what they share. */
export async function planShims(
  shims: ShimSource,
  hooks: readonly HookName[],
  placeOf: (name: string) => Place,
): Promise<Plan> {
  const shipped = await listDirectory(shims.directory);
  const unused: readonly string[] = HOOKS.filter((hook) => !hooks.includes(hook));
  const wanted = shipped.filter((name) => !unused.includes(name));
  return together(await Promise.all(wanted.map((name) => planShim(shims, name, placeOf(name)))));
}

const MISSING_LINE = /^gate_when_missing=(pass|refuse)$/m;

/** What a person chose at an earlier init stays. */
async function planShim(shims: ShimSource, name: string, place: Place): Promise<Plan> {
  const shipped = await readEditable(shims.directory, name);
  if (!shipped.ok || shipped.value.text === null) throw new Error(`the package's hooks/${name} is no file`);
  const file = await readForEdit(place, "Move it away, then:  gate init");
  if (!file.ok) return plan({ problems: [file.error] });
  const chosen = shims.whenMissing ?? MISSING_LINE.exec(file.value.text ?? "")?.[1] ?? "pass";
  const after = shipped.value.text.replace(MISSING_LINE, `gate_when_missing=${chosen}`);
  const edits = fileEdit(place, file.value, after, after.startsWith("#!"));
  return plan({ edits: edits.map((edit) => ({ ...edit, shipped: true })) });
}

async function planHook({ place, husky }: HookFolder, hook: HookName): Promise<Plan> {
  const target = place(hook);
  const byHand = `Add this where it is reached ${placeOfLine(hook)}:  ${gateLine(hook)}`;
  const file = await readForEdit(target, byHand);
  if (!file.ok) return plan({ problems: [file.error] });
  const { text, executable } = file.value;
  if (text === null) return plan({ edits: fileEdit(target, file.value, newHook(hook, !husky), !husky) });
  const asleep = executable || husky ? [] : [notExecutable(target)];
  if (isWired(text, hook)) return plan({ problems: [...asleep, ...unreached(target, lostLine(text, hook))] });
  const obstacle = obstacleIn(text, hook);
  if (obstacle !== null) return plan({ problems: [refusedEdit(target, obstacle, byHand), ...asleep] });
  return plan({ edits: fileEdit(target, file.value, withGateLine(text, hook)), problems: asleep });
}

function unreached(place: Place, why: string | null): readonly Problem[] {
  if (why === null) return [];
  const hint = "Put what is done there into parentheses:  (cd … && …)";
  return [
    problem("not-wired", `${place.shown} ${why}, which is not found from there.`, {
      path: place.shown,
      hint,
    }),
  ];
}

function notExecutable(place: Place): Problem {
  return warning("not-wired", `${place.shown} is not executable, so git does not run it.`, {
    path: place.shown,
    hint: `If it is meant to run:  chmod +x ${join(place.root, place.path)}`,
  });
}
