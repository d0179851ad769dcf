/** A rule of a makefile, as far as it says what is run. */
interface Rule {
  readonly needs: string[];
  recipe: string;
}

/** Deeper ones are nobody's way to a formatter. */
const MOST_RULES_DEEP = 6;
const MOST_VARIABLES_DEEP = 4;
/** What all of them together put into the commands. */
const LONGEST_VALUES = 100_000;

/** The commands that `make` runs for targets, prerequisites first; without a target, for the first one. */
export function recipesOf(makefile: string, targets: readonly string[]): readonly string[] {
  const { rules, variables } = read(makefile);
  const [first] = [...rules.keys()].filter((name) => !name.startsWith("."));
  const wanted = targets.length > 0 ? targets : first === undefined ? [] : [first];
  const made = new Set<string>();
  const fill = fillingIn(variables);
  return wanted.flatMap((target) => recipes(rules, target, made, 0)).map(fill);
}

/** Each is made once, whoever needs it. */
function recipes(
  rules: ReadonlyMap<string, Rule>,
  target: string,
  made: Set<string>,
  deep: number,
): readonly string[] {
  const rule = rules.get(target);
  if (rule === undefined || made.has(target) || deep > MOST_RULES_DEEP) return [];
  made.add(target);
  return [...rule.needs.flatMap((need) => recipes(rules, need, made, deep + 1)), rule.recipe];
}

const ASSIGNMENT = /^([\w.-]+)\s*(?:\?|:{1,3}|\+)?=\s*(.*)$/;
const HEAD = /^([^\s#:=][^:=#]*?)\s*::?(?!=)\s*([^=#;]*)(?:;(.*))?/;

interface Reading {
  readonly rules: Map<string, Rule>;
  readonly variables: Map<string, string>;
  /** The targets of the rule that is being read. */
  open: readonly string[];
}

function read(makefile: string): Reading {
  const reading: Reading = { rules: new Map(), variables: new Map(), open: [] };
  for (const line of makefile.replaceAll("\\\r\n", "\\\n").split(/\r?\n/)) readLine(reading, line);
  return reading;
}

function readLine(reading: Reading, line: string): void {
  const { rules, variables } = reading;
  if (line.startsWith("\t")) {
    const recipe = `${line.slice(1).replace(/^[@+-]+/, "")}\n`;
    for (const name of reading.open) addTo(rules, name, [], recipe);
    return;
  }
  const [, variable, value = ""] = ASSIGNMENT.exec(line) ?? [];
  if (variable !== undefined) {
    variables.set(variable, value);
    return;
  }
  const [, names, needs = "", command] = HEAD.exec(line) ?? [];
  if (names === undefined) return;
  reading.open = names.split(/\s+/);
  const recipe = command === undefined ? "" : `${command}\n`;
  for (const name of reading.open) addTo(rules, name, needs.split(/\s+/), recipe);
}

function addTo(rules: Map<string, Rule>, name: string, needs: readonly string[], recipe: string): void {
  const rule = rules.get(name) ?? { needs: [], recipe: "" };
  rules.set(name, rule);
  for (const need of needs) rule.needs.push(need);
  rule.recipe += recipe;
}

/** With what the makefile itself has for its variables, as it stands at its end; of all others only the name is left. */
function fillingIn(variables: ReadonlyMap<string, string>): (commands: string) => string {
  let length = 0;
  const fill = (text: string, deep: number): string =>
    text.replace(/(?<!\$)\$[({]([\w.-]+)[)}]/g, (_whole, name: string) => {
      const value = variables.get(name);
      if (value === undefined || deep >= MOST_VARIABLES_DEEP || length > LONGEST_VALUES) return `$${name}`;
      length += value.length + 1;
      return fill(value, deep + 1);
    });
  return (commands) => fill(commands, 0).replaceAll("$$", "$");
}
