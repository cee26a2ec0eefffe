/** The bytes of an array of numbers, not copied. */
export function bytesOf(values: Float32Array | Float64Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
