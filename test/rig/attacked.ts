import type { Problem } from "../../src/problem.ts";
import { attackCommit } from "../../src/verify/attacks/attack-commit.ts";
import type { AttackedSuite, AttackReport } from "../../src/verify/attacks/report.ts";
import type { Verifier } from "../../src/verify/attacks/try-attack.ts";
import { verifyRevision } from "../../src/verify/verify.ts";
import { Rig } from "./repository.ts";
import { opened } from "./signing.ts";

/** Two tests and two inputs, so that one of them can go. */
export async function twoTests(suiteLines = ""): Promise<Rig> {
  const rig = await Rig.create();
  rig.suite.answers([
    { id: "tests/test_hello.py::test_hello", prompt: "Hello" },
    { id: "tests/test_thanks.py::test_thanks", prompt: "Thanks" },
  ]);
  rig.write("src/tiers.py", "tiers = 3\n");
  await rig.withEvidence(suiteLines);
  return rig;
}

interface Asked {
  readonly revision?: string;
  readonly verify?: Verifier;
  readonly only?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function attacked(
  rig: Rig,
  { revision = "HEAD", verify = verifyRevision, only, env = {} }: Asked = {},
): Promise<AttackReport> {
  const report = await attackCommit(await opened(rig, env), { revision, verify, only: only ?? null });
  if (!report.ok) throw new Error(JSON.stringify(report.error, null, 1));
  return report.value;
}

export function onlySuite({ suites }: Pick<AttackReport, "suites">): AttackedSuite {
  const [suite] = suites;
  if (suite === undefined || suites.length > 1) throw new Error(`${suites.length} suites`);
  return suite;
}

/** gate's own verify, blind to some of what it would say. */
export function blindTo(isUnseen: (problem: Problem) => boolean): Verifier {
  const seen = (problems: readonly Problem[]) => problems.filter((one) => !isUnseen(one));
  return async (repository, request) => {
    const verified = await verifyRevision(repository, request);
    if (!verified.ok)
      return { ok: false, error: { ...verified.error, problems: seen(verified.error.problems) } };
    const { suites, problems } = verified.value;
    const blinded = suites.map((suite) => ({ ...suite, problems: seen(suite.problems) }));
    return { ok: true, value: { ...verified.value, suites: blinded, problems: seen(problems) } };
  };
}
