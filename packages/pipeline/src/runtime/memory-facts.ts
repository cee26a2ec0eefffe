/** What decides how much memory a run takes; all of it is known from metadata and options. */
export interface MemoryFacts {
  readonly spotCount: number;
  /** Sections of the store, on all of which the smoothing is chosen at once; 1 by default. */
  readonly sectionCount?: number;
  /** Spots of the store whose section is done apart from the others: it knows where all of them lie; undefined where it is alone. */
  readonly storeSpotCount?: number;
  readonly typeCount: number;
  /** Numbers per spot of the tables that the solver yields beside the abundances. */
  readonly tableWidth: number;
  readonly geneCount: number;
  readonly precision: "float64" | "float32";
  /** Whether a third pass refines the spots (`refines`); false by default. */
  readonly isRefined?: boolean;
  /** Where a spot gets a set of at most so many types. */
  readonly maxTypes?: number;
  /** Whether intervals are calibrated; false by default. */
  readonly hasIntervals?: boolean;
  /** Neighbours asked for per spot; 0 where the solver looks at none. */
  readonly neighborCount: number;
  /** Whether all spots are searched for nearest neighbours together: not within a radius, nor section by section; false by default. */
  readonly isSearchedTogether?: boolean;
  /** Whether smoothing may be so strong that coarse levels of the section are solved first: only the Gram matrix tells for sure. */
  readonly mayBeStrong: boolean;
  /** Bytes of one stored chunk of counts when decoded, values and indices; 0 where no counts are read. */
  readonly chunkBytes: number;
  /** Whether stored chunks are compressed. */
  readonly areChunksPacked: boolean;
  /** Whether the memory of what was read is given back at once, not with the next collection of garbage; false by default. */
  readonly areChunksGivenBack?: boolean;
  /** Bytes that each thread holds to turn a matrix that is stored by gene into rows; 0 for one stored by spot. */
  readonly transposeBytes: number;
  /** Whether the section, or the reference, lies behind a network. */
  readonly isFar: boolean;
  /** Bytes, counted decoded, that a thread fetches of the section before it asks for them; 0 where it lies on a disk. */
  readonly readAheadBytes: number;
  /** Bytes that the section's store holds while it is open, in the calling thread and in every other: the directory of a zip. */
  readonly heldBytes: number;
  /** The reference, which the calling thread reads; undefined where it is a table, or is not read. */
  readonly reference: ReferenceFacts | undefined;
  /** Bytes that joining coordinates from shapes takes, with what comes out; 0 where they are stored as numbers. */
  readonly coordinateBytes: number;
  /** Stored values of a spot, on average, for the sample of spots; 0 where no counts are read. */
  readonly sampledValuesPerSpot: number;
}

/** How a reference of single cells is stored; bytes as for the section. */
export interface ReferenceFacts {
  readonly chunkBytes: number;
  readonly chunkCount: number;
  readonly transposeBytes: number;
  readonly readAheadBytes: number;
  readonly heldBytes: number;
}
