import { parsing } from "../bytes/errors.js";
import { storageOf } from "../tree/dataset.js";
import type { Hdf5File } from "../tree/hdf5-file.js";
import type { CompoundMember } from "../values/types.js";
import { pieceLength, rawChunks } from "./raw-chunks.js";

/** The records of a dataset of one dimension, read as they are stored: one read for all members. */
export interface Records {
  readonly count: number;
  readonly recordBytes: number;
  readonly members: readonly CompoundMember[];
  /** Records of a piece; the last one may have fewer. */
  readonly pieceLength: number;
  /** The records from `pieceLength * piece` on. What lies beyond the last is padding. */
  read(piece: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Opens a dataset of records; undefined where there is none at the path. Throws FormatError where it is damaged or cannot be read. */
export async function openRecords(file: Hdf5File, path: string): Promise<Records | undefined> {
  const node = await file.node(path);
  if (node?.kind !== "dataset" || node.type.kind !== "compound" || node.shape?.length !== 1) return undefined;
  const { facts, type, shape } = node;
  const length = pieceLength(facts);
  const raw = await parsing(path, () =>
    rawChunks(file.bytes, facts, storageOf(file.bytes, path, facts, undefined), length),
  );
  return {
    count: shape[0],
    recordBytes: type.size,
    members: type.members,
    pieceLength: length,
    read: async (piece, signal) =>
      (await parsing(path, () => raw.read([piece], signal), signal)) ?? new Uint8Array(length * type.size),
  };
}
