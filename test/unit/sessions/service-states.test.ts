import { describe, expect, it } from "vitest";
import type { ServiceState } from "../../../src/sessions/happening.ts";
import { readServiceStates, ServiceStates } from "../../../src/sessions/service-states.ts";
import { SessionDirectory } from "../../rig/session-directory.ts";

const AT = new Date("2026-02-13T14:27:22.000Z");
const service = (name: string, state: ServiceState["state"]): ServiceState => ({
  name,
  model: null,
  domain: null,
  port: 8080,
  state,
  log: `svc_${name}.log`,
});

describe("services.json", () => {
  it("has each state as soon as it is told, and the last one is what counts", async () => {
    const { folder } = new SessionDirectory();
    const states = new ServiceStates(folder.directory);
    states.take({ kind: "service", at: AT, service: service("llama", "starting") });
    states.take({ kind: "service", at: AT, service: service("whisper", "starting") });
    states.flush();
    expect((await readServiceStates(folder.directory)).map(({ name, state }) => [name, state])).toEqual([
      ["llama", "starting"],
      ["whisper", "starting"],
    ]);
    states.take({ kind: "service", at: new Date(AT.getTime() + 1000), service: service("llama", "died") });
    states.flush();
    expect(states.finish()).toEqual([]);
    expect(await readServiceStates(folder.directory)).toMatchObject([
      { name: "llama", state: "died", since: "2026-02-13T14:27:23.000Z" },
      { name: "whisper", state: "starting" },
    ]);
  });

  it("goes on where it was when the session is resumed", async () => {
    const { folder } = new SessionDirectory();
    for (const state of ["ready", "stopped"] as const) {
      const states = new ServiceStates(folder.directory);
      states.take({ kind: "service", at: AT, service: service("llama", state) });
      states.finish();
    }
    expect(await readServiceStates(folder.directory)).toMatchObject([{ name: "llama", state: "stopped" }]);
  });

  it("is not there where there is no service, and nothing where it cannot be read", async () => {
    const session = new SessionDirectory();
    expect(new ServiceStates(session.folder.directory).finish()).toEqual([]);
    expect(await readServiceStates(session.folder.directory)).toEqual([]);
    session.write("services.json", '{"states": [{"name": 1}]}');
    expect(await readServiceStates(session.folder.directory)).toEqual([]);
  });
});
