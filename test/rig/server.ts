import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takesConnections } from "../../src/adapters/network/answers.ts";

const SERVER = `
const [port, name = "server"] = process.argv.slice(2);
console.log(name + ": loading the model");
require("node:http").createServer((request, response) => {
  console.log(name + ": " + request.url);
  if (request.url === "/die") {
    console.error(name + ": out of luck");
    process.exit(9);
  }
  response.statusCode = request.url === "/missing" ? 404 : 200;
  response.end(JSON.stringify({ name, url: request.url }));
}).listen(Number(port), "127.0.0.1", () => console.log(name + ": listening"));
`;

/** Writes a small HTTP server; returns the shell command that starts it at a port. `/die` ends it. */
export function writeServer(directory: string): (port: number, name?: string) => string {
  const file = join(directory, "server.cjs");
  writeFileSync(file, SERVER);
  return (port, name = "server") => `exec "${process.execPath}" "${file}" ${port} ${name}`;
}

/** A port that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Whether a port is given up. A process that ends loses its environment first, and its sockets a moment later. */
export async function isGivenUp(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (!(await takesConnections(port))) return true;
    await delay(10);
  }
  return false;
}
