import { expect, it } from "vitest";
import { outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTHON_TIMEOUT } from "../rig/python.ts";

const MEBIBYTE = 1 << 20;

describeWithPython("values that tests hand over", { timeout: PYTHON_TIMEOUT }, () => {
  it("are looked at only so far, whatever they contain and lead to", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_graph.py": `
class Wild(dict):
    def items(self): raise RuntimeError("no")
def test_graph(record_property):
    twice = []
    twice.append(twice); twice.append(twice)
    record_property("cycle", twice)
    folded = ["end"]
    for _ in range(60): folded = [folded, folded]
    record_property("folded", folded)
    node = {"name": "root", "children": []}
    node["children"] = [{"name": n, "parent": node} for n in range(3)]
    record_property("tree", node)
    record_property("digits", 10 ** 5000)
    record_property("keys", {("a", 1): 1, None: 2})
    record_property("large", list(range(100_000)))
    record_property("wild", Wild(a=1))
`,
    });
    const run = await project.run();
    expect(run.complete).toBe(true);
    const properties = run.tests[0]?.properties;
    expect(properties?.cycle).toEqual(["… (it contains itself)", "… (it contains itself)"]);
    expect(JSON.stringify(properties?.folded).length).toBeLessThan(MEBIBYTE);
    expect(properties?.tree).toEqual({
      name: "root",
      children: [0, 1, 2].map((name) => ({ name, parent: "… (it contains itself)" })),
    });
    expect(properties?.digits).toMatch(/^0x[0-9a-f]+$/);
    expect(properties?.keys).toEqual({ "('a', 1)": 1, None: 2 });
    expect(JSON.stringify(properties?.large)).toMatch(/^\[0,1,2,.*"… \(\d+ more\)"\]$/);
    expect(properties?.wild).toBe("{'a': 1}");
  });

  it("are encoded once where they are the parameter of many tests", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "test_large.py": `
import pytest
class Counted:
    asked = 0
    def __repr__(self):
        Counted.asked += 1
        return "counted"
LARGE = [Counted(), [[n, {"n": n}] for n in range(100_000)]]
@pytest.mark.parametrize("data", [LARGE] * 10, ids=list("abcdefghij"))
def test_large(data): pass
def test_counted(): assert Counted.asked == 1, Counted.asked
`,
    });
    const run = await project.run();
    expect(outcomes(run.tests).test_counted).toBe("passed");
    expect(run.tests).toHaveLength(11);
    const params = run.tests.slice(0, 10).map(({ properties }) => JSON.stringify(properties.params));
    expect(new Set(params).size).toBe(1);
    expect(params[0]).toMatch(/^\{"data":\["counted",\[\[0,\{"n":0\}\],.*"… \(\d+ more\)"\]\]\}$/);
  });
});
