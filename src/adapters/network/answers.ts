import { get } from "node:http";
import { connect } from "node:net";

/** A server that is there says so at once; one that is not must not be waited for. */
const LIMIT_MS = 2000;

/** Whether something takes connections at a port of this machine. */
export async function takesConnections(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => connects(host, port)));
  return answers.includes(true);
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LIMIT_MS });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
  });
}

/** The status of the answer to a GET on this machine; null where none came. */
export function httpStatus(port: number, path: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get({ host: "localhost", port, path, timeout: LIMIT_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
      request.destroy();
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(null));
    request.once("close", () => resolve(null));
  });
}
