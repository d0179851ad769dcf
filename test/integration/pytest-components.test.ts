import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const SUITE = `
import pytest
from gate_record import gate_log

pytestmark = pytest.mark.tier("file")

@pytest.mark.domain("chat")
@pytest.mark.smoke
@pytest.mark.tier("test")
@pytest.mark.parametrize("number", [1, 2])
def test_marked(number):
    gate_log("adapter", "called %d" % number)
    print("::gate metrics::%d tokens" % number)

@pytest.mark.domain(object())
@pytest.mark.level(3)
def test_others(): pass

def test_names():
    for wrong in ("", "a/b", "x" * 65):
        with pytest.raises(ValueError): gate_log(wrong, "text")
`;
const INI = "[pytest]\nmarkers =\n  tier\n  smoke\n  domain\n  level\n";

function events(project: PytestProject): readonly Record<string, unknown>[] {
  return readdirSync(project.events)
    .filter((name) => name.endsWith(".ndjson"))
    .flatMap((name) => readFileSync(join(project.events, name), "utf8").trimEnd().split("\n"))
    .map((line) => JSON.parse(line));
}

describeWithPython.each(PYTEST_VERSIONS)("pytest %i", { timeout: PYTHON_TIMEOUT }, (version) => {
  it.each([
    ["alone", []],
    ["with xdist", ["-n", "2"]],
  ])(
    "%s: tells by what tests are grouped before they run, and which part of them says what",
    async (_, args) => {
      const project = await PytestProject.create(version);
      project.write({ "test_parts.py": SUITE, "pytest.ini": INI });
      const run = await project.run(args);
      expect([run.code, run.doubts]).toEqual([0, []]);
      const told = events(project);
      const marked = { domain: "chat", smoke: "true", tier: "test" };
      const others = { domain: "true", level: "3", tier: "file" };
      const plan = told.flatMap(({ type, tests }) => (type === "plan" ? tests : []));
      expect(plan).toMatchObject([
        { id: "test_parts.py::test_marked[1]", markers: marked },
        { id: "test_parts.py::test_marked[2]", markers: marked },
        { id: "test_parts.py::test_others", markers: others },
        { id: "test_parts.py::test_names", markers: { tier: "file" } },
      ]);
      const starts = told.filter(({ type }) => type === "test-start");
      expect(starts).toContainEqual(expect.objectContaining({ name: "test_others", markers: others }));
      const logs = told.filter(({ type }) => type === "log");
      expect(logs).toContainEqual(
        expect.objectContaining({
          id: "test_parts.py::test_marked[2]",
          name: "adapter.log",
          component: "adapter",
          text: "called 2\n",
        }),
      );
      expect(logs).toContainEqual(
        expect.objectContaining({
          id: "test_parts.py::test_marked[2]",
          name: "stdout.log",
          text: "::gate metrics::2 tokens\n",
        }),
      );
    },
  );
});
