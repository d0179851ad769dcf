import type { MachineFacts } from "../suite/machine.ts";
import type { RunEnvironment } from "../suite/observations.ts";
import { Members, Unexpected } from "./members.ts";
import { isReadSet, type ReadSets } from "./read-sets.ts";

export function readInputs(members: Members) {
  const ignored = members.optional("ignored", (key) => members.texts(key));
  const inputs = { files: members.count("files"), ignored: ignored ?? [] };
  members.end();
  // gate leaves out what is empty: a manifest has one form
  if (ignored?.length === 0) throw new Unexpected("inputs.ignored is not valid");
  return inputs;
}

export function readDeselected(members: Members): number {
  const count = members.optional("deselected", (key) => members.count(key));
  if (count === 0) throw new Unexpected("deselected is not valid");
  return count ?? 0;
}

export function readRun(members: Members) {
  const run = {
    started: members.text("started", isTime),
    ended: members.text("ended", isTime),
    duration: members.amount("duration_s"),
    command: members.prose("command"),
  };
  members.end();
  return run;
}

export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(Date.parse(text));
}

export function readMachine(members: Members): MachineFacts {
  const gpus = members.list("gpus").map((value, index) => {
    const gpu = new Members(value, `${members.place("gpus")}[${index}]`);
    const facts = {
      name: gpu.text("name"),
      driver: gpu.text("driver"),
      memoryMiB: gpu.orNull("memory_mib", (key) => gpu.count(key)),
    };
    gpu.end();
    return facts;
  });
  const machine = {
    os: members.text("os"),
    cpus: members.count("cpus"),
    memoryBytes: members.count("memory_bytes"),
    node: members.text("node"),
    gpus,
  };
  members.end();
  return machine;
}

export function readEnvironment(members: Members): RunEnvironment {
  const versions = (key: string) => members.members(key).table((table, name) => table.text(name));
  const environment = {
    language: members.text("language"),
    distributions: versions("distributions"),
    accelerators: versions("accelerators"),
  };
  members.end();
  return environment;
}

export function readReadSets(members: Members): ReadSets {
  const files = members.texts("files");
  const sets = members.texts("sets");
  members.end();
  if (!sets.every((set) => isReadSet(set, files.length))) throw new Unexpected("reads.sets is not valid");
  return { files, sets };
}
