type Numbers = Int32Array | Float32Array | Float64Array;

/** Makes arrays of zeros, so that a caller can have them in memory that threads, or kernels, share. */
export type Allocate = <A extends Numbers>(
  Type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, at: number, length: number): A },
  length: number,
) => A;

/** Memory of this thread alone. */
export const allocateHere: Allocate = (Type, length) =>
  new Type(new ArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length);

/** Memory that all threads see. */
export const allocateShared: Allocate = (Type, length) =>
  new Type(new SharedArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length);
