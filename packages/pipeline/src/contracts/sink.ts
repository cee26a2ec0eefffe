import type { Coordinates, NameChunk } from "@flashdeconv/core";
import type { AnswerTable, Deconvolution } from "./answers.js";

/** Names and coordinates a result is to carry, so that it can be plotted by itself. */
export interface ResultFrame {
  readonly spotNames: AsyncIterable<NameChunk> | readonly string[];
  readonly coordinates?: Coordinates;
}

/** What a result says beside its tables: of what it is, and how it came about. */
export type ResultDescription = ResultFrame &
  Pick<Deconvolution, "spotCount" | "typeNames" | "signature" | "parameters" | "notices">;

/** A place for a result, of whatever format. */
export interface ResultSink {
  /**
   * Writes the tables, their rows in the order of the spots, with the description. All of it is there when this resolves; where it
   * rejects, the place is as it was before.
   */
  write(tables: readonly AnswerTable[], description: ResultDescription): Promise<void>;
  /** Leaves the place as it was, without a result. */
  discard(): Promise<void>;
}
