import { numbered } from "@flashdeconv/core/internal";
import { textOf } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import type { RawAttribute } from "../objects/attribute.js";
import { countOf } from "../objects/dataspace.js";
import { type HeapReader, parseReference } from "./global-heap.js";
import { type Hdf5Type, integerOf, isBoolean } from "./types.js";

/** The value of an attribute as JSON has it; a reference is the path of what it refers to, null where there is nothing. */
export type AttributeValue =
  | null
  | boolean
  | number
  | string
  | readonly AttributeValue[]
  | { readonly [member: string]: AttributeValue };

/** Values of an attribute, and bytes of all its texts. */
const MOST_VALUES = 2 ** 21;
const MOST_TEXT_BYTES = 2 ** 25;

/** What values are decoded with. */
export interface ValueContext {
  readonly bytes: FileBytes;
  readonly heap: HeapReader;
  /** The path of the object at an address. */
  pathOf(address: number): Promise<string | undefined>;
}

/** Decodes an attribute: a list, or lists of lists, unless it is a single item. */
export async function decodeAttribute(
  context: ValueContext,
  { type, space, data }: RawAttribute,
): Promise<AttributeValue> {
  const { shape } = space;
  if (!shape) return null;
  const count = countOf(shape);
  if (count * type.size > data.length)
    throw new Error(`${numbered(count, "item")} in ${numbered(data.length, "byte")}`);
  const room = { values: MOST_VALUES, textBytes: MOST_TEXT_BYTES };
  const items = await decodeItems(context, type, data.subarray(0, count * type.size), room);
  return shape.length === 0 ? items[0] : nested(items, shape);
}

/** What may still be decoded. */
interface Room {
  values: number;
  textBytes: number;
}

async function decodeItems(
  context: ValueContext,
  type: Hdf5Type,
  data: Uint8Array,
  room: Room,
): Promise<AttributeValue[]> {
  const count = type.size === 0 ? 0 : Math.floor(data.length / type.size);
  if (count > room.values) throw new Error(`more than ${numbered(MOST_VALUES, "value")} in an attribute`);
  room.values -= count;
  const items: AttributeValue[] = [];
  for (let i = 0; i < count; i++) {
    items.push(await decodeItem(context, type, data.subarray(i * type.size, (i + 1) * type.size), room));
  }
  return items;
}

async function decodeItem(
  context: ValueContext,
  type: Hdf5Type,
  data: Uint8Array,
  room: Room,
): Promise<AttributeValue> {
  switch (type.kind) {
    case "integer":
      return integerOf(data, type.bigEndian, type.isSigned);
    case "bitfield":
      return integerOf(data, type.bigEndian, false);
    case "float":
      return floatOf(data, type.bigEndian);
    case "string":
      return type.padding === "space" ? textOf(data).replace(/ +$/, "") : textOf(data);
    case "enum":
      return isBoolean(type) ? data[0] !== 0 : decodeItem(context, type.base, data, room);
    case "text":
      return decodeText(context, data, room);
    case "reference": {
      const address = integerOf(data, false, false);
      return address === 0 ? null : ((await context.pathOf(address)) ?? null);
    }
    case "array":
      return nested(await decodeItems(context, type.base, data, room), type.shape);
    case "sequence": {
      const reference = parseReference(context.bytes, data, 0);
      if (reference.length === 0) return [];
      const run = await context.heap(reference);
      if (reference.length * type.base.size > run.length) throw new Error("a run longer than its bytes");
      return decodeItems(context, type.base, run.subarray(0, reference.length * type.base.size), room);
    }
    case "compound": {
      const values: Record<string, AttributeValue> = {};
      for (const { name, offset, type: member } of type.members) {
        const value = await decodeItem(context, member, data.subarray(offset, offset + member.size), room);
        Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
      }
      return values;
    }
    default:
      return null;
  }
}

async function decodeText(context: ValueContext, data: Uint8Array, room: Room): Promise<string> {
  const reference = parseReference(context.bytes, data, 0);
  if (reference.address === 0) return "";
  room.textBytes -= reference.length;
  if (room.textBytes < 0)
    throw new Error(`more than ${numbered(MOST_TEXT_BYTES, "byte")} of text in an attribute`);
  return textOf((await context.heap(reference)).subarray(0, reference.length));
}

function floatOf(data: Uint8Array, bigEndian: boolean): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length === 8) return view.getFloat64(0, !bigEndian);
  if (data.length === 4) return view.getFloat32(0, !bigEndian);
  return data.length === 2 ? halfOf(view.getUint16(0, !bigEndian)) : Number.NaN;
}

function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A flat list as lists within lists. */
function nested(items: AttributeValue[], shape: readonly number[]): AttributeValue {
  if (shape.length <= 1) return items;
  const [, ...inner] = shape;
  const size = inner.reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0] }, (_, i) => nested(items.slice(i * size, (i + 1) * size), inner));
}
