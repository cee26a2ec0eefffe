import type { ChunkSource, Coordinates, CsrChunk, Notice, ReferenceSignature } from "@flashdeconv/core";
import type { NamedColumn } from "@flashdeconv/select-genes/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { CellSample } from "./cells.js";
import type { SectionLocation } from "./tasks.js";

/** A matrix of a store beside the one that is read. */
export interface OtherMatrix {
  /** What the option for the layer calls it: the name of a layer, "raw" or "X". */
  readonly layer: string;
  readonly counts: ChunkSource<CsrChunk>;
}

/** A section: spots x genes raw counts, and where the spots lie. What `openSpatial` of io-zarr returns is one. */
export interface SpatialInput {
  /** Names it in errors, where there are several. */
  readonly name?: string;
  readonly counts: ChunkSource<CsrChunk>;
  /** One name per column of `counts`; of a repeated name the first column is used. */
  readonly geneNames: readonly string[];
  /**
   * Called once, and only where the solver looks at neighbours. Where nothing is smoothed, a CoordinateError is taken for none.
   * `onNotice` is told what was decided about them, such as which spots belong to one section.
   */
  readCoordinates(options?: {
    signal?: AbortSignal;
    onNotice?: (notice: Notice) => void;
  }): Promise<Coordinates>;
  /** Cells that each spot holds, such as nuclei that were counted in its picture: the result then says how many are of each type. */
  readonly cellsPerSpot?: StatArray;
  /** Where other threads can open the same section; needed only where an executor with threads is given. */
  readonly location?: SectionLocation;
  /** The matrices that the store has beside `counts`, for advice where these are not raw counts. */
  otherMatrices?(options?: { signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** The names of genes that the store has beside `geneNames`, for advice where few of these are shared. */
  readGeneColumns?(options?: { signal?: AbortSignal }): Promise<readonly NamedColumn[]>;
  /** Names a spot in messages; its number is used where this is left out. */
  readSpotName?(spot: number): Promise<string>;
}

/** Which of several sections each spot of a store belongs to. `readSections` of io-zarr finds them. */
export interface SpotSections {
  /** Position in `names`, one per spot. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

/** A store that holds several sections. */
export interface DividedInput extends SpatialInput {
  readonly sections: SpotSections;
  /** Whether each section's strength of smoothing is chosen on that section alone; false by default: one serves all. */
  readonly perSection?: boolean;
}

/** Labelled single cells. What `openReference` of io-zarr returns is one. */
export interface CellReference {
  /** Cells x genes, raw counts. */
  readonly counts: ChunkSource<CsrChunk>;
  readonly geneNames: readonly string[];
  /** For each cell the number of its type in `names`, or -1 for none. */
  readonly cellTypes: { readonly codes: Int32Array; readonly names: readonly string[] };
  /** As of SpatialInput. */
  otherMatrices?(options?: { signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** As of SpatialInput. */
  readGeneColumns?(options?: { signal?: AbortSignal }): Promise<readonly NamedColumn[]>;
  /** Names a cell in messages; its number is used where this is left out. */
  readCellName?(cell: number): Promise<string>;
}

/** What the values of single cells are like. */
export interface CellValues {
  /** Whether all are whole numbers. */
  readonly isWhole: boolean;
  /** The greatest. */
  readonly max: number;
}

/** Each type's cells divided in two: what one half says of a type can be tried on cells of the other. K types, G genes. */
export interface HalfCells {
  readonly geneCount: number;
  /** Of either half the sums of counts, K x G; 0 for a type without cells in it. */
  readonly sums: readonly [Float64Array, Float64Array];
  /** Whole counts of some cells of both halves; no more than some thousand of each cell. */
  readonly cells: CsrChunk;
  /** The type of each of these cells. */
  readonly types: Int32Array;
  /** The half that each is of: 0 or 1. */
  readonly halves: Int32Array;
}

/** Single cells that were read once, for any number of sections: what `prepareReference` makes of them. */
export interface PreparedReference {
  readonly geneNames: readonly string[];
  /** Mean raw counts per type, over all genes of the reference. */
  readonly signature: ReferenceSignature;
  /** Cells per type. */
  readonly cellCounts: Int32Array;
  readonly values: CellValues;
  /** What types can be told apart by; left out where that is not to be judged. */
  readonly halves?: HalfCells;
  /** Some of the cells, over all genes, where they were read for intervals. */
  readonly cells?: CellSample;
  /** What was told of them. */
  readonly notices: readonly Notice[];
}

/** Single cells, as they are or prepared, or their mean counts per type where those are known already. */
export type ReferenceInput = OpenReference | PreparedReference;

/** A reference as it is opened. */
export type OpenReference = CellReference | ReferenceSignature;
