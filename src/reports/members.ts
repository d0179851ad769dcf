import { isOneLine } from "../suite/one-line.ts";

/** JSON that is not what it should be: where, and what was expected there. Caught by whoever reads. */
export class Unexpected extends Error {}

/** Reads the members of one JSON object, and complains of those that nobody asked for. */
export class Members {
  readonly #place: string;
  readonly #values: Readonly<Record<string, unknown>>;
  /** Of so few keys that a list is made and searched sooner than a set. */
  readonly #asked: string[] = [];

  constructor(value: unknown, place: string) {
    if (!isObject(value)) throw new Unexpected(`${place === "" ? "it" : place} is not an object`);
    this.#place = place;
    this.#values = value;
  }

  /** A name, a time, a digest: on one line, and without anything that would steer what shows it. */
  text(key: string, accepts: (text: string) => boolean = () => true): string {
    return this.prose(key, (text) => isOneLine(text) && accepts(text));
  }

  /** What people write, in as many lines as they like. */
  prose(key: string, accepts: (text: string) => boolean = () => true): string {
    const value = this.value(key);
    if (typeof value !== "string" || !accepts(value)) throw this.#wrong(key);
    return value;
  }

  optionalProse(key: string): string | null {
    return Object.hasOwn(this.#values, key) ? this.prose(key) : null;
  }

  texts(key: string): readonly string[] {
    return this.list(key).map((value) => {
      if (typeof value !== "string") throw this.#wrong(key);
      return value;
    });
  }

  count(key: string): number {
    const value = this.value(key);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw this.#wrong(key);
    return value;
  }

  amount(key: string): number {
    const value = this.value(key);
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) throw this.#wrong(key);
    return value;
  }

  flag(key: string): boolean {
    const value = this.value(key);
    if (typeof value !== "boolean") throw this.#wrong(key);
    return value;
  }

  /** null where the member is left out. */
  optional<T>(key: string, read: (key: string) => T): T | null {
    return Object.hasOwn(this.#values, key) ? read(key) : null;
  }

  orNull<T>(key: string, read: (key: string) => T): T | null {
    return this.value(key) === null ? null : read(key);
  }

  members(key: string): Members {
    return new Members(this.value(key), this.place(key));
  }

  list(key: string): readonly unknown[] {
    const value = this.value(key);
    if (!Array.isArray(value)) throw this.#wrong(key);
    return value;
  }

  /** Every member as one table: for objects whose keys are data. */
  table<T>(read: (members: Members, key: string) => T): ReadonlyMap<string, T> {
    const table = new Map<string, T>();
    for (const key of Object.keys(this.#values)) table.set(key, read(this, key));
    return table;
  }

  /** An object whose keys are data, as it is. */
  record(key: string): Readonly<Record<string, unknown>> {
    const value = this.value(key);
    if (!isObject(value)) throw new Unexpected(`${this.place(key)} is not an object`);
    return value;
  }

  place(key: string): string {
    return this.#place === "" ? key : `${this.#place}.${key}`;
  }

  value(key: string): unknown {
    this.#asked.push(key);
    if (!Object.hasOwn(this.#values, key)) throw new Unexpected(`${this.place(key)} is missing`);
    return this.#values[key];
  }

  end(): void {
    const unknown = Object.keys(this.#values).find((key) => !this.#asked.includes(key));
    if (unknown !== undefined) throw new Unexpected(`${this.place(unknown)} is not known`);
  }

  #wrong(key: string): Unexpected {
    return new Unexpected(`${this.place(key)} is not valid`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
