import type { Command, Option } from "commander";

/** An option with one value that is given twice: commander takes the last one, and the other would do nothing. */
export function refuseRepeated(program: Command): void {
  const given = new Set<string>();
  const watch = (command: Command) => {
    for (const option of command.options.filter(takesOneValue)) {
      command.on(`option:${option.name()}`, () => {
        // `-C` may stand before the verb and after it, and is one option all the same
        if (given.has(option.name()))
          command.error(`error: ${option.short ?? option.long} takes one value; give it once`);
        given.add(option.name());
      });
    }
    for (const verb of command.commands) watch(verb);
  };
  watch(program);
}

function takesOneValue({ required, optional, variadic }: Option): boolean {
  return (required || optional) && !variadic;
}
