/** Reads one file by ranges, wherever it lies. */
export interface RangeReader {
  getLength(): Promise<number>;
  /** All of the bytes asked for; throws an Error where the file does not reach so far. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}
