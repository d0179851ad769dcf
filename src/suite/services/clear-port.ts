import { setTimeout as delay } from "node:timers/promises";
import { takesConnections } from "../../adapters/network/answers.ts";
import { type Listener, listenerAt } from "../../adapters/process/listener.ts";
import { processTree } from "../../adapters/process/tree.ts";
import type { Service } from "../../config/configuration.ts";
import { stopTree } from "../process-stop.ts";
import type { ServiceFailure } from "./service.ts";
import { SERVICE_MARK } from "./start-service.ts";

interface Asking {
  readonly graceMs: number;
  readonly mayReplace: (question: string) => Promise<boolean>;
}

/** Makes room for a service at its port; otherwise says who is in the way. Nothing of anyone else's is ever ended. */
export async function clearPort(service: Service, asking: Asking): Promise<ServiceFailure | null> {
  const { graceMs, mayReplace } = asking;
  const { port, name } = service;
  if (port === null || !(await takesConnections(port))) return null;
  const listener = listenerAt(port);
  const refuse = (what: string, hint: string) => ({ service: name, what, lastLines: [], log: null, hint });
  const who =
    listener === null ? "another process" : `process ${listener.pid} (${shortened(listener.command)})`;
  const inTheWay = `${who} listens at port ${port}, which the service ${name} needs`;
  // gate leaves no service behind: who started this one is at work
  if (listener?.environment.some((variable) => variable.startsWith(`${SERVICE_MARK}=`)) === true)
    return refuse(
      `${inTheWay}; another gate has started it`,
      "Wait until that run has ended, or name another port.",
    );
  if (!service.replace)
    return refuse(inTheWay, "End it, name another port, or write replace: true in gate.yaml.");
  if (listener === null || !listener.own)
    return refuse(`${inTheWay}, and it is not yours to end`, "Name another port.");
  if (!isSameProgram(listener, service))
    return refuse(
      `${inTheWay}, and it is another program: gate ends only instances of its own command`,
      "End it, or name another port.",
    );
  if (!(await mayReplace(`End ${who}, which listens at port ${port}?`)))
    return refuse(inTheWay, "End it, or let gate do so.");
  // an answer may take long: whoever was asked about may be gone, and its number somebody else's
  if (listenerAt(port)?.pid !== listener.pid) return clearPort(service, asking);
  // Another instance has no mark of ours: its process group, and what descends from it, is all of it.
  await stopTree(processTree(listener.pid, `GATE_REPLACED=${listener.pid}`), "SIGTERM", graceMs);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (!(await takesConnections(port))) return null;
    await delay(100);
  }
  return refuse(`${inTheWay}, and it did not go away`, "End it by hand.");
}

/** Whether the listener runs what the service's command starts: the same program with the same arguments. */
function isSameProgram({ command }: Listener, { run }: Service): boolean {
  const words = run
    .replaceAll(/["']/g, "")
    .split(/\s+/)
    .filter((word) => word !== "" && !/^\w+=/.test(word) && word !== "exec");
  const base = (word: string) => word.split("/").at(-1) ?? word;
  const [program = "", ...rest] = words;
  const running = command.split(/\s+/);
  return running.some((word) => base(word) === base(program)) && rest.every((word) => running.includes(word));
}

function shortened(command: string): string {
  return command.length > 120 ? `${command.slice(0, 120)}…` : command;
}
