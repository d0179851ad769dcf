import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/**
 * The two logs of a session, in `.assistant/` of the project: session.log says what happened and how long it
 * took, session_model.log holds every word that went into the model and came out of it.
 */
export class SessionLog {
  #session;
  #model;
  #started = performance.now();

  /** @param {string} projectDir */
  constructor(projectDir) {
    const directory = join(projectDir, ".assistant");
    mkdirSync(directory, { recursive: true });
    this.#session = join(directory, "session.log");
    this.#model = join(directory, "session_model.log");
    for (const path of this.files) writeFileSync(path, "");
    this.info("session", `started: pid ${process.pid} on ${hostname()}, project ${projectDir}`);
  }

  get files() {
    return [this.#session, this.#model];
  }

  /** @param {string} source @param {string} message */
  info(source, message) {
    this.#line("INFO ", source, message);
  }

  /** @param {string} source @param {string} message */
  warn(source, message) {
    this.#line("WARN ", source, message);
  }

  /**
   * A block of what the model was given or what came of it.
   * @param {string} role
   * @param {string} text
   */
  model(role, text) {
    appendFileSync(this.#model, `[${new Date().toISOString()}] ${role}\n${text}\n\n`);
  }

  close() {
    this.info("session", `closed after ${elapsed(this.#started)}`);
  }

  #line(level, source, message) {
    appendFileSync(this.#session, `${new Date().toISOString()} ${level} ${source.padEnd(8)} ${message}\n`);
  }
}

/** @param {number} since of performance.now() */
export const elapsed = (since) => `${(performance.now() - since).toFixed(3)} ms`;
