import { Command, CommanderError, Option, type OutputConfiguration } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { kindOf } from "./adapters/files/files.ts";
import { realPathIfThere } from "./adapters/files/real-path.ts";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  GAPS_FORMATS,
  type GapsFormat,
  VERIFY_FORMATS,
  type VerifyFormat,
} from "./commands/formats.ts";
import { refuseRepeated } from "./repeated-options.ts";
import { type Verb, verbs } from "./verbs.ts";

/** What the command line asks for; null where it was answered already (help, version, a usage error). */
export interface Invocation {
  readonly verb: Verb;
  readonly json: boolean;
  /** As given with `-C`. */
  readonly directory: string;
}

type Output = Pick<OutputConfiguration, "writeOut" | "writeErr">;

interface CheckArguments {
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

interface ExportArguments {
  readonly format: ExportFormat;
  readonly rev: string;
  readonly base?: string;
  readonly suite?: string;
}

interface GapsArguments {
  readonly coverage?: string;
  readonly under: string;
  readonly format: GapsFormat;
}

interface RunArguments {
  readonly force?: true;
  readonly from?: string;
  readonly red?: readonly string[];
}

interface SessionsArguments {
  readonly suite?: string;
  readonly follow?: true;
}

interface VerifyArguments {
  readonly rev: string;
  readonly base?: string;
  readonly suite?: string;
  readonly deep?: true;
  readonly at?: string;
  readonly format: VerifyFormat;
}

export type CommandLine = { readonly invocation: Invocation } | { readonly usageExit: 0 | 2 };

/** Reads the arguments. commander itself says help and usage errors. */
export async function parseCommandLine(args: readonly string[], output: Output): Promise<CommandLine> {
  const chosen: Invocation[] = [];
  const program = declare((invocation) => chosen.push(invocation), output);
  refuseRepeated(program);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return { usageExit: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
  const [invocation] = chosen;
  if (invocation !== undefined) return { invocation };
  program.outputHelp();
  return { usageExit: 2 };
}

/** Every command with its options, as `gate --help` tells them. */
export function declare(choose: (invocation: Invocation) => void, output: Output = {}): Command {
  const program = new Command("gate");
  program
    .description("Binds a commit's expensive model tests to exactly the sources it contains.")
    .option("-C <directory>", "work as if started in this directory")
    .option("--json", "print one JSON document on stdout")
    .version(packageJson.version, "--version")
    .showHelpAfterError("(gate --help lists the commands)")
    .exitOverride()
    .configureOutput(output)
    .hook("preAction", (_, chosen) => refuseNoDirectory(chosen));
  const perform = (verb: Verb, command: Command) => {
    const { C = ".", json = false } = command.optsWithGlobals<{ C?: string; json?: boolean }>();
    choose({ verb, json, directory: C });
  };
  command(program, "init", "set up gate.yaml, hooks, ignore rules and attributes; shows every change first")
    .option("--yes", "make the changes without asking")
    .option("--dry-run", "only show the changes")
    .addOption(
      new Option("--when-missing <what>", "what the hooks do when gate cannot be started").choices([
        "pass",
        "refuse",
      ]),
    )
    .action((options: { yes?: true; dryRun?: true; whenMissing?: "pass" | "refuse" }, self: Command) =>
      perform(
        verbs.init({
          yes: options.yes ?? false,
          dryRun: options.dryRun ?? false,
          whenMissing: options.whenMissing ?? null,
        }),
        self,
      ),
    );
  command(program, "run", "run a suite now and stage its reports")
    .argument("[suite]", "one suite of gate.yaml; all of them without it")
    .option("--force", "run although the evidence exists")
    .option(
      "--from <session>",
      "finish a session that was refused, or run what is left of one that was cut short",
    )
    .addOption(
      new Option(
        "--red <selector...>",
        "run just these tests, which are to fail; shows how, makes no evidence, proposes expected-failures",
      ).conflicts(["force", "from"]),
    )
    .action((suite: string | undefined, { red, force, from }: RunArguments, self: Command) =>
      perform(
        red === undefined
          ? verbs.run(suite ?? null, force ?? false, from ?? null)
          : verbs.red({ suite: suite ?? null, selectors: red }),
        self,
      ),
    );
  command(program, "status", "the decision for each suite and its reason; runs nothing")
    .option("--rev <revision>", "judge this commit instead of the index")
    .option("--config <file>", "judge with this gate.yaml instead of the tree's own")
    .option("--inputs", "compare the inputs with what the last run read")
    .action(({ rev, config, inputs }: { rev?: string; config?: string; inputs?: true }, self: Command) =>
      perform(verbs.status({ rev: rev ?? null, config: config ?? null, inputs: inputs ?? false }), self),
    );
  command(program, "verify", "judge the evidence of a commit; runs nothing, needs no GPU")
    .option("--rev <revision>", "the commit to judge", "HEAD")
    .option("--base <revision>", "what it goes into: policy and trusted keys are read there")
    .option("--suite <name>", "judge one suite alone")
    .option("--deep", "read the reports' contents too")
    .option("--at <time>", "judge time-bound policies then, not at the commit's time")
    .addOption(new Option("--format <format>", "how to print it").choices(VERIFY_FORMATS).default("text"))
    .action((options: VerifyArguments, self: Command) => {
      const { rev, base = null, suite = null, deep = false, at = null, format } = options;
      perform(verbs.verify({ revision: rev, base, suite, deep, at }, format), self);
    });
  command(program, "why-ignored", "which rule ignores a path, what stops a negation, what to add")
    .argument("[path...]", "files or directories, there or not")
    .option("--stdin", "read the paths from standard input, one a line")
    .option("-z", "with --stdin: the paths end in NUL")
    .action((paths: string[], { stdin, z }: { stdin?: true; z?: true }, self: Command) => {
      if (stdin ? paths.length > 0 : paths.length === 0) self.error("error: give paths, or --stdin");
      if (z && !stdin) self.error("error: -z goes with --stdin");
      perform(verbs.whyIgnored({ paths, stdin: stdin ? (z ? "nul" : "lines") : "no" }), self);
    });
  command(program, "gaps", "what the tests leave untested, and the tests that test nothing; runs nothing")
    .argument("[suite]", "one suite of gate.yaml; all of them without it")
    .option("--coverage <file>", "what coverage json wrote; coverage.json without it, where there is one")
    .option("--under <percent>", "files of which less ran are gaps", "80")
    .addOption(new Option("--format <format>", "how to print it").choices(GAPS_FORMATS).default("text"))
    .action((suite: string | undefined, options: GapsArguments, self: Command) => {
      const { coverage = null, under, format } = options;
      perform(verbs.gaps({ suite: suite ?? null, coverage, under }, format), self);
    });
  command(program, "waive", "let a suite pass without evidence for a while; stages a waiver to commit")
    .argument("<suite>", "a suite of gate.yaml")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--until <time>", "when it ends: 7d, 2026-03-01, 2026-03-01T12:00:00Z")
    .action((suite: string, { reason, until }: { reason: string; until: string }, self: Command) =>
      perform(verbs.waive({ suite, reason, until }), self),
    );
  command(program, "approve", "sign that what is staged may relax the policy; stages an approval to commit")
    .requiredOption("--base <revision>", "what the change goes into")
    .requiredOption("--reason <text>", "why")
    .action(({ base, reason }: { base: string; reason: string }, self: Command) =>
      perform(verbs.approve({ base, reason }), self),
    );
  command(
    program,
    "check",
    "whether gate is called, and whether reports reach a commit as they were recorded",
  )
    .option("--fix", "write the ignore rules and exemptions that are missing; shows every change first")
    .option("--yes", "with --fix: make the changes without asking")
    .option("--dry-run", "with --fix: only show the changes")
    .action(({ fix = false, yes = false, dryRun = false }: CheckArguments, self: Command) =>
      perform(verbs.check({ fix, yes, dryRun }), self),
    );
  command(program, "doctor", "look whether gate is installed so that it works here")
    .option("--attack", "forge a commit's evidence in every way that gate knows: verify has to refuse each")
    .option("--rev <revision>", "the commit to forge", "HEAD")
    .action(({ attack, rev }: { attack?: true; rev: string }, self: Command) => {
      if (!attack && self.getOptionValueSource("rev") === "cli")
        self.error("error: --rev goes with --attack");
      perform(attack ? verbs.doctorAttack(rev) : verbs.doctor(), self);
    });
  const evidence = program.command("evidence").description("look at recorded evidence and hand it on");
  command(evidence, "export", "write a commit's evidence in the form of another tool, after verifying it")
    .addOption(new Option("--format <format>", "the form").choices(EXPORT_FORMATS).makeOptionMandatory())
    .option("--rev <revision>", "the commit", "HEAD")
    .option("--base <revision>", "trusted keys are read there")
    .option("--suite <name>", "one suite alone")
    .action((options: ExportArguments, self: Command) => {
      const { rev, base = null, suite = null, format } = options;
      perform(verbs.evidenceExport({ revision: rev, base, suite, format }), self);
    });
  const sessions = command(program, "sessions", "the runs of this worktree: the newest first")
    .option("--suite <name>", "one suite alone")
    .addOption(
      new Option("--follow", "print what happens in the newest one until it has ended").conflicts("suite"),
    )
    .action((options: SessionsArguments, self: Command) => {
      const { suite = null, follow = false } = options;
      perform(follow ? verbs.sessionsShow({ session: null, follow }) : verbs.sessions({ suite }), self);
    });
  command(sessions, "show", "one run, also one that was killed: how far it came, what failed, its files")
    .argument("[session]", "its name or its path; the newest one without it")
    .option("--follow", "print what happens until it has ended")
    .action((session: string | undefined, _: object, self: Command) => {
      const { follow } = ofTheList(self, "--suite");
      perform(verbs.sessionsShow({ session: session ?? null, follow: follow ?? false }), self);
    });
  command(sessions, "report", "write one run as a spreadsheet, whatever there is of it")
    .argument("[session]", "its name or its path; the newest one without it")
    .option("--output <file>", "where to write it; report.xlsx in the session's directory without it")
    .action((session: string | undefined, { output }: { output?: string }, self: Command) => {
      ofTheList(self, "--suite", "--follow");
      perform(verbs.sessionsReport({ session: session ?? null, output: output ?? null }), self);
    });
  command(program, "archive", "pack one run into run.tar.gz, the same bytes each time")
    .argument("[session]", "its name or its path; the newest one that has ended without it")
    .option("--verify", "read an archive from end to end, also one elsewhere, named by its path")
    .action((session: string | undefined, { verify = false }: { verify?: boolean }, self: Command) =>
      perform(verbs.archive({ session: session ?? null, verify }), self),
    );
  command(program, "attach", "put the evidence that exists for the index into it; runs nothing").action(
    (_, self: Command) => perform(verbs.attach(), self),
  );
  command(program, "pre-commit", "the hook: skip, attach, run or say pending").action((_, self: Command) =>
    perform(verbs.preCommit(), self),
  );
  command(program, "pre-merge-commit", "the hook of a clean merge").action((_, self: Command) =>
    perform(verbs.preMergeCommit(), self),
  );
  command(program, "post-commit", "the hook: compare what was committed with what was judged").action(
    (_, self: Command) => perform(verbs.postCommit(), self),
  );
  command(program, "pre-push", "the hook: verify what is about to leave this machine").action(
    (_, self: Command) => perform(verbs.prePush(), self),
  );
  command(program, "post-merge", "the hook: say when a merge has left HEAD without its evidence").action(
    (_, self: Command) => perform(verbs.postMerge(), self),
  );
  command(program, "post-rewrite", "the hook: say when a rewrite has left HEAD without its evidence").action(
    (_, self: Command) => perform(verbs.postRewrite(), self),
  );
  return program;
}

/** `gate sessions` shares its options with the commands below it; those that would do nothing there are refused. */
function ofTheList(command: Command, ...foreign: readonly ("--suite" | "--follow")[]): SessionsArguments {
  const options = command.optsWithGlobals<SessionsArguments>();
  const given = { "--suite": options.suite, "--follow": options.follow };
  const first = foreign.find((option) => given[option] !== undefined);
  if (first !== undefined) command.error(`error: ${first} does not go with gate sessions ${command.name()}`);
  return options;
}

/** git cannot be started in a directory that is not there, and would be blamed for it. */
async function refuseNoDirectory(chosen: Command): Promise<void> {
  const { C } = chosen.optsWithGlobals<{ C?: string }>();
  if (C === undefined) return;
  const place = await realPathIfThere(C);
  if (place === null || (await kindOf(place)) !== "directory")
    chosen.error(`error: -C ${C}: there is no such directory`);
}

/** Global options may stand before or after the verb. */
function command(program: Command, name: string, description: string): Command {
  const parent = program.parent === null ? "" : `${program.name()} `;
  return program
    .command(name)
    .description(description)
    .showHelpAfterError(`(gate ${parent}${name} --help lists its options)`)
    .option("-C <directory>", "work as if started in this directory")
    .option("--json", "print one JSON document on stdout");
}
