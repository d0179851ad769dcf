import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fittedSheets } from "../../src/sessions/spreadsheet.ts";
import type { ReportSheet } from "../../src/sessions/spreadsheet-sheets.ts";
import { workbook } from "../../src/sessions/spreadsheet-workbook.ts";
import { runProgram } from "../rig/processes.ts";
import { describeWithPython, PYTHON_TIMEOUT, pythonEnvironment } from "../rig/python.ts";
import { Rig } from "../rig/repository.ts";

/** What a real reader finds in the file: openpyxl, which complains about what Excel would call damaged. */
const READER = `
import json, sys, warnings
warnings.simplefilter("error")
from openpyxl import load_workbook
book = load_workbook(sys.argv[1])
print(json.dumps({
    sheet.title: {
        "frozen": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "rows": [[str(v) if hasattr(v, "year") else v for v in row] for row in sheet.iter_rows(values_only=True)],
        "types": [[cell.data_type for cell in row] for row in sheet.iter_rows()],
        "widths": [sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width],
        "bold": [cell.font.bold for cell in sheet[1]],
        "colours": {
            str(range.sqref): {rule.formula[0]: rule.dxf.fill.bgColor.rgb for rule in rules}
            for range, rules in sheet.conditional_formatting._cf_rules.items()
        },
    } for sheet in book.worksheets
}))
`;

