import { describe, expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.decision("HEAD")).toBe("fresh");
  expect(await rig.changes()).toEqual([]);
}

describe("evidence that was tampered with", () => {
  const TAMPERING: readonly [string, (rig: Rig) => void][] = [
    ["an edited report", (rig) => rig.write("test-reports/test_hello.puml", "nicer\n")],
    [
      "an edited manifest",
      (rig) =>
        rig.write(
          "test-reports/model-tests.json",
          rig.read("test-reports/model-tests.json").replace('"passed"', '"failed"'),
        ),
    ],
    [
      "a hash file with CRLF",
      (rig) =>
        rig.write(
          "test-reports/model-tests.hash",
          rig.read("test-reports/model-tests.hash").replace("\n", "\r\n"),
        ),
    ],
    [
      "a hash file with a byte order mark",
      (rig) =>
        rig.write("test-reports/model-tests.hash", `\ufeff${rig.read("test-reports/model-tests.hash")}`),
    ],
    [
      "a hash file of garbage",
      (rig) => rig.write("test-reports/model-tests.hash", Buffer.from([0, 255, 10, 13])),
    ],
    ["an extra file", (rig) => rig.write("test-reports/extra.txt", "more\n")],
    ["a missing report", (rig) => rig.remove("test-reports/test_hello.puml")],
    ["a missing manifest", (rig) => rig.remove("test-reports/model-tests.json")],
  ];

  it.each(TAMPERING)(
    "%s is noticed at the next commit and put right from the store",
    async (_name, tamper) => {
      const rig = await Rig.create();
      await rig.withEvidence();
      tamper(rig);
      await rig.git("add", "-A");
      await rig.commit("sneaky", "--no-verify");
      const ended = await rig.commit("next", "--allow-empty");
      expect(ended.stderr).toContain("reused");
      expect(rig.suite.runs).toBe(1);
      await expectWhole(rig);
    },
  );

  it("a hash file written by hand for sources that were never run is not believed", async () => {
    const rig = await Rig.create();
    await rig.withEvidence();
    rig.write("src/router.py", "route = 2\n");
    await rig.git("add", "src");
    const status: { suites: { fingerprint: string }[] } = JSON.parse(
      (await rig.gate("status", "--json")).stdout,
    );
    rig.write("test-reports/model-tests.hash", `${status.suites[0]?.fingerprint}  model-tests\n`);
    await rig.git("add", ".");
    expect(await rig.decision()).toBe("run");
    await rig.commit("due");
    expect(rig.suite.runs).toBe(2);
    await expectWhole(rig);
  });
});
