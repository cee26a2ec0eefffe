/** A file for numbers that do not fit in memory. */
export interface ScratchFile {
  /** How another thread opens the same file. */
  readonly path: string;
  /** Fills `into` with what was written from byte `at` on. */
  read(into: Uint8Array, at: number): Promise<void>;
  write(from: Uint8Array, at: number): Promise<void>;
}

/** Where such files are made. Whoever opened it removes it, with all that is in it. */
export interface Scratch {
  /** A file of the name, with what was written to it before: by this run or, on scratch that outlasts one, by an earlier one. */
  create(name: string): Promise<ScratchFile>;
  /** A file that was made here before. */
  find(path: string): ScratchFile | undefined;
}

/** Where a run may keep the counts that it has read, so as not to read the section again. */
export interface KeptCounts {
  readonly scratch: Scratch;
  /** Of counts at most: what takes more is read again. */
  readonly mostBytes: number;
}

/** How a run is to use scratch. */
export interface ScratchUse {
  readonly scratch: Scratch;
  /** Bytes of memory for the part of the section that is being solved. */
  readonly windowBytes: number;
}
