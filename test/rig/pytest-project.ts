import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ReporterSettings } from "../../src/protocol.ts";
import { readEvents } from "../../src/suite/events.ts";
import type { TestResult } from "../../src/suite/results.ts";
import { type Ended, runProgram } from "./processes.ts";
import { type PytestVersion, pytestEnvironment } from "./python.ts";
import { PROJECT } from "./repository.ts";

const PLUGIN = join(PROJECT, "plugins/pytest");

type Read = Awaited<ReturnType<typeof readEvents>>;

interface PytestRun extends Ended, Read {
  /** Ended with a main writer's greeting; throws where there was none. */
  readonly tests: readonly TestResult[];
  readonly complete: boolean;
  readonly doubts: readonly string[];
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Partial<ReporterSettings>;
  /** Run this instead of `python -m pytest`. */
  readonly program?: readonly string[];
}

/** A directory with tests, in which real pytest runs with gate's plugin as `gate run` injects it. */
export class PytestProject {
  readonly base: string;
  /** What gate takes for the repository. Its name has a space. */
  readonly root: string;
  readonly python: string;

  static async create(version: PytestVersion): Promise<PytestProject> {
    return PytestProject.createIn(await pytestEnvironment(version));
  }

  /** With the Python of a virtual environment. */
  static createIn(environment: string): PytestProject {
    const base = realpathSync(mkdtempSync(join(tmpdir(), "gate-pytest-")));
    onTestFinished(() => rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const project = new PytestProject(base, join(environment, "bin/python"));
    mkdirSync(project.root);
    return project;
  }

  private constructor(base: string, python: string) {
    this.base = base;
    this.root = join(base, "a project");
    this.python = python;
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  get events(): string {
    return join(this.base, "events");
  }

  async run(args: readonly string[] = [], options: RunOptions = {}): Promise<PytestRun> {
    const session = { events: this.events, artifacts: join(this.base, "artifacts") };
    for (const directory of Object.values(session)) {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory);
    }
    rmSync(join(this.base, "logs"), { recursive: true, force: true });
    const settings: ReporterSettings = {
      logs: [],
      maxLogBytes: 1 << 20,
      observe: false,
      ownModules: [],
      ownPackages: [],
      inheritedOptions: "",
      inheritedNodeOptions: "",
      continueOnCollectionErrors: false,
      ...options.settings,
    };
    writeFileSync(join(this.base, "settings.json"), JSON.stringify(settings));
    const program = options.program ?? ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    const ended = await runProgram(this.python, [...program, ...args], {
      cwd: options.cwd ?? this.root,
      env: {
        PATH: `${dirname(this.python)}:${process.env.PATH ?? ""}`,
        HOME: this.base,
        TMPDIR: this.temporary(),
        LANG: "C.UTF-8",
        NO_COLOR: "1",
        GATE_EVENTS: session.events,
        GATE_ARTIFACTS: session.artifacts,
        GATE_ROOT: this.root,
        GATE_SESSION: "session",
        GATE_SETTINGS: join(this.base, "settings.json"),
        PYTHONPATH: PLUGIN,
        PYTEST_ADDOPTS: "-p gate_pytest",
        ...options.env,
      },
    });
    const read = await readEvents({
      eventsDirectory: session.events,
      artifactsDirectory: session.artifacts,
      logsDirectory: join(this.base, "logs"),
    });
    const { results } = read;
    return {
      ...ended,
      ...read,
      get tests() {
        if (results === null) throw new Error(`nobody greeted:\n${ended.stdout}${ended.stderr}`);
        return results.tests;
      },
      complete: results?.complete ?? false,
      doubts: results?.doubts ?? [],
    };
  }

  private temporary(): string {
    const directory = join(this.base, "tmp");
    mkdirSync(directory, { recursive: true });
    return directory;
  }
}

/** Test name → outcome. */
export function outcomes(tests: readonly TestResult[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(tests.map(({ name, outcome }) => [name, outcome]));
}

/** The texts of a test's logs by name. */
export function logsOf(tests: readonly TestResult[], name: string): Readonly<Record<string, string>> {
  const test = tests.find((one) => one.name === name);
  if (test === undefined) throw new Error(`no test ${name}`);
  return Object.fromEntries(test.logs.map((log) => [log.name, readFileSync(log.path, "utf8")]));
}
