import type { Notice } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/core/internal";

export type PieceArray = Int32Array | Float32Array | Float64Array;

/** A finished part of a run, as plain data. */
export interface Piece {
  /** What JSON can hold. */
  readonly facts: unknown;
  readonly arrays: Readonly<Record<string, PieceArray>>;
  /** What another process was told while it made this. */
  readonly notices?: readonly Notice[];
}

/** Makes a piece when it is about to be written. */
export type PieceMaker = () => Piece | Promise<Piece>;

/**
 * Where a run keeps its finished pieces, so that it can resume from them after it was stopped. Inputs and options are the same
 * whenever pieces are found: whoever makes the checkpoint sees to that.
 */
export interface Checkpoint {
  /** Whether so much has been done since pieces were last written that it is time to do so. */
  readonly isDue: boolean;
  /** Seconds of work that may be lost; a part of the work that takes longer should be cut. */
  readonly everySeconds: number;
  /** Names of the pieces there are. */
  names(): readonly string[];
  /** A piece, its arrays in memory of the allocator; undefined if there is none of the name, or if it was damaged. */
  load(name: string, allocate?: Allocate): Promise<Piece | undefined>;
  /**
   * Takes in a piece whose arrays change no more. It is written when that is due, with all that were offered before; a later one of
   * the same name replaces it. Never throws: the caller may be in the middle of something.
   */
  offer(name: string, make: PieceMaker): void;
  /** Forgets the pieces of names with this beginning that were offered and are not being written: what they hold is about to change. */
  withdraw(beginning: string): void;
  /** Throws what a write failed with. */
  throwIfFailed(): void;
  /** Writes a piece now, after those that were offered. Its arrays may change once this has resolved. */
  save(name: string, make: PieceMaker): Promise<void>;
  /** Resolves when all that was saved will outlast this process. */
  settle(): Promise<void>;
  /** A checksum of bytes that follow those of the checksum `before`. */
  checksum(bytes: Uint8Array, before?: number): number;
}
