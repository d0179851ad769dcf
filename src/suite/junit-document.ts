import type { LogSink } from "../adapters/files/log-sink.ts";
import { type Doubts, quoted } from "./doubts.ts";
import { type Attributes, JunitCase } from "./junit-case.ts";
import { SuiteCounts } from "./junit-counts.ts";
import { type JunitRunner, junitId, runnerOf, suiteId } from "./junit-ids.ts";
import type { LogSource, SuiteResults, TestResult } from "./results.ts";

const DEEPEST = 64;
const STREAMS: ReadonlyMap<string, string> = new Map([
  ["system-out", "stdout.log"],
  ["system-err", "stderr.log"],
]);

/** Outside of a test they say that a suite failed as a whole. */
const FAILURES: ReadonlySet<string> = new Set(["failure", "error"]);

interface OpenSuite {
  readonly name: string;
  readonly file: string | null;
  readonly counts: SuiteCounts;
}

/** Thrown for well-formed XML that is no JUnit report. */
export class NotJunit extends Error {}

/** Takes the parser's events one after another; keeps the tests, puts their output on disk. */
export class JunitDocument {
  readonly #sink: LogSink;
  readonly #doubts: Doubts;
  /** Paths are made relative to this directory. */
  readonly #root: string | null;
  readonly #elements: string[] = [];
  readonly #suites: OpenSuite[] = [];
  readonly #tests: TestResult[] = [];
  readonly #suiteLogs = new Map<string, LogSource>();
  readonly #seenIds = new Map<string, number>();
  #rootName: string | null = null;
  /** Of a `<testsuites>`. */
  #rootCounts: SuiteCounts | null = null;
  #runner: JunitRunner | null = null;
  #case: JunitCase | null = null;
  /** A failure that stands in no test, while it is being read. */
  #outside: JunitCase | null = null;
  #property: { readonly name: string; value: string } | null = null;

  constructor(sink: LogSink, doubts: Doubts, root: string | null) {
    this.#sink = sink;
    this.#doubts = doubts;
    this.#root = root;
  }

