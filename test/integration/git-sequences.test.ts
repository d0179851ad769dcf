import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";
import { SequenceModel } from "../rig/sequence-model.ts";
import { type OperationName, perform, type Step, WEIGHTS } from "../rig/sequence-operations.ts";
import { answerFromInputs, configuration } from "../rig/sequence-state.ts";

/**
 * Random sequences of git operations in a real repository with the real hooks. After each one an oracle that asks
 * only git and the suite's counter says what must hold.
 *
 * GATE_SEQUENCES=300 tries so many, GATE_SEQUENCES_SEED=<n> begins with that seed, as a failure names it, and
 * GATE_SEQUENCES_SHRINK=1 looks for a shorter sequence that fails. GATE_SEQUENCES_STRICT=1 fails as well where gate
 * takes for a person's what was nobody's, as it does after a commit that was given up in the same second.
 */
const COUNT = Number(process.env.GATE_SEQUENCES ?? 4);
const FIRST = Number(
  process.env.GATE_SEQUENCES_SEED ?? (process.env.CI === "true" ? 20_261_121 : Date.now() % 1e8),
);
const SHRINK = process.env.GATE_SEQUENCES_SHRINK === "1";
const STRICT = process.env.GATE_SEQUENCES_STRICT === "1";

const names = Object.keys(WEIGHTS).filter((name): name is OperationName => name in WEIGHTS);
const kind = fc.oneof(...names.map((name) => ({ weight: WEIGHTS[name], arbitrary: fc.constant(name) })));
const number = fc.nat({ max: 23 });
const step = fc.record({ kind, a: number, b: number, c: number });
const BEGINNING: readonly OperationName[] = ["settings", "fork", "fork", "commitPath", "commit"];
/** Some history, and then anything. */
const sequence = fc.noBias(
  fc
    .tuple(
      fc.tuple(
        ...BEGINNING.map((name) => fc.record({ kind: fc.constant(name), a: number, b: number, c: number })),
      ),
      fc.array(step, { minLength: 6, maxLength: 14 }),
    )
    .map(([beginning, rest]): Step[] => [...beginning, ...rest]),
);

async function begun(): Promise<SequenceModel> {
  const rig = await Rig.create();
  answerFromInputs(rig.suite, rig.base);
  rig.writeProject();
  rig.write("gate.yaml", configuration());
  // Enough that stays, so that no change takes half of the inputs away.
  for (let index = 0; index < 10; index += 1) rig.write(`src/lasting/${index}.py`, `lasting = ${index}\n`);
  rig.write("conf/lasting.json", "{}\n");
  rig.write("src/a.py", "value = 0\n");
  await rig.git("add", ".");
  await rig.commit("first");
  const model = new SequenceModel(rig);
  await model.begin();
  return model;
}

async function expectToHold(steps: readonly Step[]): Promise<void> {
  const model = await begun();
  try {
    for (const step of steps) await perform(model, step);
    await model.expectSound();
    if (STRICT) expect(model.notes).toEqual([]);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${model.log.join("\n")}`, {
      cause: error,
    });
  }
}

describe("whatever is done with git", () => {
  it.each(Array.from({ length: COUNT }, (_, index) => FIRST + index))(
    "holds, GATE_SEQUENCES_SEED=%i",
    async (seed) => {
      await fc.assert(fc.asyncProperty(sequence, expectToHold), {
        seed,
        numRuns: 1,
        endOnFailure: !SHRINK,
      });
    },
    SHRINK ? 3_600_000 : 120_000,
  );
});
