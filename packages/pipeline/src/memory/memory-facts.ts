/** What decides how much memory a run takes; all of it is known from metadata and options. */
export interface MemoryFacts {
  readonly spotCount: number;
  readonly typeCount: number;
  readonly geneCount: number;
  readonly precision: "float64" | "float32";
  /** Neighbours asked for per spot; 0 where the solver looks at none. */
  readonly neighborCount: number;
  /**
   * Whether the smoothing is asked for: how strong it is then only the Gram matrix tells, and it may need coarse pictures of the
   * section. One that is chosen by the data is nearly always too weak for that.
   */
  readonly mayBeStrong: boolean;
  /** Bytes of one stored chunk of counts when decoded, values and indices; 0 where no counts are read. */
  readonly chunkBytes: number;
  /** Whether stored chunks are compressed. */
  readonly areChunksPacked: boolean;
  /** Bytes that each thread holds to turn a matrix that is stored by gene into rows; 0 for one stored by spot. */
  readonly transposeBytes: number;
  /** Whether the section, or the reference, lies behind a network. */
  readonly isFar: boolean;
  /** Bytes, counted decoded, that a thread fetches of the section before it asks for them; 0 where it lies on a disk. */
  readonly readAheadBytes: number;
  /** The same of the reference, which the calling thread reads. */
  readonly referenceAheadBytes: number;
  /** Bytes that the calling thread takes to read the reference, while neighbours are searched for. */
  readonly referenceBytes: number;
  /** Bytes that joining coordinates from shapes takes, with what comes out; 0 where they are stored as numbers. */
  readonly coordinateBytes: number;
  /** Stored values of a spot, on average, where a sample of spots is taken (`needsSample`); else 0. */
  readonly sampledValuesPerSpot: number;
}