interface ReadSheet {
  readonly frozen: string | null;
  readonly filter: string | null;
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly types: readonly (readonly string[])[];
  readonly widths: readonly number[];
  readonly bold: readonly boolean[];
  readonly colours: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function read(path: string): Promise<Readonly<Record<string, ReadSheet>>> {
  const environment = await pythonEnvironment("openpyxl", ["openpyxl>=3.1,<4"]);
  const { PATH = "" } = process.env;
  const ended = await runProgram(join(environment, "bin/python"), ["-c", READER, path], {
    cwd: environment,
    env: { PATH, PYTHONIOENCODING: "utf-8" },
  });
  expect(ended.stderr).toBe("");
  return JSON.parse(ended.stdout);
}

function sessionOf(rig: Rig): string {
  const sessions = join(rig.directory, ".gate/sessions");
  return join(sessions, readdirSync(sessions).toSorted().at(-1) ?? "");
}

/** The values of a column, by its header. */
function column({ rows }: ReadSheet, header: string): readonly (string | number | null)[] {
  const [headers = [], ...data] = rows;
  return data.map((row) => row[headers.indexOf(header)] ?? null);
}

const tests = [
  { id: "tests/llm/test_a.py::test_a", file: "tests/llm/test_a.py", prompt: "Hello" },
  {
    id: "tests/stt/test_b.py::test_b",
    file: "tests/stt/test_b.py",
    outcome: "failed",
    message: "=HYPERLINK(1)\n\u001b[31massert\u0000",
  },
  {
    id: "tests/stt/test_c.py::+constructor",
    name: "constructor",
    file: "tests/stt/test_c.py",
    outcome: "skipped",
  },
] as const;

async function reported(): Promise<{ readonly rig: Rig; readonly path: string }> {
  const rig = await Rig.create();
  await rig.withEvidence();
  rig.suite.answers(tests);
  await rig.gate("run", "--force");
  const { code, stdout } = await rig.gate("sessions", "report");
  expect(code).toBe(0);
  expect(stdout).toContain("report.xlsx: 3 tests of RUN_");
  return { rig, path: join(sessionOf(rig), "report.xlsx") };
}

describeWithPython("gate sessions report", () => {
  it(
    "has five sheets with a frozen header, filters and colours",
    async () => {
      const { path } = await reported();
      const sheets = await read(path);
      expect(Object.keys(sheets)).toEqual(["summary", "tests", "steps", "services", "system"]);
      for (const [name, { frozen, bold, filter, rows }] of Object.entries(sheets)) {
        expect(frozen, name).toBe("A2");
        expect(new Set(bold), name).toEqual(new Set([true]));
        expect(filter, name).toMatch(new RegExp(`^A1:[A-Z]+${rows.length}$`));
      }
      const own = sheets.tests;
      expect(own?.filter).toBe("A1:T4");
      expect(own?.widths[0]).toBeGreaterThan(50);
      const colours = own?.colours["E2:E4"] ?? {};
      expect(colours['"failed"']).toBe("FFF4CCCC");
      expect(colours['"passed"']).toBe("FFD9EAD3");
    },
    PYTHON_TIMEOUT,
  );

  it(
    "tells of each test what is known of it, as texts, numbers and times",
    async () => {
      const { path } = await reported();
      const { tests: own, summary, steps, system } = await read(path);
      if (own === undefined || summary === undefined || steps === undefined || system === undefined)
        throw new Error("a sheet is missing");
      expect(column(own, "id")).toEqual(tests.map(({ id }) => id));
      expect(column(own, "domain")).toEqual(["llm", "stt", "stt"]);
      expect(column(own, "outcome")).toEqual(["passed", "failed", "skipped"]);
      expect(column(own, "started (UTC)")[0]).toBe("2026-02-13 14:27:22");
      expect(column(own, "API calls")).toEqual([1, null, null]);
      expect(column(own, "name")).toEqual(["test_a", "test_b", "constructor"]);
      expect(column(own, "message")[1]).toBe("=HYPERLINK(1)\n\\u001b[31massert\\u0000");
      // no formula anywhere
      for (const { types } of [own, summary, steps, system]) expect(types.flat()).not.toContain("f");
      expect(column(steps, "result")).toEqual(["success", "failed", "skipped"]);
      const facts = new Map(summary.rows.map(([item, value]) => [item, value]));
      expect(facts.get("result")).toBe("failed");
      expect(facts.get("tests")).toBe(3);
      expect(facts.get("domain stt")).toBe(2);
      expect(column(system, "item")).toContain("host.os");
    },
    PYTHON_TIMEOUT,
  );

  it(
    "writes where it is told to, from whatever is there",
    async () => {
      const { rig } = await reported();
      const session = sessionOf(rig);
      const record = JSON.parse(readFileSync(join(session, "session.json"), "utf8"));
      // as a killed gate leaves it
      writeFileSync(join(session, "session.json"), JSON.stringify({ ...record, ended: null }));
      for (const gone of ["system_info.yaml", "stt.json"]) rmSync(join(session, gone));
      const events = join(session, "events/1-main.ndjson");
      const lines = readFileSync(events, "utf8").split("\n");
      const end = lines.findIndex((line) => line.includes('"test-end"') && line.includes("test_b"));
      writeFileSync(events, `${lines.slice(0, end).join("\n")}\n{"v":1,"se`);
      writeFileSync(
        join(session, "gpu.csv"),
        'time,index,name,utilisation_percent,memory_used_mib,memory_total_mib,temperature_c,power_w\n2026-02-13T14:27:22.000Z,0,"RTX ""4090"", x",50,1000,16000,60,200.5\n2026-02-13T14:27:23.000Z,0,"RTX ""4090"", x",70,3000,16000,,',
      );
      const { code, stdout } = await rig.gate("sessions", "report", "--output", "out.xlsx", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        schema: "gate/sessions-report@1",
        state: "crashed",
        file: "out.xlsx",
        sheets: { tests: 3 },
      });
      const sheets = await read(join(rig.directory, "out.xlsx"));
      expect(sheets.tests === undefined ? [] : column(sheets.tests, "outcome")).toEqual([
        "passed",
        "unfinished",
        "not begun",
      ]);
      expect(sheets.tests === undefined ? [] : column(sheets.tests, "peak VRAM (MiB)")[0]).toBe(1024);
      const facts = new Map(sheets.system?.rows.map(([item, value]) => [item, value]));
      expect(facts.get("system_info.yaml")).toBe("is not there");
      expect(facts.get("gpu 0")).toBe('RTX "4090", x');
      expect(facts.get("gpu 0 VRAM, most (MiB)")).toBe(3000);
      const refused = await rig.gate("sessions", "report", "--output", "src");
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain("src is a directory");
    },
    PYTHON_TIMEOUT,
  );

  it(
    "cuts what a spreadsheet cannot hold, and says so where it is cut",
    async () => {
      const rig = await Rig.create();
      const path = join(rig.base, "cut.xlsx");
      const rows = Array.from({ length: 100 }, (_, index) => [`test ${index}`, "x".repeat(300)]);
      const columns = [
        { header: "id", width: 10 },
        { header: "message", width: 10 },
      ];
      const summary: ReportSheet = { name: "summary", columns, rows: [["tests", 100]] };
      const fitted = fittedSheets([summary, { name: "tests", columns, rows }], {
        rows: 40,
        cells: 1000,
        text: 9000,
      });
      writeFileSync(path, await workbook(fitted.sheets));
      const read40 = await read(path);
      const said = "The sheet tests has the first 40 of 100 rows; the session's files have them all.";
      expect(read40.tests?.rows).toHaveLength(42);
      expect(read40.tests?.rows.at(-1)?.[0]).toBe(said);
      expect(read40.tests?.filter).toBe("A1:B41");
      expect(column(read40.summary ?? { ...emptySheet }, "message")).toContain(said);
      expect(fitted.cut).toHaveLength(2);
      expect(statSync(path).size).toBeGreaterThan(0);
    },
    PYTHON_TIMEOUT,
  );
});

const emptySheet: ReadSheet = {
  frozen: null,
  filter: null,
  rows: [],
  types: [],
  widths: [],
  bold: [],
  colours: {},
};
