import { expect, it } from "vitest";
import { Rig } from "../rig/repository.ts";

it("logs that a suite leaves in folders that git ignores are among the reports, by their own names", async () => {
  const rig = await Rig.create();
  rig.writeProject(`    logs: ["**/*.log"]\n`);
  rig.write(".gitignore", "logs/\nruns/\n*.log\n.gate/\n!test-reports/logs/\n!test-reports/logs/**/*.log\n");
  rig.suite.answers([{ id: "tests/a.py::test_good" }], {
    before: "mkdir -p logs runs/baes && echo hello > logs/session.log && echo POST > runs/baes/adapter.log",
  });
  await rig.git("add", ".");
  const ended = await rig.gate("run");
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining("ignored")]);
  expect(rig.read("test-reports/logs/_suite/session.log")).toBe("hello\n");
  expect(rig.read("test-reports/logs/_suite/adapter.log")).toBe("POST\n");
});