  open(element: string, attributes: Attributes): void {
    if (this.#elements.length >= DEEPEST)
      throw new NotJunit(`its elements are nested more than ${DEEPEST} deep`);
    if (this.#elements.length === 0) this.#openRoot(element, attributes);
    this.#elements.push(element);
    if (element === "testsuite") this.#openSuite(attributes);
    else if (element === "testcase") this.#openCase(attributes);
    else if (element === "property")
      this.#property = { name: attributes.name ?? "", value: attributes.value ?? "" };
    else this.#openMark(element, attributes);
  }

  text(text: string): void {
    const element = this.#elements.at(-1) ?? "";
    const log = STREAMS.get(element);
    if (log !== undefined) this.#log(log, text);
    else if (element === "property" && this.#property !== null) this.#property.value += text;
    else (this.#case ?? this.#outside)?.text(element, text);
  }

  close(): void {
    const element = this.#elements.pop();
    if (element === "testsuite") this.#closeSuite();
    else if (element === "testcase") this.#closeCase();
    else if (element === "property") this.#closeProperty();
    else if (FAILURES.has(element ?? "") && this.#case === null) this.#closeOutside();
    if (this.#elements.length === 0 && this.#rootCounts !== null)
      this.#doubtCounts("The JUnit report", this.#rootCounts, true);
  }

  results(): SuiteResults {
    if (this.#rootName === null) throw new NotJunit("it holds no element");
    return {
      runner: {
        name: this.#runner ?? runnerOf(this.#rootName, { classname: "", file: null }, []),
        version: "",
      },
      tests: this.#tests,
      deselected: 0,
      logs: [...this.#suiteLogs.values()],
      complete: true,
      doubts: this.#doubts.list(),
    };
  }

  #openRoot(element: string, attributes: Attributes): void {
    if (this.#rootName !== null) throw new NotJunit("it has a second root element");
    if (element !== "testsuites" && element !== "testsuite") {
      throw new NotJunit(`its root element is <${element.slice(0, 80)}>, not <testsuites> or <testsuite>`);
    }
    this.#rootName = attributes.name ?? "";
    if (element === "testsuites") this.#rootCounts = new SuiteCounts(attributes);
  }

  #openSuite(attributes: Attributes): void {
    const file = attributes.file ?? attributes.filepath ?? this.#suites.at(-1)?.file ?? null;
    this.#suites.push({ name: attributes.name ?? "", file, counts: new SuiteCounts(attributes) });
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    this.#doubtCounts(`The JUnit suite ${quoted(suite.name)}`, suite.counts);
    this.#countsAround()?.addSuite(suite.counts);
  }

  #doubtCounts(whose: string, counts: SuiteCounts, isRoot = false): void {
    for (const difference of counts.differences({ countsSubtests: this.#runner === "pytest", isRoot }))
      this.#doubts.add(`${whose} ${difference}.`);
  }

  #countsAround(): SuiteCounts | null {
    return this.#suites.at(-1)?.counts ?? this.#rootCounts;
  }

  #openCase(attributes: Attributes): void {
    if (this.#case !== null) throw new NotJunit("it has a <testcase> inside another");
    this.#case = new JunitCase(attributes);
  }

  #closeCase(): void {
    const test = this.#case;
    if (test === null) return;
    this.#case = null;
    this.#countsAround()?.addCase(test);
    const named = this.#identify(test);
    const unclear = test.unclearEnd();
    if (unclear !== null)
      this.#doubts.add(
        `The JUnit report says that ${quoted(named.id)} ended as ${quoted(unclear)}, and gate does not know whether that is a pass.`,
      );
    this.#keep({ ...named, name: test.attributes.name ?? "" }, test);
  }

  #openMark(element: string, attributes: Attributes): void {
    if (this.#case === null && FAILURES.has(element)) this.#outside ??= new JunitCase({});
    (this.#case ?? this.#outside)?.open(element, attributes);
  }

  #closeOutside(): void {
    const failure = this.#outside;
    if (failure === null) return;
    this.#outside = null;
    this.#countsAround()?.addFailure();
    const names = this.#suites.map((suite) => suite.name);
    const { id, file } = suiteId(
      names.length === 0 ? [this.#rootName ?? ""] : names,
      this.#suites.at(-1)?.file ?? null,
      this.#root,
    );
    this.#keep({ id: this.#unique(id), file, name: id }, failure);
  }

  #keep(named: Pick<TestResult, "id" | "file" | "name">, test: JunitCase): void {
    this.#tests.push({
      ...named,
      outcome: test.outcome(),
      startedAt: null,
      duration: test.duration(),
      message: test.message(),
      // fromEntries defines, so that a property named __proto__ is only a name.
      properties: Object.fromEntries(test.properties),
      turns: [],
      logs: [...test.logs.values()],
    });
  }

  #identify({ attributes }: JunitCase): { readonly id: string; readonly file: string | null } {
    const suites = this.#suites.map((suite) => suite.name);
    const classname = attributes.classname ?? "";
    const file = attributes.file ?? this.#suites.at(-1)?.file ?? null;
    this.#runner ??= runnerOf(this.#rootName ?? "", { classname, file: attributes.file ?? null }, suites);
    const named = { name: attributes.name ?? "", classname, file, suites, runner: this.#runner };
    const { id, file: path } = junitId(named, this.#root);
    return { id: this.#unique(id), file: path };
  }

  #unique(id: string): string {
    const count = (this.#seenIds.get(id) ?? 0) + 1;
    this.#seenIds.set(id, count);
    return count === 1 ? id : `${id} #${count}`;
  }

  #closeProperty(): void {
    if (this.#property !== null) this.#case?.properties.set(this.#property.name, this.#property.value);
    this.#property = null;
  }

  #log(name: string, text: string): void {
    const logs = this.#case?.logs ?? this.#suiteLogs;
    // Elements that hold nothing but their own line breaks make no log.
    if (!logs.has(name) && text.trim() === "") return;
    const owner = this.#case === null ? "suite" : String(this.#tests.length);
    logs.set(name, { name, path: this.#sink.append(`${owner} ${name}`, text) });
  }
}
