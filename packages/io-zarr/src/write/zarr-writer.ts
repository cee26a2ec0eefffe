import { type Compressor, compressorOf } from "../codecs/compressors.js";
import { formatJson } from "../json.js";
import type { ArrayDescription, JsonObject } from "./array-description.js";
import { collectDocuments } from "./metadata-documents.js";
import type { StagedStore, StoreKey } from "./staged-store.js";
import type { ResolvedWriteOptions } from "./write-options.js";
import type { MetadataDocument, ZarrDialect } from "./zarr-dialect.js";

/** Writes groups, arrays and chunks to a store in one dialect. */
export class ZarrWriter {
  readonly store: StagedStore;
  readonly dialect: ZarrDialect;
  readonly options: ResolvedWriteOptions;
  readonly #compressor: Compressor;

  constructor(store: StagedStore, dialect: ZarrDialect, options: ResolvedWriteOptions) {
    this.store = store;
    this.dialect = dialect;
    this.options = options;
    this.#compressor = compressorOf(options.compressor);
  }

  async group(path: string, attributes: JsonObject): Promise<void> {
    await this.#setDocuments(this.dialect.groupDocuments(path, attributes));
  }

  /** Writes an array's metadata, which may come after its chunks. */
  async array(path: string, array: ArrayDescription, attributes: JsonObject): Promise<void> {
    await this.#setDocuments(this.dialect.arrayDocuments(path, array, attributes, this.#compressor));
  }

  /** Compresses a chunk and writes it to each of the arrays; `bytes` may be changed once the promise is kept. */
  async chunks(
    paths: readonly string[],
    position: readonly number[],
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    this.options.signal?.throwIfAborted();
    const encoded = await this.#compressor.encode(bytes);
    this.options.signal?.throwIfAborted();
    for (const path of paths) await this.store.set(this.dialect.chunkKey(path, position), encoded);
  }

  /** Makes the groups above `path` exist, for a column whose name holds a slash; they carry no attributes. */
  async parents(path: string, below: string): Promise<void> {
    const parts = path.slice(below.length + 1).split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = `${below}/${parts.slice(0, depth).join("/")}`;
      const key = this.dialect.groupKey(parent);
      if ((await this.store.get(key)) === undefined) await this.group(parent, {});
    }
  }

  /** Writes a document of a node, new or changed. */
  async document(key: StoreKey, content: JsonObject): Promise<void> {
    await this.store.set(key, new TextEncoder().encode(formatJson(content)));
  }

  /** Writes the consolidated document anew, from all documents in the store. */
  async consolidate(): Promise<void> {
    const documents = await collectDocuments(this.store, this.dialect, this.options.signal);
    await this.document(this.dialect.consolidatedKey, this.dialect.consolidate(documents));
  }

  async #setDocuments(documents: readonly MetadataDocument[]): Promise<void> {
    for (const { key, content } of documents) await this.document(key, content);
  }
}
