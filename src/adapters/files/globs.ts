import { lstatSync, readdirSync } from "node:fs";
import fastGlob from "fast-glob";

export interface FoundFile {
  /** Relative to the directory that was searched, with `/`: a name that is no UTF-8 as `r%E9sum.txt`. */
  readonly path: string;
  /** In bytes where text cannot say it. */
  readonly place: string | Buffer;
  readonly modifiedMs: number;
}

/** Regular files below a directory that one of the patterns matches; links are not followed. */
export async function findFiles(
  directory: string,
  patterns: readonly string[],
  ignore: readonly string[],
): Promise<FoundFile[]> {
  // Without `stats`: one entry that cannot be looked at would cost all those beside it.
  const paths = await fastGlob([...patterns], {
    cwd: directory,
    ignore: [...ignore],
    dot: true,
    onlyFiles: true,
    followSymbolicLinks: false,
    suppressErrors: true,
  });
  return paths
    .flatMap((path) => filesAt(directory, path))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** What a match stands for: several files where names that are no UTF-8 read alike; none where it has gone meanwhile. */
function filesAt(directory: string, path: string): readonly FoundFile[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!name.includes("\uFFFD")) return fileAt(path, `${directory}/${path}`);
  const folder = path.slice(0, path.length - name.length);
  return namesIn(`${directory}/${folder}`).flatMap((bytes) => {
    if (bytes.toString("utf8") !== name) return [];
    if (bytes.equals(Buffer.from(name))) return fileAt(path, `${directory}/${path}`);
    const place = Buffer.concat([Buffer.from(`${directory}/${folder}`), bytes]);
    return fileAt(`${folder}${inAscii(bytes)}`, place);
  });
}

function fileAt(path: string, place: string | Buffer): readonly FoundFile[] {
  try {
    const found = lstatSync(place);
    return found.isFile() ? [{ path, place, modifiedMs: found.mtimeMs }] : [];
  } catch {
    return [];
  }
}

function inAscii(bytes: Buffer): string {
  const hex = (byte: string) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`;
  return bytes.toString("latin1").replace(/[\x80-\xff]/g, hex);
}

function namesIn(directory: string): readonly Buffer[] {
  try {
    return readdirSync(directory, { encoding: "buffer" });
  } catch {
    return [];
  }
}
