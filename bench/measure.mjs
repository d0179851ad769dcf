import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/**
 * Runs a program to its end and gives its wall time in milliseconds. A failure ends the bench: the time of
 * something that did not work is no figure.
 */
export function timed(file, args, { cwd, env, input }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    const stdout = [];
    const stderr = [];
    child.stdout.on("data", (chunk) => stdout.push(chunk));
    child.stderr.on("data", (chunk) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const ms = performance.now() - started;
      const text = (chunks) => Buffer.concat(chunks).toString("utf8");
      if (code === 0) return resolve({ ms, stdout: text(stdout), stderr: text(stderr) });
      reject(
        new Error(`${file} ${args.join(" ")} ended with ${code ?? signal}\n${text(stderr)}${text(stdout)}`),
      );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/**
 * Measures several ways of doing something in turns (A B C, C B A, …), so that whatever else the machine
 * does meets all of them. Gives the median of each, and of what one adds to another. The first two rounds only warm up.
 */
export async function inTurns(rounds, ways) {
  const names = Object.keys(ways);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const ms = await ways[name](round);
      if (round >= 0) times[name].push(ms);
    }
  }
  const medians = Object.fromEntries(names.map((name) => [name, median(times[name])]));
  // of the differences round by round, not the difference of two medians: a slow round is slow for both
  const added = (more, less) => median(times[more].map((value, index) => value - times[less][index]));
  return { ...medians, added };
}

export function median(numbers) {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const ms = (value) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
export const times = (value) => `${value.toFixed(2)} ×`;
