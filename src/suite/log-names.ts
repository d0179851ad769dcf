/** Whether a log's name is a relative path that stays where it is put. */
export function isLogName(name: string): boolean {
  if (name === "" || name.length > 512 || /[\0\\]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Tells logs of one test apart that have the same name: `session.log`, `session-2.log`. */
export class DistinctNames {
  readonly #counts = new Map<string, number>();

  next(name: string): string {
    let count = (this.#counts.get(name) ?? 0) + 1;
    let candidate = count === 1 ? name : numbered(name, count);
    while (candidate !== name && this.#counts.has(candidate)) candidate = numbered(name, ++count);
    this.#counts.set(name, count);
    if (candidate !== name) this.#counts.set(candidate, 1);
    return candidate;
  }
}

function numbered(name: string, count: number): string {
  const dot = name.lastIndexOf(".");
  const hasExtension = dot > name.lastIndexOf("/") + 1;
  return hasExtension ? `${name.slice(0, dot)}-${count}${name.slice(dot)}` : `${name}-${count}`;
}
