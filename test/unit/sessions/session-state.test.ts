import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { sessionStates } from "../../../src/sessions/session-state.ts";
import { sessionRecord } from "../../rig/session-directory.ts";

const open = (name: string, mark: string = randomUUID(), started = "2026-02-13T14:27:22.000Z") =>
  sessionRecord({ name, mark, started, ended: null });

describe("the state of a session", () => {
  it("is running while a process carries its mark, in whatever variable, and crashed afterwards", async () => {
    const [ours, other] = [open("RUN_1"), open("RUN_2")];
    const child = spawn("sleep", ["60"], {
      env: { ...process.env, GATE_SESSION: ours.mark },
      stdio: "ignore",
    });
    await once(child, "spawn");
    try {
      expect([...sessionStates([ours, other], null)]).toEqual([
        ["RUN_1", "running"],
        ["RUN_2", "crashed"],
      ]);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(sessionStates([ours], null).get("RUN_1")).toBe("crashed");
  });

  it("is running for the newest one while the gate that began it is at work, and for no other", () => {
    const sessions = [open("RUN_1"), open("RUN_2")];
    const at = (since: string) => [...sessionStates(sessions, since).values()];
    expect(at("2026-02-13T14:27:21.000Z")).toEqual(["crashed", "running"]);
    expect(at("2026-02-13T15:00:00.000Z")).toEqual(["crashed", "crashed"]);
  });

  it("is ended once that was noted, whoever is at work", () => {
    expect(sessionStates([sessionRecord()], "2026-02-13T14:27:21.000Z").get(sessionRecord().name)).toBe(
      "ended",
    );
  });
});
