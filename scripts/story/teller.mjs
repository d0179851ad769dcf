const WIDTH = 120;

/** Tells the steps: the command, what gate said, how long it took. Colour only on a terminal that wants it. */
export class Teller {
  #out;
  #colour;
  #number = 0;
  #started = performance.now();

  constructor(out, env) {
    this.#out = out;
    this.#colour = out.isTTY === true && !env.NO_COLOR && !env.CI && env.TERM !== "dumb";
  }

  preparing(command) {
    this.#say(this.#dim(`preparing: ${command}`));
  }

  begin(directory) {
    this.#say(`A small assistant around a language model, gated by its model tests, in ${directory}`);
  }

  async step(title, play) {
    this.#number += 1;
    this.#say("", this.#bold(`${this.#number}. ${title}`));
    for await (const told of play()) this.#tell(told);
  }

  end(kept) {
    const seconds = inSeconds(performance.now() - this.#started);
    this.#say("", `Every step did what it says, in ${seconds}.`);
    if (kept !== null) this.#say(`The repository is still there: ${kept}`);
  }

  fail({ message, output }, kept) {
    this.#say("", `This step did not do what it says: ${message}`, output.trimEnd());
    if (!kept) this.#say("To look at the repository:  npm start -- --keep");
  }

  #tell({ command, lines, milliseconds }) {
    this.#say(`   $ ${command}`, ...lines.map((line) => `     ${shortened(line)}`));
    if (milliseconds !== null) this.#say(this.#dim(`     ${inSeconds(milliseconds)}`));
  }

  #say(...lines) {
    this.#out.write(`${lines.join("\n")}\n`);
  }

  #bold(text) {
    return this.#colour ? `\u001b[1m${text}\u001b[22m` : text;
  }

  #dim(text) {
    return this.#colour ? `\u001b[2m${text}\u001b[22m` : text;
  }
}

function shortened(line) {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 2)} …`;
}

function inSeconds(milliseconds) {
  return milliseconds < 995 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
