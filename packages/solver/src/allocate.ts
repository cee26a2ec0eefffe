import type { StatArray } from "./solver.js";

type SweptArray = Int32Array | Float32Array | Float64Array;

/** Makes arrays of zeros that are swept, so that a caller can have them in memory that threads, or kernels, share. */
export type Allocate = <A extends SweptArray>(
  Type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, at: number, length: number): A },
  length: number,
) => A;

/** Memory of this thread alone. */
export const allocateHere: Allocate = (Type, length) =>
  new Type(new ArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length);

/** A new array of the kind of `model`. */
export function arrayLike(model: StatArray, length: number, allocate: Allocate): StatArray {
  return model instanceof Float32Array ? allocate(Float32Array, length) : allocate(Float64Array, length);
}
