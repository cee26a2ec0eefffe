import { type BytesOut, bytesOut } from "./bytes-out.js";

/** What an array of a new file holds. Text is UTF-8 of any length. */
export type ItemType = "bool" | "int8" | "int16" | "int32" | "int64" | "float32" | "float64" | "text";

const BYTES = { bool: 1, int8: 1, int16: 2, int32: 4, int64: 8, float32: 4, float64: 8, text: 16 } as const;

/** Bytes of an item where it lies; of text what says where it is. */
export function itemBytes(type: ItemType): number {
  return BYTES[type];
}

/** Class and version of a datatype, what the class has to say, and its size. */
function typeHead(kind: number, bits: readonly [number, number, number], size: number): BytesOut {
  return bytesOut()
    .u8((1 << 4) | kind, ...bits)
    .u32(size);
}

function integer(size: number, isSigned: boolean): Uint8Array {
  return typeHead(0, [isSigned ? 8 : 0, 0, 0], size)
    .u16(0)
    .u16(8 * size)
    .done();
}

/** IEEE: exponent of so many bits above a mantissa with a leading one that is not stored. */
function float(size: 4 | 8): Uint8Array {
  const [exponent, mantissa, bias] = size === 4 ? [8, 23, 127] : [11, 52, 1023];
  return typeHead(1, [0x20, 8 * size - 1, 0], size)
    .u16(0)
    .u16(8 * size)
    .u8(mantissa, exponent, 0, mantissa)
    .u32(bias)
    .done();
}

/** The message that describes a type. */
export function typeMessage(type: ItemType): Uint8Array {
  switch (type) {
    case "text":
      return typeHead(9, [1, 1, 0], 16).bytes(integer(1, false)).done();
    case "bool":
      // As h5py has it: an enumeration of two.
      return typeHead(8, [2, 0, 0], 1)
        .bytes(integer(1, true))
        .name("FALSE")
        .zerosTo(28)
        .name("TRUE")
        .zerosTo(36)
        .u8(0, 1)
        .done();
    case "float32":
      return float(4);
    case "float64":
      return float(8);
    default:
      return integer(BYTES[type], true);
  }
}

/** The message that describes a shape; none for a scalar. */
export function shapeMessage(shape: readonly number[]): Uint8Array {
  const out = bytesOut().u8(1, shape.length, 0, 0, 0, 0, 0, 0);
  for (const length of shape) out.u64(length);
  return out.done();
}
