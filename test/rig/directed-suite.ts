import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestOutcome } from "../../src/protocol.ts";
import type { Rig } from "./repository.ts";
import { until } from "./started.ts";

interface DirectedTest {
  readonly id: string;
  readonly name: string;
  readonly file: string;
}

/** `llm/test_a` is the test `test_a` in the folder `llm`. */
function directed(path: string): DirectedTest {
  const [domain = "", name = ""] = path.split("/");
  const file = `tests/${domain}/test_${domain}.py`;
  return { id: `${file}::${name}`, name, file };
}

/** A suite that runs until the test ends it, and whose events the test writes while it runs. */
export class DirectedSuite {
  readonly #where: string;
  readonly #stop: string;
  #seq = 0;

  constructor(rig: Rig, before = "") {
    this.#where = join(rig.base, "events-directory");
    this.#stop = join(rig.base, "stop");
    const wait = `while ! [ -s "${this.#stop}" ]; do sleep 0.05; done`;
    rig.suite.does(
      `${before}\nprintf %s "$GATE_EVENTS" > "${this.#where}"\n${wait}\nexit $(cat "${this.#stop}")`,
    );
  }

  async running(): Promise<void> {
    await until(() => this.#eventsDirectory() !== "", "the suite to run");
  }

  says(event: object): void {
    const line = JSON.stringify({ v: 1, seq: this.#seq, time: new Date().toISOString(), ...event });
    this.#seq += 1;
    appendFileSync(join(this.#eventsDirectory(), "1-main.ndjson"), `${line}\n`);
  }

  plans(...paths: readonly string[]): void {
    this.says({ type: "hello", role: "main", runner: { name: "fake", version: "1" }, pid: 1 });
    this.says({ type: "plan", tests: paths.map(directed) });
  }

  begins(path: string): void {
    this.says({ type: "test-start", ...directed(path) });
  }

  ends(path: string, outcome: TestOutcome = "passed", message: string | null = null): void {
    this.says({ type: "test-end", id: directed(path).id, outcome, duration: 0.5, message, properties: {} });
  }

  /** Its process ends with this exit code. */
  exits(code: number): void {
    writeFileSync(this.#stop, String(code));
  }

  /** Empty while the suite has not said it. */
  #eventsDirectory(): string {
    return existsSync(this.#where) ? readFileSync(this.#where, "utf8") : "";
  }
}
