import { canRestage } from "./restaging.ts";
import { commandsOf, type ShellCommand } from "./shell-commands.ts";

/** One thing that a hook or a job of CI does, as far as it concerns gate. */
export interface Step {
  /** As it is called in messages. */
  readonly label: string;
  /** 1-based; null where the file is not read line by line. */
  readonly line: number | null;
  /** It has gate judge something. */
  readonly callsGate: boolean;
  /** It can change what is about to be committed. */
  readonly restages: boolean;
}

/** What else of the tree a command may lead to. */
export interface Surroundings {
  /** The scripts of package.json. */
  readonly scripts: ReadonlyMap<string, string>;
  /** Paths of gate's own shims in the tree. */
  readonly shims: ReadonlySet<string>;
}

const MOST_SCRIPTS_DEEP = 4;

/** Of scripts that others start: those that start each other could go on for ever. */
const MOST_COMMANDS = 10_000;
const followed = new WeakMap<Surroundings, number>();

/** What a shell script does, step by step; the scripts of package.json that it runs are followed. */
export function stepsOf(script: string, surroundings: Surroundings): readonly Step[] {
  return stepsIn(commandsOf(script), surroundings, 0);
}

function stepsIn(
  commands: readonly ShellCommand[],
  surroundings: Surroundings,
  deep: number,
): readonly Step[] {
  return commands.flatMap((command) => stepsOfCommand(command, surroundings, deep));
}

function stepsOfCommand(command: ShellCommand, surroundings: Surroundings, deep: number): readonly Step[] {
  const { words, line } = command;
  const script = surroundings.scripts.get(scriptName(words) ?? "");
  const before = followed.get(surroundings) ?? 0;
  if (script !== undefined && deep < MOST_SCRIPTS_DEEP && before < MOST_COMMANDS) {
    const commands = commandsOf(script);
    followed.set(surroundings, before + commands.length);
    return stepsIn(commands, surroundings, deep + 1).map((step) => ({ ...step, line }));
  }
  const label = words.slice(0, 3).join(" ").slice(0, 60);
  return [{ label, line, callsGate: callsGate(words, surroundings), restages: canRestage(words) }];
}

/** A step of a file that is not read line by line. */
export const withoutLine = (step: Step): Step => ({ ...step, line: null });

/** `npm run x`, `pnpm x`, `yarn x`, `npm test`; null for everything else. */
export function scriptName([program, ...args]: readonly [string, ...string[]]): string | null {
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(program)) return null;
  const [first, second] = args.filter((word) => !word.startsWith("-"));
  if (first === "run" || first === "run-script") return second ?? null;
  const own = program === "npm" ? first === "test" || first === "start" || first === "t" : true;
  return own ? (first === "t" ? "test" : (first ?? null)) : null;
}

/** What asks gate for a judgement; `gate status` and `gate run` do not stop anybody. */
const JUDGING = new Set("pre-commit pre-merge-commit pre-push verify check init".split(" "));
const PROGRAM = /^(?:.*\/)?(?:model-)?gate(?:\.c?js)?$/;
const SHIM = /(?:^|\/)\.?gate(?:-hooks)?\/(?:pre-commit|pre-merge-commit|pre-push)$/;

function callsGate([program, ...args]: ShellCommand["words"], { shims }: Surroundings): boolean {
  if (SHIM.test(program) || shims.has(program.replace(/^\.\//, ""))) return true;
  const verb = args.find((word, index) => !word.startsWith("-") && args[index - 1] !== "-C");
  return PROGRAM.test(program) && verb !== undefined && JUDGING.has(verb);
}
