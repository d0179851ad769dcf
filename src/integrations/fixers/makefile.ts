/** A rule of a makefile, as far as it says what is run. */
interface Rule {
  readonly needs: readonly string[];
  readonly recipe: string;
}

/** Deeper ones are nobody's way to a formatter. */
const MOST_RULES_DEEP = 6;

/** The commands that `make` runs for targets, prerequisites first; without a target, for the first one. */
export function recipesOf(makefile: string, targets: readonly string[]): readonly string[] {
  const rules = rulesOf(makefile);
  const [first] = [...rules.keys()].filter((name) => !name.startsWith("."));
  const wanted = targets.length > 0 ? targets : first === undefined ? [] : [first];
  return wanted.flatMap((target) => recipes(rules, target, 0));
}

function recipes(rules: ReadonlyMap<string, Rule>, target: string, deep: number): readonly string[] {
  const rule = rules.get(target);
  if (rule === undefined || deep > MOST_RULES_DEEP) return [];
  return [...rule.needs.flatMap((need) => recipes(rules, need, deep + 1)), rule.recipe];
}

const ASSIGNMENT = /^([\w.-]+)\s*(?:\?|:{1,3}|\+)?=\s*(.*)$/;
const HEAD = /^([^\s#:=][^:=#]*?)\s*::?(?!=)\s*([^=#;]*)(?:;(.*))?/;

interface Read {
  readonly rules: Map<string, Rule>;
  readonly variables: Map<string, string>;
  /** The targets of the rule that is being read. */
  open: readonly string[];
}

function rulesOf(makefile: string): ReadonlyMap<string, Rule> {
  const read: Read = { rules: new Map(), variables: new Map(), open: [] };
  for (const line of makefile.replaceAll("\\\r\n", "\\\n").split(/\r?\n/)) readLine(read, line);
  return read.rules;
}

function readLine(read: Read, line: string): void {
  const { rules, variables } = read;
  if (line.startsWith("\t")) {
    const recipe = `${expanded(line.slice(1).replace(/^[@+-]+/, ""), variables)}\n`;
    for (const name of read.open) addTo(rules, name, { needs: [], recipe });
    return;
  }
  const [, variable, value = ""] = ASSIGNMENT.exec(line) ?? [];
  if (variable !== undefined) {
    variables.set(variable, value);
    return;
  }
  const [, names, needs = "", command] = HEAD.exec(line) ?? [];
  if (names === undefined) return;
  read.open = names.split(/\s+/);
  const recipe = command === undefined ? "" : `${command}\n`;
  for (const name of read.open) addTo(rules, name, { needs: needs.split(/\s+/), recipe });
}

function addTo(rules: Map<string, Rule>, name: string, { needs, recipe }: Rule): void {
  const before = rules.get(name) ?? { needs: [], recipe: "" };
  rules.set(name, { needs: [...before.needs, ...needs], recipe: before.recipe + recipe });
}

/** Variables that the makefile itself fills; of all the others only the name is left. */
function expanded(line: string, variables: ReadonlyMap<string, string>, deep = 0): string {
  const filled = line.replace(/(?<!\$)\$[({]([\w.-]+)[)}]/g, (_whole, name: string) => {
    const value = variables.get(name);
    return value === undefined || deep > 3 ? `$${name}` : expanded(value, variables, deep + 1);
  });
  return deep === 0 ? filled.replaceAll("$$", "$") : filled;
}
