import { numbered, optionName } from "@flashdeconv/core/internal";
import type { RangeReader, ReadableStore } from "@flashdeconv/stores";
import { MOST_BYTES, MOST_DOCUMENT_BYTES } from "@flashdeconv/stores/internal";
import { parsing, unsupported } from "../bytes/errors.js";
import { KEPT_BYTES } from "../bytes/file-bytes.js";
import type { ChunkIndex, ChunkIndexes } from "../chunks/chunk-index.js";
import { type Storage, storageOf } from "../tree/dataset.js";
import { type Hdf5Dataset, type Hdf5File, type Hdf5Node, openHdf5 } from "../tree/hdf5-file.js";
import { membersOf, viewOf } from "./item-view.js";
import { pieceLength, rawChunks } from "./raw-chunks.js";
import { type ServedArray, servedArray } from "./served-array.js";

export interface Hdf5StoreOptions {
  /** What people call the file; begins the message of errors. */
  readonly name?: string;
  /** Where chunks lie, as `index` of another store of the same file told: indexes are then not read again. */
  readonly index?: ChunkIndexes;
  /** Most memory that reading may take. Default 4 GiB. */
  readonly mostBytes?: number;
}

/** An HDF5 file as a Zarr v2 store. */
export type Hdf5Store = ReadableStore &
  Required<Pick<ReadableStore, "list">> & {
    /** The same file as it is. */
    readonly file: Hdf5File;
    /** The indexes of chunks that have been read to their end so far, fit for messages to threads. */
    index(): ChunkIndexes;
    /** Reads the indexes of these datasets to their end, for `index`. What is not cut into chunks is passed over. */
    readIndex(paths: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  };

/** A dataset that keys were asked of. */
interface OpenDataset {
  readonly dataset: Hdf5Dataset;
  readonly storage: Storage;
}

/** What a path leads to: a group, or a dataset and the members of its records on the way. */
interface Place {
  readonly node: Hdf5Node;
  readonly members: readonly string[];
}

const encoder = new TextEncoder();
const document = (value: unknown) => encoder.encode(JSON.stringify(value));
const GROUP = document({ zarr_format: 2 });

/**
 * An HDF5 file as a Zarr v2 store of exactly its tree: documents are made up of its metadata, and chunks read by ranges when they are
 * asked for. Text comes as vlen-utf8, the enumeration of FALSE and TRUE as booleans, other ones as integers; a dataset of records is a
 * group with an array for each member; references are paths.
 *
 * Throws FormatError where the file is none of HDF5, is damaged, truncated or still being written. What it holds and this package
 * cannot read is refused when it is asked for.
 */
export async function hdf5Store(reader: RangeReader, options: Hdf5StoreOptions = {}): Promise<Hdf5Store> {
  const { name, index: given = {}, mostBytes = MOST_BYTES } = options;
  const file = await openHdf5(reader, name);
  const places = new Map<string, Promise<Place | undefined>>();
  const datasets = new Map<string, OpenDataset>();
  const arrays = new Map<string, Promise<ServedArray | undefined>>();

  const placeAt = (path: string) => remember(places, path, () => findPlace(file, path));

  const open = (dataset: Hdf5Dataset): OpenDataset => {
    const { path, facts } = dataset;
    const known = datasets.get(path) ?? { dataset, storage: storageOf(file.bytes, path, facts, given[path]) };
    datasets.set(path, known);
    return known;
  };

  const arrayAt = (path: string) =>
    remember(arrays, path, async () => {
      const place = await placeAt(path);
      if (place?.node.kind !== "dataset") return undefined;
      const { node, members } = place;
      return parsing(path, async () => {
        const view = viewOf(path, node.type, members);
        if (!view) return undefined;
        const { storage } = open(node);
        if (storage.kind === "chunked") requireRoomFor(path, storage.grid.chunkBytes, mostBytes);
        const length = await sharedLength(file, node);
        const raw = rawChunks(file.bytes, node.facts, storage, length);
        return servedArray({ file, path, facts: node.facts, raw, view });
      });
    });

  const groupAttributes = async ({ node, members }: Place) => {
    const attributes = members.length > 0 ? {} : await node.attributes();
    return Object.keys(attributes).length === 0 ? undefined : document(attributes);
  };

  const isGroup = ({ node, members }: Place) =>
    node.kind === "group" || membersOf(node.type, members) !== undefined;

  const get = async (key: string, most: number, signal?: AbortSignal): Promise<Uint8Array | undefined> => {
    signal?.throwIfAborted();
    const at = key.lastIndexOf("/");
    const [path, last] = [key.slice(1, Math.max(1, at)), key.slice(at + 1)];
    if (last === ".zgroup" || last === ".zattrs") {
      const place = await placeAt(path);
      if (!place) return undefined;
      return last === ".zattrs" ? groupAttributes(place) : isGroup(place) ? GROUP : undefined;
    }
    if (last === ".zarray") {
      const array = await arrayAt(path);
      return array && document(array.document);
    }
    if (!/^\d+(\.\d+)*$/.test(last)) return undefined;
    const array = await arrayAt(path);
    return array && parsing(path, () => array.chunk(last, { most, signal }), signal);
  };

  return {
    name: file.name,
    file,
    mostBytes,
    heldBytes: KEPT_BYTES,
    get: (key, { most = mostBytes, signal } = {}) => get(key, most, signal),
    async getRange(key, range, { signal } = {}) {
      const bytes = await get(key, Math.max(mostBytes, MOST_DOCUMENT_BYTES), signal);
      if ("suffixLength" in range) return bytes?.slice(Math.max(0, bytes.length - range.suffixLength));
      return bytes?.slice(range.offset, range.offset + range.length);
    },
    async list(path) {
      const place = await placeAt(path.slice(1));
      if (!place) return [];
      return place.node.kind === "group"
        ? place.node.names()
        : (membersOf(place.node.type, place.members) ?? []);
    },
    index() {
      const known: Record<string, ChunkIndex> = {};
      for (const [path, { storage }] of datasets) {
        if (storage.kind === "chunked" && storage.table.known) known[path] = storage.table.known;
      }
      return known;
    },
    async readIndex(paths, { signal } = {}) {
      await Promise.all(
        paths.map(async (path) => {
          const place = await placeAt(path);
          if (place?.node.kind !== "dataset") return;
          const { node } = place;
          await parsing(path, async () => {
            const { storage } = open(node);
            if (storage.kind === "chunked") await storage.table.all(signal);
          });
        }),
      );
    },
  };
}

/** A chunk may take this share of the memory, as of any store: a few are there at a time. */
const CHUNK_SHARE = 1 / 4;

/** A chunk is unpacked whole. Some writers make one of all there is. */
function requireRoomFor(path: string, chunkBytes: number, mostBytes: number): void {
  if (chunkBytes <= CHUNK_SHARE * mostBytes) return;
  throw unsupported(
    path,
    `chunks of ${numbered(chunkBytes, "byte")} when unpacked`,
    `at most ${Math.floor(CHUNK_SHARE * mostBytes)}, a quarter of the memory there is (${optionName("maxMemory")})`,
  );
}

/** Does something once for each path; what failed is done again when it is asked for again. */
function remember<T>(known: Map<string, Promise<T>>, path: string, work: () => Promise<T>): Promise<T> {
  const found = known.get(path) ?? work();
  known.set(path, found);
  found.catch(() => known.delete(path));
  return found;
}

async function findPlace(file: Hdf5File, path: string): Promise<Place | undefined> {
  const segments = path.split("/").filter((segment) => segment !== "");
  for (let end = segments.length; end >= 0; end--) {
    const node = await file.node(segments.slice(0, end).join("/"));
    if (!node) continue;
    const members = segments.slice(end);
    if (members.length === 0) return { node, members };
    if (node.kind === "group") return undefined;
    const names = membersOf(node.type, members.slice(0, -1));
    return names?.includes(members[members.length - 1]) ? { node, members } : undefined;
  }
  return undefined;
}

/** `data` and `indices` of a sparse matrix come in pieces of one length, whatever chunks each has in the file. */
async function sharedLength(
  file: Hdf5File,
  { path, shape, facts }: Hdf5Dataset,
): Promise<number | undefined> {
  if (shape?.length !== 1) return undefined;
  const at = path.lastIndexOf("/") + 1;
  if (path.slice(at) !== "indices") return pieceLength(facts);
  const data = await file.node(`${path.slice(0, at)}data`);
  const isPair = data?.kind === "dataset" && data.shape?.length === 1 && data.shape[0] === shape[0];
  return pieceLength(isPair ? data.facts : facts);
}
