import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { bytesOut, UNDEFINED } from "./bytes-out.js";
import type { GroupIndex } from "./group-index.js";
import { type ItemType, shapeMessage, typeMessage } from "./types-out.js";

/** A message of an object's header: what kind it is, and its bytes. */
export interface Message {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** An attribute as it is stored: text by what `placeTexts` made of it. */
export interface StoredAttribute {
  readonly name: string;
  readonly type: ItemType;
  readonly shape: readonly number[];
  readonly items: Uint8Array;
}

export interface StoredArray {
  readonly type: ItemType;
  readonly shape: readonly number[];
  readonly address: number;
  readonly bytes: number;
}

/** A message says its size with 16 bits. */
const MOST_BYTES = 65_528;

export function groupMessages({ tree, heap }: GroupIndex): Message[] {
  return [{ kind: 0x11, bytes: bytesOut().u64(tree).u64(heap).done() }];
}

export function arrayMessages({ type, shape, address, bytes }: StoredArray): Message[] {
  const layout = bytesOut()
    .u8(3, 1)
    .u64(bytes === 0 ? UNDEFINED : address)
    .u64(bytes);
  return [
    { kind: 0x01, bytes: shapeMessage(shape) },
    { kind: 0x03, bytes: typeMessage(type) },
    // Room is made late, and what is not written is the default.
    { kind: 0x05, bytes: bytesOut().u8(2, 2, 2, 1).u32(0).done() },
    { kind: 0x08, bytes: layout.done() },
  ];
}

/** Throws FormatError for an attribute that is too long for a header. */
export function attributeMessage({ name, type, shape, items }: StoredAttribute): Message {
  const [nameBytes, types, shapes] = [new TextEncoder().encode(name), typeMessage(type), shapeMessage(shape)];
  const out = bytesOut()
    .u8(1, 0)
    .u16(nameBytes.length + 1)
    .u16(types.length)
    .u16(shapes.length);
  out.bytes(nameBytes).u8(0).pad8().bytes(types).pad8().bytes(shapes).pad8().bytes(items);
  if (out.length > MOST_BYTES) {
    throw new FormatError({
      path: name,
      found: `an attribute of ${numbered(out.length, "byte")}`,
      expected: `at most ${numbered(MOST_BYTES, "byte")}, which is what HDF5 has room for`,
      remedy: "Write a Zarr store, or fewer columns.",
    });
  }
  return { kind: 0x0c, bytes: out.done() };
}

/** The header of an object that so many names lead to. */
export function objectHeader(messages: readonly Message[], linkCount: number): Uint8Array {
  const body = bytesOut();
  for (const { kind, bytes } of messages) {
    const size = 8 * Math.ceil(bytes.length / 8);
    body.u16(kind).u16(size).u8(0, 0, 0, 0).bytes(bytes).pad8();
  }
  return bytesOut()
    .u8(1, 0)
    .u16(messages.length)
    .u32(linkCount)
    .u32(body.length)
    .u32(0)
    .bytes(body.done())
    .done();
}
