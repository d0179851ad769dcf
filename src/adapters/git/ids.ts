declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Object ids as lower-case hex: 40 digits, or 64 in a sha256 repository. */
export type TreeId = Branded<"tree">;
export type BlobId = Branded<"blob">;
export type CommitId = Branded<"commit">;

/** The modes that a tree has for a directory and for a submodule. */
export const DIRECTORY = "040000";
export const SUBMODULE = "160000";

export type ObjectFormat = "sha1" | "sha256";

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export const treeId = (text: string): TreeId => checked<TreeId>(text);
export const blobId = (text: string): BlobId => checked<BlobId>(text);
export const commitId = (text: string): CommitId => checked<CommitId>(text);

function checked<Id extends string>(text: string): Id {
  if (!isObjectId<Id>(text)) throw new Error(`not an object id: ${JSON.stringify(text)}`);
  return text;
}

function isObjectId<Id extends string>(text: string): text is Id {
  return OBJECT_ID.test(text);
}

/** Git knows the empty tree without storing it. */
export function emptyTree(format: ObjectFormat): TreeId {
  return treeId(
    format === "sha1"
      ? "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
      : "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
  );
}

export function objectIdLength(format: ObjectFormat): number {
  return format === "sha1" ? 40 : 64;
}
