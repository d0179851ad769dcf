import { byName, objectionToPath, readEntryName } from "./archive-form.ts";

/** What stands before each entry of a tar. */
export interface EntryHeader {
  readonly name: string;
  readonly size: number;
  /** null: one that nobody knows. */
  readonly type: string | null;
  /** What an extended header says besides. */
  readonly pax?: unknown;
}

/** No compression of gzip's makes more of less. */
const MOST_FROM_ONE_BYTE = 1032;

/**
 * Judges the entries of an archive one after another, as gate writes them: plain files and directories of one session
 * by name, each after the directory that it lies in. So nothing is there twice, and little has to be remembered.
 */
export class EntryOrder {
  readonly #archiveBytes: number;
  #session: string | null = null;
  #last = "";
  /** That the last one lies in, each with its `/`. */
  #folders: readonly string[] = [];

  constructor(archiveBytes: number) {
    this.#archiveBytes = archiveBytes;
  }

  /** Whose archive it is; null before the first entry. */
  get session(): string | null {
    return this.#session;
  }

  /** What speaks against an entry, as the end of a sentence that begins with its name; null where nothing does. */
  objectionTo(header: EntryHeader): string | null {
    const { name, type, size } = header;
    const objection = objectionToKind(header) ?? this.#objectionToPlace(name, type === "directory");
    if (objection !== null) return objection;
    if (size > this.#archiveBytes * MOST_FROM_ONE_BYTE)
      return `says that it has ${size} bytes, more than an archive of ${this.#archiveBytes} can hold`;
    this.#last = name;
    this.#folders = this.#folders.filter((folder) => name.startsWith(folder));
    if (type === "directory") this.#folders = [...this.#folders, name];
    return null;
  }

  #objectionToPlace(name: string, isDirectory: boolean): string | null {
    const objection = objectionToPath(isDirectory ? name.replace(/\/$/, "") : name);
    if (objection !== null) return objection;
    const place = readEntryName(name);
    if (place === null || place.path === "") return "is not in a session's directory";
    this.#session ??= place.session;
    if (place.session !== this.#session) return `is of another session than ${this.#session}`;
    if (name === this.#last || `${name}/` === this.#last) return "is there twice";
    if (byName(name, this.#last) < 0) return "is there twice, or not where gate writes it";
    const folder = name.replace(/[^/]+\/?$/, "");
    const isKnown = folder === `${place.session}/` || this.#folders.includes(folder);
    return isKnown ? null : "lies in a directory that is not in the archive";
  }
}

function objectionToKind({ type, name, size, pax }: EntryHeader): string | null {
  if (type === null) return "is of a kind that gate does not know";
  if (type !== "file" && type !== "directory") return `is a ${type.replace("-", " ")}, no plain file`;
  if (type === "directory" && (!name.endsWith("/") || size !== 0)) return "is no plain directory";
  const strange = Object.keys(Object(pax)).find((key) => key !== "path");
  return strange === undefined ? null : `has an extension that gate does not write (${strange})`;
}
