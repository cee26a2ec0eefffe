import { freeArray } from "@flashdeconv/core/internal";
import type { StagedStore, StoreKey } from "@flashdeconv/stores";
import type { Content } from "@flashdeconv/stores/internal";
import { type Compressor, compressorOf } from "../codecs/compressors.js";
import { formatJson } from "../json.js";
import { settleAll } from "../settle-all.js";
import type { ArrayDescription, JsonObject } from "./array-description.js";
import { collectDocuments } from "./metadata-documents.js";
import type { ResolvedWriteOptions } from "./write-options.js";
import type { MetadataDocument, ZarrDialect } from "./zarr-dialect.js";

/** Chunks that wait to be compressed and written, while the next are gathered. */
const MOST_WAITING_BYTES = 2 ** 23;

/** Writes groups, arrays and chunks to a store in one dialect. */
export class ZarrWriter {
  readonly store: StagedStore;
  readonly dialect: ZarrDialect;
  readonly options: ResolvedWriteOptions;
  readonly #compressor: Compressor;
  /** Chunks under way, in the order they came. */
  readonly #pending: { readonly byteLength: number; readonly job: Promise<void> }[] = [];

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

  /**
   * Runs `work`, and then waits for all chunks it handed in.
   *
   * @throws what `work` throws, else the error of the first of the chunks that could not be written; nothing is being written then
   */
  async during(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await Promise.allSettled(this.#pending.splice(0).map(({ job }) => job));
      throw error;
    }
    await settleAll(this.#pending.splice(0).map(({ job }) => job));
  }

  /**
   * Takes a chunk, to be compressed and written to each of the arrays beside whatever comes next; `bytes` are the writer's from
   * then on. Resolves when there is room for another chunk. To be called within `during`.
   */
  async chunks(
    paths: readonly string[],
    position: readonly number[],
    bytes: Uint8Array<ArrayBuffer>,
    content?: Content,
  ): Promise<void> {
    const { byteLength } = bytes;
    const waiting = () => this.#pending.reduce((sum, one) => sum + one.byteLength, byteLength);
    while (waiting() > MOST_WAITING_BYTES) {
      const first = this.#pending.shift();
      if (first === undefined) break;
      await first.job;
    }
    const job = this.#writeChunk(paths, position, bytes, content);
    job.catch(() => undefined);
    this.#pending.push({ byteLength, job });
  }

  async #writeChunk(
    paths: readonly string[],
    position: readonly number[],
    bytes: Uint8Array<ArrayBuffer>,
    content?: Content,
  ): Promise<void> {
    const { signal } = this.options;
    signal?.throwIfAborted();
    const encoded = await this.#compressor.encode(bytes, content);
    freeArray(bytes);
    signal?.throwIfAborted();
    for (const path of paths) await this.store.set(this.dialect.chunkKey(path, position), encoded);
    if (this.store.forgets) freeArray(encoded);
  }

  /** Writes a document of a node, new or changed. */
  async document(key: StoreKey, content: JsonObject): Promise<void> {
    await this.store.set(key, new TextEncoder().encode(formatJson(content)));
  }

  /** Writes the consolidated document again, from all documents in the store. */
  async consolidate(): Promise<void> {
    const documents = await collectDocuments(this.store, this.dialect, this.options.signal);
    await this.document(this.dialect.consolidatedKey, this.dialect.consolidate(documents));
  }

  async #setDocuments(documents: readonly MetadataDocument[]): Promise<void> {
    for (const { key, content } of documents) await this.document(key, content);
  }
}
