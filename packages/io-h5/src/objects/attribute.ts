import { type Cursor, cursorOf } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import { type Hdf5Type, parseType } from "../values/types.js";
import { type Dataspace, parseDataspace } from "./dataspace.js";
import { MESSAGE, sharedData } from "./object-header.js";

/** An attribute as it lies: its value is decoded when it is asked for. */
export interface RawAttribute {
  readonly name: string;
  readonly type: Hdf5Type;
  readonly space: Dataspace;
  readonly data: Uint8Array;
}

/** Reads an attribute message, of version 1 to 3. */
export async function parseAttribute(bytes: FileBytes, message: Uint8Array): Promise<RawAttribute> {
  const cursor = cursorOf(message, bytes.widths);
  const version = cursor.u8();
  const flags = cursor.u8();
  if (version < 1 || version > 3) throw new Error(`an attribute of version ${version}`);
  const [nameBytes, typeBytes, spaceBytes] = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.at += 1;
  const isPadded = version === 1;
  const name = part(cursor, nameBytes, isPadded);
  const typeMessage = part(cursor, typeBytes, isPadded);
  const spaceMessage = part(cursor, spaceBytes, isPadded);
  const isShared = (bit: number) => version > 1 && (flags & bit) !== 0;
  const type = isShared(1) ? await sharedData(bytes, MESSAGE.datatype, typeMessage) : typeMessage;
  const space = isShared(2) ? await sharedData(bytes, MESSAGE.dataspace, spaceMessage) : spaceMessage;
  return {
    name: cursorOf(name, bytes.widths).text(name.length),
    type: parseType(cursorOf(type, bytes.widths)),
    space: parseDataspace(cursorOf(space, bytes.widths)),
    data: message.subarray(cursor.at),
  };
}

function part(cursor: Cursor, length: number, isPadded: boolean): Uint8Array {
  const bytes = cursor.take(length);
  if (isPadded) cursor.at += 8 * Math.ceil(length / 8) - length;
  return bytes;
}
