/**
 * Names of a run of consecutive rows, as UTF-8 bytes: name `i` of the chunk belongs to row `start + i` and is
 * `bytes[offsets[i]] .. bytes[offsets[i + 1] - 1]`. A million names as strings would take 100 MB; as bytes they pass
 * through from one store to another unread. `offsets` has `count + 1` items and starts at 0.
 */
export interface NameChunk {
  readonly start: number;
  readonly count: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}
