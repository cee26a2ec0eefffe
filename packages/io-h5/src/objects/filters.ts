import { numbered } from "@flashdeconv/core/internal";
import type { Cursor } from "../bytes/cursor.js";

/** A step that chunks went through when they were written. */
export interface Filter {
  readonly id: number;
  /** As the file calls it, where it does. */
  readonly name: string;
  readonly parameters: readonly number[];
}

const MOST_FILTERS = 32;

export function parseFilters(cursor: Cursor): Filter[] {
  const version = cursor.u8();
  const count = cursor.u8();
  if (version !== 1 && version !== 2) throw new Error(`filters of version ${version}`);
  if (count > MOST_FILTERS) throw new Error(`${numbered(count, "filter")}`);
  if (version === 1) cursor.at += 6;
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.at += 2;
    const parameterCount = cursor.u16();
    const name = cursor.text(version === 1 ? 8 * Math.ceil(nameBytes / 8) : nameBytes);
    const parameters = Array.from({ length: parameterCount }, () => cursor.u32());
    if (version === 1 && parameterCount % 2 === 1) cursor.at += 4;
    return { id, name, parameters };
  });
}

/** The bytes of the item that stands for what was never written; undefined where zeros do. */
export function parseFill(cursor: Cursor): Uint8Array | undefined {
  const version = cursor.u8();
  if (version === 3) {
    const flags = cursor.u8();
    return flags & 32 ? fillBytes(cursor) : undefined;
  }
  if (version !== 1 && version !== 2) throw new Error(`a fill value of version ${version}`);
  cursor.at += 2;
  const isDefined = cursor.u8() !== 0;
  return version === 1 || isDefined ? fillBytes(cursor) : undefined;
}

/** A fill value as it was written before HDF5 1.6. */
export function fillBytes(cursor: Cursor): Uint8Array | undefined {
  const bytes = cursor.take(cursor.u32());
  return bytes.length === 0 ? undefined : bytes;
}
