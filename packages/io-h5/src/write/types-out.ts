import { type BytesOut, bytesOut } from "./bytes-out.js";

/** What an array of a new file holds. Text is UTF-8 of any length. */
export type ItemType = keyof typeof BYTES | RecordType;

const BYTES = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
  text: 16,
} as const;

/** Members one after the other, without a gap. */
export interface RecordType {
  readonly bytes: number;
  readonly message: Uint8Array;
}

/** Bytes of an item where it lies; of text what says where it is. */
export function itemBytes(type: ItemType): number {
  return typeof type === "string" ? BYTES[type] : type.bytes;
}

/** Records with these members, each a whole number without a sign, one of 32 bits with one, or text of so many bytes, ended by NUL. */
export function recordType(
  members: Readonly<Record<string, "uint8" | "uint16" | "uint32" | "int32" | number>>,
): RecordType {
  const entries = Object.entries(members).map(([name, type]) => {
    if (typeof type === "number") return { name, bytes: type, message: typeHead(3, [0, 0, 0], type).done() };
    const bytes = Number(type.replace(/\D/g, "")) / 8;
    return { name, bytes, message: integer(bytes, !type.startsWith("u")) };
  });
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const out = typeHead(6, [entries.length, 0, 0], bytes);
  let at = 0;
  for (const entry of entries) {
    const name = bytesOut().name(entry.name).pad8().done();
    // Where it begins, and that it is not an array.
    out
      .bytes(name)
      .u32(at)
      .zerosTo(out.length + 28)
      .bytes(entry.message);
    at += entry.bytes;
  }
  return { bytes, message: out.done() };
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
  if (typeof type !== "string") return type.message;
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
      return integer(BYTES[type], type !== "uint8");
  }
}

/** The message that describes a shape; none for a scalar. */
export function shapeMessage(shape: readonly number[]): Uint8Array {
  const out = bytesOut().u8(1, shape.length, 0, 0, 0, 0, 0, 0);
  for (const length of shape) out.u64(length);
  return out.done();
}
