/** What is told of the format whose files a store holds. Nothing else of it is known in this package. */
export interface StoreFormat {
  /** As in "a Zarr store". */
  readonly name: string;
  /** How names of stores end, for instance ".zarr". */
  readonly extension: string;
  /** Documents of which one at least lies at the root of a store, in the order in which they are looked for. Messages name the first two. */
  readonly rootDocuments: readonly string[];
  /** Names of documents that tell of other files. They are written after those; the root's are the last, in this order. */
  readonly documents: readonly string[];
}

/** Whether a key's last part is the name of a document. */
export function isDocument(format: StoreFormat, key: string): boolean {
  return format.documents.includes(key.slice(key.lastIndexOf("/") + 1));
}
