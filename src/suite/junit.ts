import { TextDecoder } from "node:util";
import sax from "sax";
import { fileErrorCode } from "../adapters/files/files.ts";
import { LogSink } from "../adapters/files/log-sink.ts";
import { readChunks } from "../adapters/files/streams.ts";
import { type Problem, problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { Doubts } from "./doubts.ts";
import { JunitDocument, NotJunit } from "./junit-document.ts";
import type { SuiteResults } from "./results.ts";

// Assertion messages stand in attributes and are longer than the parser's 64 KiB; text beyond this comes in pieces.
Object.assign(sax, { MAX_BUFFER_LENGTH: 8 * 1024 * 1024 });

/** What the XML itself breaks; `line` is where. */
class Malformed extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Reads a JUnit XML report as pytest, vitest, node:test, Surefire and go-junit-report write it, of any size.
 * Test output inside it becomes files in `logsDirectory`. Absolute paths are made relative to `root`.
 */
export async function readJunit(report: {
  readonly path: string;
  /** Where the runner wrote it, for what is wrong with it. */
  readonly shown: string;
  readonly logsDirectory: string;
  readonly root?: string;
}): Promise<Result<SuiteResults, Problem>> {
  const sink = new LogSink(report.logsDirectory);
  const document = new JunitDocument(sink, new Doubts(), report.root ?? null);
  try {
    await parse(report.path, document);
    return ok(document.results());
  } catch (error) {
    return err(problemOf(error, report.shown));
  } finally {
    sink.close();
  }
}

async function parse(path: string, document: JunitDocument): Promise<void> {
  const parser = sax.parser(true, { position: true });
  connect(parser, document);
  let decoder: TextDecoder | null = null;
  for await (const chunk of readChunks(path)) {
    decoder ??= decoderFor(chunk);
    parser.write(decode(decoder, chunk, parser.line));
  }
  if (decoder === null) throw new NotJunit("it is empty");
  parser.write(decode(decoder, new Uint8Array(), parser.line)).close();
}

function connect(parser: sax.SAXParser, document: JunitDocument): void {
  parser.onerror = (error) => {
    // `&#27;` is not XML, and what some runners write of coloured output: it is kept as it stands.
    const entity = "entity" in parser ? String(parser.entity) : "";
    const isReference = /^#(?:\d+|x[\da-f]+)$/i.test(entity);
    if (isReference && error.message.startsWith("Invalid character entity")) return void parser.resume();
    throw new Malformed(error.message.split("\n")[0] ?? "", parser.line + 1);
  };
  // Entities are a way to make a small file huge, and no runner needs them.
  parser.ondoctype = () => {
    throw new Malformed("a DOCTYPE is not accepted", parser.line + 1);
  };
  parser.onopentag = ({ name, attributes }) => {
    const texts = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "string" ? value : value.value,
    ]);
    document.open(name, Object.fromEntries(texts));
  };
  parser.onclosetag = () => document.close();
  parser.ontext = (text) => document.text(text);
  parser.oncdata = (text) => document.text(text);
}

/** By the byte order mark or the XML declaration; UTF-8 otherwise. */
function decoderFor(start: Buffer): TextDecoder {
  const declared = /^<\?xml[^>]*encoding=["']([\w.:-]+)["']/.exec(start.toString("latin1", 0, 200))?.[1];
  const marks: Readonly<Record<string, string>> = { fffe: "utf-16le", feff: "utf-16be" };
  const encoding = marks[start.toString("hex", 0, 2)] ?? declared ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new Malformed(`the encoding ${encoding} is not known`, 1);
  }
}

function decode(decoder: TextDecoder, chunk: Uint8Array, line: number): string {
  try {
    return decoder.decode(chunk, { stream: chunk.length > 0 });
  } catch {
    throw new Malformed(`it is not valid ${decoder.encoding.toUpperCase()}`, line + 1);
  }
}

/** Bugs and a full disk are thrown on. */
function problemOf(error: unknown, name: string): Problem {
  if (error instanceof Malformed) {
    return invalid(`${name}:${error.line}: not a JUnit report: ${error.message}.`);
  }
  if (error instanceof NotJunit) return invalid(`${name} is not a JUnit report: ${error.message}.`);
  if (fileErrorCode(error) === "ENOENT") {
    return problem("results-invalid", `The command did not write ${name}.`, {
      hint: "Have the runner write JUnit XML to the path in `results:`.",
    });
  }
  if (fileErrorCode(error) === "EISDIR") return invalid(`${name} is a directory.`);
  throw error;
}

function invalid(message: string): Problem {
  return problem("results-invalid", message, { hint: "See what the runner wrote there, then run again." });
}
