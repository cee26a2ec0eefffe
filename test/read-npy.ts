import { readFileSync } from "node:fs";

export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float64Array | Float32Array | Int32Array;
}

/** Reads a C-ordered .npy file of numbers; int64 becomes Int32 (the golden indices all fit). */
export function readNpy(path: string): NpyArray {
  const file = readFileSync(path);
  const headerLength = file[6] === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const start = (file[6] === 1 ? 10 : 12) + headerLength;
  const header = file.subarray(start - headerLength, start).toString("latin1");
  const dtype = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (header.includes("'fortran_order': True")) throw new Error(`${path}: Fortran order`);
  const bytes = file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length);
  if (dtype === "<f8") return { shape, values: new Float64Array(bytes) };
  if (dtype === "<f4") return { shape, values: new Float32Array(bytes) };
  if (dtype === "<i4") return { shape, values: new Int32Array(bytes) };
  if (dtype === "<i8") return { shape, values: Int32Array.from(new BigInt64Array(bytes), Number) };
  throw new Error(`${path}: dtype ${dtype}`);
}
