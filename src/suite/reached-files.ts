/** A set of paths, as much of it as is asked for. */
export interface PathSet extends Iterable<string> {
  has(path: string): boolean;
}

type Links = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What files lead to. Thousands of tests lead to the same modules: what these lead to is found once, and a set of
 * them takes a bit for each.
 */
export class ReachedFiles {
  readonly #links: Links;
  /** What something leads to, and its positions. */
  readonly #targets: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #known = new Map<string, Uint32Array>();

  constructor(links: Links) {
    this.#links = links;
    // in order, since that is how whoever goes through a set wants them
    this.#targets = [...new Set([...links.values()].flatMap((next) => [...next]))].toSorted();
    this.#positions = new Map(this.#targets.map((path, position) => [path, position]));
  }

  /** The starts and all that they lead to; then those besides, and nothing of what these lead to. */
  from(starts: readonly string[], besides: (reached: PathSet) => Iterable<string>): PathSet {
    const reached = new SomeFiles(this.#targets, this.#positions, this.#noTargets());
    for (const start of starts) {
      reached.add(start);
      // not of the start itself: it is a test's own file, and nobody else starts there
      for (const next of this.#links.get(start) ?? []) {
        reached.add(next);
        reached.addAll(this.#ledToBy(next));
      }
    }
    for (const path of besides(reached)) reached.add(path);
    return reached;
  }

  #ledToBy(start: string): Uint32Array {
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const reached = this.#noTargets();
    const waiting = [start];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      for (const next of this.#links.get(path) ?? []) {
        const position = this.#positions.get(next);
        if (position === undefined || isIn(reached, position)) continue;
        putIn(reached, position);
        const further = this.#known.get(next);
        if (further === undefined) waiting.push(next);
        else unite(reached, further);
      }
    }
    this.#known.set(start, reached);
    return reached;
  }

  #noTargets(): Uint32Array {
    return new Uint32Array(Math.ceil(this.#targets.length / 32));
  }
}

class SomeFiles implements PathSet {
  readonly #targets: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #bits: Uint32Array;
  /** What nothing leads to. */
  readonly #others = new Set<string>();

  constructor(targets: readonly string[], positions: ReadonlyMap<string, number>, bits: Uint32Array) {
    this.#targets = targets;
    this.#positions = positions;
    this.#bits = bits;
  }

  add(path: string): void {
    const position = this.#positions.get(path);
    if (position === undefined) this.#others.add(path);
    else putIn(this.#bits, position);
  }

  addAll(bits: Uint32Array): void {
    unite(this.#bits, bits);
  }

  has(path: string): boolean {
    const position = this.#positions.get(path);
    return position === undefined ? this.#others.has(path) : isIn(this.#bits, position);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.#others;
    for (let position = 0; position < this.#targets.length; position++) {
      const path = this.#targets[position];
      if (path !== undefined && isIn(this.#bits, position)) yield path;
    }
  }
}

function isIn(bits: Uint32Array, position: number): boolean {
  return (((bits[position >>> 5] ?? 0) >>> (position & 31)) & 1) === 1;
}

function putIn(bits: Uint32Array, position: number): void {
  bits[position >>> 5] = (bits[position >>> 5] ?? 0) | (1 << (position & 31));
}

function unite(bits: Uint32Array, others: Uint32Array): void {
  for (const [index, other] of others.entries()) bits[index] = (bits[index] ?? 0) | other;
}
