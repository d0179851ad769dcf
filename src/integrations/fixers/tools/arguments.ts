/** The words of a call, sorted into options and the rest. */
export interface Arguments {
  /** By name, with their dashes; one that takes no value has the empty text. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** `valued`: the options that take the next word as their value; all the others stand alone. */
export function readArguments(args: readonly string[], valued: string): Arguments {
  const takesValue = new Set(valued.split(" "));
  const options = new Map<string, string[]>();
  const operands: string[] = [];
  const note = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (word === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(word)) operands.push(word);
    else if (takesValue.has(word)) {
      at += 1;
      note(word, args[at] ?? "");
    } else for (const [name, value] of spelledOut(word, takesValue)) note(name, value);
  }
  return { options, operands };
}

/** `--name=value`, `-n` and its cluster: `-ni.bak` is the same as `-n -i.bak`. */
function spelledOut(word: string, takesValue: ReadonlySet<string>): readonly (readonly [string, string])[] {
  const [, name = word, value = ""] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
  if (word.startsWith("--")) return [[name, value]];
  const letters: [string, string][] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = `-${word[at]}`;
    const rest = word.slice(at + 1);
    letters.push([letter, takesValue.has(letter) ? rest : ""]);
    if (takesValue.has(letter)) break;
  }
  // Go's programs have long names behind a single dash
  return word.length > 2 ? [...letters, [name, value]] : letters;
}

export function has({ options }: Arguments, ...names: readonly string[]): boolean {
  return names.some((name) => options.has(name));
}

export function valuesOf({ options }: Arguments, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => options.get(name) ?? []);
}
