import type { CodecMetadata, DataType as ZarritaDataType } from "zarrita";
import type { DataType } from "./data-type.js";

/** What the metadata of an array says, checked, the same for Zarr v2 and v3. */
export interface ArrayMetadata {
  readonly shape: readonly number[];
  /** Shape of what is decoded at once: a chunk, or an inner chunk of a shard. */
  readonly chunkShape: readonly number[];
  readonly dataType: DataType;
  /** What stands for items that were never written; undefined where the metadata declares nothing. */
  readonly fillValue: number | undefined;
  /** Codec names as the store spells them, for display. */
  readonly codecNames: readonly string[];
  /** Whether chunks are compressed, so that decoding one makes an array that nothing else refers to. */
  readonly isCompressed: boolean;
  /** Present where chunks lie in shards, several in one stored object. */
  readonly shards?: ShardMetadata;
  /** How a chunk is decoded, in the form zarrita's Array takes, with codec names as they are registered. */
  readonly zarrita: ZarritaMetadata;
}

export interface ShardMetadata {
  /** Items of a shard; a multiple of `chunkShape`. */
  readonly shape: readonly number[];
  /** Codecs of the index, as they are registered. */
  readonly indexCodecs: CodecMetadata[];
  /** Bytes of the encoded index: an offset and a length for each chunk, and a checksum where one is kept. */
  readonly indexBytes: number;
  readonly indexLocation: "start" | "end";
}

export interface ZarritaMetadata {
  readonly dataType: ZarritaDataType;
  readonly chunkShape: number[];
  readonly keyEncoding: { name: "v2" | "default"; configuration: { separator: "." | "/" } };
  readonly codecs: CodecMetadata[];
}
