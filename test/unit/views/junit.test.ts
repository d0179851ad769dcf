import fc from "fast-check";
import sax from "sax";
import { describe, expect, it } from "vitest";
import { junitXml } from "../../../src/views/junit.ts";
import { evidenceOf } from "../../rig/believed-evidence.ts";

/** Every element with its attributes, as a strict parser reads them. */
function elementsOf(xml: string): { readonly name: string; readonly attributes: Record<string, string> }[] {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name, attributes }) => {
    const entries = Object.entries(attributes).map(([key, value]) => [key, String(value)] as const);
    elements.push({ name, attributes: Object.fromEntries(entries) });
  };
  parser.write(xml).close();
  return elements;
}

describe("the tests as JUnit XML", () => {
  it("are counted and grouped by what stands before the first `::`", () => {
    const xml = junitXml([
      evidenceOf({
        "tests/a.py::TestX::test[a::b]": "passed",
        alone: "skipped",
        "b::x": "xfailed",
        "b::f": "flaky",
      }),
    ]);
    const elements = elementsOf(xml);
    expect(elements.find(({ name }) => name === "testsuite")?.attributes).toEqual({
      name: "model-tests",
      tests: "4",
      failures: "0",
      errors: "0",
      skipped: "2",
      time: "142",
      timestamp: "2026-02-13T14:25:00",
    });
    const cases = elements.filter(({ name }) => name === "testcase").map(({ attributes }) => attributes);
    expect(cases).toEqual([
      { classname: "tests/a.py", name: "TestX::test[a::b]", time: "0.25" },
      { classname: "model-tests", name: "alone", time: "0.25" },
      { classname: "b", name: "x", time: "0.25" },
      { classname: "b", name: "f", time: "0.25" },
    ]);
    expect(xml).toContain('<skipped message="no weights here"/>');
    expect(xml).toContain("<system-out>passed on a retry</system-out>");
    expect(xml).toContain('<property name="gate.assurance" value="consistent"/>');
  });

  it("say who signed, where somebody did", () => {
    const xml = junitXml([evidenceOf({ a: "passed" }, { assurance: "signed", signer: "ann@example.com" })]);
    expect(xml).toContain('<property name="gate.signer" value="ann@example.com"/>');
  });

  it("are well-formed whatever the tests are called, and a name that XML can hold comes back as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const [test] = elementsOf(junitXml([evidenceOf({ [`x::${name}`]: "failed" })])).filter(
          (element) => element.name === "testcase",
        );
        const holds = !/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/.test(name);
        if (holds) expect(test?.attributes.name).toBe(name);
        else expect(test?.attributes.name).toContain("\\u");
      }),
    );
  });
});
