import { Members, Unexpected } from "../reports/members.ts";
import { err, ok, type Result } from "../result.ts";
import { JsonMembers, NotJson } from "./json-members.ts";

/** What `coverage json` wrote. Nothing in it is believed of files outside the inputs, and no path is opened. */
export interface CoverageReport {
  /** Of coverage.py. */
  readonly version: string;
  /** 1 where the report does not say, as older coverage.py does not. */
  readonly format: number;
  /** As coverage.py writes it: local time without a zone. Empty where it does not. */
  readonly timestamp: string;
  readonly files: readonly ReportedFile[];
}

export interface ReportedFile {
  /** As it is called in the report. */
  readonly name: string;
  readonly counts: LineCounts;
  /** Names under which its lines ran (`--show-contexts`), each once. */
  readonly contexts: readonly string[];
}

export interface LineCounts {
  readonly statements: number;
  readonly covered: number;
  /** Left out by `# pragma: no cover` and the like; not among the statements. */
  readonly excluded: number;
  /** null where branches were not measured. */
  readonly branches: BranchCounts | null;
}

export interface BranchCounts {
  readonly total: number;
  readonly covered: number;
  /** Lines of which some branches ran and some did not. */
  readonly partial: number;
}

/** Newer ones are read as well, as far as what is needed is where it was. */
export const NEWEST_FORMAT = 3;

const LARGEST_MEMBER = 64 << 20;
const MOST_FILES = 1_000_000;

/** Reads a report as it comes: memory holds one file of it at a time. The error is a sentence without its subject. */
export async function readCoverageReport(
  chunks: AsyncIterable<Buffer>,
): Promise<Result<CoverageReport, string>> {
  const reader = new ReportReader();
  try {
    for await (const chunk of chunks) reader.take(chunk);
    return ok(reader.finish());
  } catch (error) {
    if (error instanceof NotJson) return err(error.message);
    if (error instanceof Unexpected) return err(`is not a report of coverage.py: ${error.message}`);
    throw error;
  }
}

class ReportReader {
  readonly #json = new JsonMembers("files", LARGEST_MEMBER);
  readonly #files: ReportedFile[] = [];
  readonly #contexts = new Map<string, string>();
  #meta: Pick<CoverageReport, "version" | "format" | "timestamp"> | null = null;

  take(chunk: Buffer): void {
    for (const { inside, key, value } of this.#json.push(chunk)) {
      if (inside) this.#file(key, value);
      else if (key === "meta") this.#meta = readMeta(new Members(value, "meta"));
    }
  }

  finish(): CoverageReport {
    this.#json.end();
    if (this.#meta === null) throw new Unexpected("meta is missing");
    if (!this.#json.found) throw new Unexpected("files is missing, or is not an object");
    return { ...this.#meta, files: this.#files };
  }

  #file(name: string, value: unknown): void {
    if (this.#files.length === MOST_FILES) throw new Unexpected(`files has more than ${MOST_FILES} members`);
    const members = new Members(value, `files[${JSON.stringify(name.slice(0, 200))}]`);
    this.#files.push({
      name,
      counts: readCounts(members.members("summary")),
      contexts: members.optional("contexts", (key) => this.#contextsOf(members.members(key))) ?? [],
    });
  }

  /** Every line names its contexts, and the same few names come again and again: each is kept once. */
  #contextsOf(lines: Members): readonly string[] {
    const found = new Set<string>();
    lines.table((_, line) => {
      for (const context of lines.texts(line)) found.add(context);
    });
    return [...found].map((context) => {
      const known = this.#contexts.get(context) ?? context;
      this.#contexts.set(known, known);
      return known;
    });
  }
}

const isShort = (text: string) => text.length <= 100;

function readMeta(meta: Members): Pick<CoverageReport, "version" | "format" | "timestamp"> {
  return {
    version: meta.text("version", isShort),
    format: meta.optional("format", (key) => meta.count(key)) ?? 1,
    timestamp: meta.optional("timestamp", (key) => meta.text(key, isShort)) ?? "",
  };
}

function readCounts(summary: Members): LineCounts {
  const statements = summary.count("num_statements");
  const covered = summary.count("covered_lines");
  if (summary.count("missing_lines") !== statements - covered) {
    throw new Unexpected(`${summary.place("missing_lines")} is not what is left of the statements`);
  }
  const lines = { statements, covered, excluded: summary.count("excluded_lines") };
  return { ...lines, branches: summary.optional("num_branches", (key) => readBranches(summary, key, lines)) };
}

function readBranches(
  summary: Members,
  key: string,
  lines: { readonly statements: number; readonly covered: number },
): BranchCounts {
  const total = summary.count(key);
  const covered =
    summary.optional("covered_branches", (name) => summary.count(name)) ??
    branchesIn(summary.amount("percent_covered"), total, lines);
  if (covered > total) throw new Unexpected(`${summary.place("covered_branches")} is more than there are`);
  return { total, covered, partial: summary.count("num_partial_branches") };
}

/** coverage.py 5.0 gives the covered branches only as part of the percentage. */
function branchesIn(
  percent: number,
  total: number,
  { statements, covered }: { readonly statements: number; readonly covered: number },
): number {
  return Math.max(0, Math.round((percent * (statements + total)) / 100) - covered);
}
