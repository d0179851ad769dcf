import { utimesSync } from "node:fs";
import { join } from "node:path";
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

it.each([
  ["out/session*.log", "out/session-hello.log"],
  ["*.log", "top.log"],
  ["out/**", "out/deep/er/session.txt"],
  ["out/{a,b}/*.log", "out/b/session.log"],
])("a pattern counts from the top of the repository: %s", async (pattern, path) => {
  const rig = await Rig.create();
  rig.writeProject(`    logs: ["${pattern}"]\n`);
  rig.write(".gitignore", "/out/\n/top.log\n.gate/\n");
  rig.suite.answers([{ id: "tests/a.py::test_good" }], {
    before: `mkdir -p out/deep/er out/b && echo hello > ${path}`,
  });
  await rig.git("add", ".");
  const ended = await rig.gate("run");
  expect([ended.code, ended.stdout]).toEqual([0, expect.not.stringContaining("matches no file")]);
  expect(rig.read(`test-reports/logs/_suite/${path.split("/").at(-1)}`)).toBe("hello\n");
});

it("a pattern that met no file that the run wrote is named, where the run passed", async () => {
  const rig = await Rig.create();
  rig.writeProject(`    logs: ["out/*.txt", "out/{a,b}.log", "out/*.log", "**/kept.log"]\n`);
  rig.write(".gitignore", "/out/\n.gate/\n");
  rig.write("out/kept.log", "of an earlier run\n");
  utimesSync(join(rig.directory, "out/kept.log"), 1, 1);
  rig.suite.answers([{ id: "tests/a.py::test_good" }], { before: "echo hello > out/session.log" });
  await rig.git("add", ".");
  const ended = await rig.gate("run");
  expect(ended.code).toBe(0);
  const named = [...ended.stdout.matchAll(/logs: "(.+?)" matches no file/g)].map(([, glob]) => glob);
  expect(named).toEqual(["out/*.txt", "**/kept.log"]);
  rig.suite.answers([{ id: "tests/a.py::test_good", outcome: "failed", message: "no" }]);
  const failed = await rig.gate("run", "--force");
  expect([failed.code, failed.stdout + failed.stderr]).toEqual([
    1,
    expect.not.stringContaining("matches no file"),
  ]);
});

/** As a shell's printf writes it: Latin-1. */
const MISNAMED = "r\\351sum";

it("a name that is no UTF-8 costs no log beside it or below", async () => {
  const rig = await Rig.create();
  rig.writeProject(`    logs: ["**/*.log"]\n`);
  rig.write(".gitignore", "/out/\n.gate/\n");
  rig.suite.answers([{ id: "tests/a.py::test_good" }], {
    before: `mkdir -p out/deep && : > "out/$(printf '${MISNAMED}.txt')"; echo hello > out/deep/session.log`,
  });
  await rig.git("add", ".");
  const ended = await rig.gate("run");
  expect([ended.code, ended.stdout]).toEqual([0, expect.not.stringContaining("matches no file")]);
  expect(rig.read("test-reports/logs/_suite/session.log")).toBe("hello\n");
});

it.each(["out", "$GATE_ARTIFACTS/test_good"])(
  "logs whose own names are no UTF-8 are among the reports by names that are: in %s",
  async (directory) => {
    const rig = await Rig.create();
    rig.writeProject(`    logs: ["**/*.log"]\n`);
    rig.write(".gitignore", "/out/\n.gate/\n");
    const log = (name: string, text: string) => `echo ${text} > "${directory}/$(printf '${name}.log')"`;
    rig.suite.answers([{ id: "tests/a.py::test_good" }], {
      before: `mkdir -p ${directory} && ${log(MISNAMED, "one")} && ${log("r\\352sum", "two")}`,
    });
    await rig.git("add", ".");
    const ended = await rig.gate("run");
    expect([ended.code, ended.stdout]).toEqual([0, expect.not.stringContaining("matches no file")]);
    const reports = (await rig.git("ls-files", "test-reports")).split("\n");
    const kept = reports.filter((path) => /r.*sum\.log$/.test(path));
    expect(kept.map((path) => rig.read(path))).toEqual(["one\n", "two\n"]);
    expect(kept.every((path) => path.includes(directory === "out" ? "/_suite/" : "test_good"))).toBe(true);
  },
);
