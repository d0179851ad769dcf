import { GitError } from "./command.ts";
import { DIRECTORY, SUBMODULE } from "./ids.ts";

/** One entry of a tree object. The name is bytes as Latin-1 text. */
export interface Child {
  readonly mode: string;
  readonly id: string;
  readonly name: string;
}

/** Where a name stands in the bytes. */
interface Name {
  readonly from: number;
  readonly end: number;
  readonly isDirectory: boolean;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * What a tree object holds: `<mode> SP <name> NUL <id>` again and again, the id in bytes. git's own reader is
 * tree-walk.c; like that, this takes modes of old gits for those of today.
 */
export class TreeObject {
  readonly #bytes: Buffer;
  readonly #idBytes: number;
  readonly #id: string;
  #children: readonly Child[] | null = null;

  /**
   * Throws where its entries are out of order: git, asked about a path, would not find what lies behind; and where the
   * name of one leads elsewhere, so that it would be checked out as part of another directory. One that is there twice
   * is for whoever asks about it to see.
   */
  constructor(bytes: Buffer, idBytes: number, id: string) {
    this.#bytes = bytes;
    this.#idBytes = idBytes;
    this.#id = id;
    let before: Name | null = null;
    this.#scan((at, space, end) => {
      const name = { from: space + 1, end, isDirectory: /^0?4/.test(bytes.toString("latin1", at, at + 2)) };
      if (before !== null && !this.#isInOrder(before, name)) throw this.#malformed();
      if (!this.#isOneName(name)) throw this.#malformed();
      before = name;
      return false;
    });
  }

  /** In git's order. */
  children(): readonly Child[] {
    if (this.#children !== null) return this.#children;
    const children: Child[] = [];
    this.#scan((at, space, end) => {
      children.push(this.#childAt(at, space, end));
      return false;
    });
    this.#children = children;
    return children;
  }

  /** The first of this name, where there are two; null where there is none. */
  child(name: string): Child | null {
    const wanted = Buffer.from(name, "latin1");
    let found: Child | null = null;
    this.#scan((at, space, end) => {
      const isIt = end - space - 1 === wanted.length && wanted.compare(this.#bytes, space + 1, end) === 0;
      if (isIt) found = this.#childAt(at, space, end);
      return isIt;
    });
    return found;
  }

  #childAt(at: number, space: number, end: number): Child {
    return {
      mode: this.#modeAt(at, space),
      id: this.#bytes.toString("hex", end + 1, end + 1 + this.#idBytes),
      name: this.#bytes.toString("latin1", space + 1, end),
    };
  }

  /** In the order of their bytes, directories as if a slash stood behind them. */
  #isInOrder(one: Name, other: Name): boolean {
    const both = Math.min(one.end - one.from, other.end - other.from);
    const order = this.#bytes.compare(this.#bytes, other.from, other.from + both, one.from, one.from + both);
    if (order !== 0) return order < 0;
    const next = ({ from, end, isDirectory }: Name) =>
      from + both < end ? (this.#bytes[from + both] ?? 0) : isDirectory ? SLASH : 0;
    return next(one) <= next(other);
  }

  #isOneName({ from, end }: Name): boolean {
    let dots = 0;
    for (let at = from; at < end; at += 1) {
      if (this.#bytes[at] === SLASH) return false;
      if (this.#bytes[at] === DOT) dots += 1;
    }
    return dots < end - from || dots > "..".length;
  }

  /** Visits the places of each mode, name and id, until somebody has seen enough. */
  #scan(visit: (at: number, space: number, end: number) => boolean): void {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length; ) {
      const space = bytes.indexOf(0x20, at);
      const end = space === -1 ? -1 : bytes.indexOf(0, space);
      const next = end + 1 + this.#idBytes;
      if (end <= space + 1 || next > bytes.length) throw this.#malformed();
      if (visit(at, space, end)) return;
      at = next;
    }
  }

  #modeAt(at: number, space: number): string {
    const written = this.#bytes.toString("latin1", at, space);
    if (written === "100644") return written;
    if (!/^[0-7]{1,6}$/.test(written)) throw this.#malformed();
    const mode = Number.parseInt(written, 8);
    const kind = mode & 0o170000;
    if (kind === 0o040000) return DIRECTORY;
    if (kind === 0o120000) return "120000";
    if (kind === 0o100000) return (mode & 0o100) === 0 ? "100644" : "100755";
    return SUBMODULE;
  }

  #malformed(): GitError {
    return new GitError(["cat-file"], "found a tree that is not in order", this.#id);
  }
}
