/**
 * A run of names as bytes: a million barcodes are never JavaScript strings. Name `start + i` is the UTF-8 text in
 * `bytes[offsets[i]] .. bytes[offsets[i + 1]]`; `offsets` has `count + 1` items and starts at 0.
 */
export interface NameChunk {
  readonly start: number;
  readonly count: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}
