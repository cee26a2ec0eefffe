import type { Notice } from "@flashdeconv/core";
import type { AnnDataContents, UnsObject } from "@flashdeconv/io-zarr";
import type { OpenStore, StoreLocation } from "@flashdeconv/stores";
import type { IngestOptions } from "../ingest/ingest-mex.js";

/** What a path or URL turned out to be. */
export interface FoundInput {
  /** In words, as in "Visium"; undefined for a store that needs no translation. */
  readonly called: string | undefined;
  /** Whether it is a raw matrix, taken because there is no filtered one. */
  readonly isRaw?: boolean;
  /** What of the choice of its files is to be told. */
  readonly notices?: readonly Notice[];
  /** What `openLocation` opens; undefined for what has to be put in order first. */
  readonly location: StoreLocation | string | undefined;
  /** What lies at the location, where it had to be opened to be known; who asked closes it. */
  readonly opened?: OpenStore;
  /** Files of this machine that it is made of; undefined for a store, which tells of its own. */
  readonly files?: readonly string[];
  /** What it tells of itself beside counts and positions, for `uns`. */
  uns?(): Promise<UnsObject>;
  /** About how many counts it has, where that can be told before they are read. */
  entryCount?(): Promise<number>;
  /** Reads it once, in the order of the file, and gives it in order. Defined where there is no location. */
  ingest?(options: IngestOptions): Promise<AnnDataContents>;
}
