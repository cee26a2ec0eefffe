import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { RangeReader, ReadableStore } from "@flashdeconv/stores";

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Reads bytes in memory as a file, and counts how often. */
export function bytesReader(bytes: Uint8Array): RangeReader & { readonly reads: () => number } {
  let reads = 0;
  return {
    getLength: async () => bytes.length,
    async read(offset, length) {
      reads++;
      if (offset < 0 || offset + length > bytes.length) throw new Error(`bytes beyond ${bytes.length}`);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    reads: () => reads,
  };
}

export async function fixture(name: string) {
  return bytesReader(new Uint8Array(await readFile(fixturePath(name))));
}

/** All items of an array of a store, put together of its chunks as they are: numbers, texts, or true and false as 1 and 0. */
export async function readItems(store: ReadableStore, path: string): Promise<(number | string)[]> {
  const bytes = await store.get(`/${path}/.zarray`);
  if (!bytes) throw new Error(`no array ${path}`);
  const { shape, chunks, dtype, fill_value } = JSON.parse(new TextDecoder().decode(bytes));
  const items = new Array<number | string>(product(shape)).fill(fill_value);
  const grid = shape.map((length: number, axis: number) => Math.ceil(length / chunks[axis]));
  for (let number = 0; number < product(grid); number++) {
    const places = placesOf(number, grid);
    const chunk = await store.get(`/${path}/${places.join(".") || "0"}`);
    if (!chunk) continue;
    const decoded = decodeItems(chunk, dtype);
    if (decoded.length !== product(chunks)) throw new Error(`${decoded.length} items in a chunk of ${path}`);
    decoded.forEach((item, i) => {
      const within = placesOf(i, chunks).map((at, axis) => at + places[axis] * chunks[axis]);
      if (within.some((at, axis) => at >= shape[axis])) return;
      items[within.reduce((sum, at, axis) => sum * shape[axis] + at, 0)] = item;
    });
  }
  return items;
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all * length, 1);
}

function placesOf(number: number, lengths: readonly number[]): number[] {
  const places: number[] = [];
  let rest = number;
  for (let axis = lengths.length - 1; axis >= 0; axis--) {
    places[axis] = rest % lengths[axis];
    rest = Math.floor(rest / lengths[axis]);
  }
  return places;
}

function decodeItems(bytes: Uint8Array, dtype: string): (number | string)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items: (number | string)[] = [];
  if (dtype === "|O") {
    for (let at = 4; at < bytes.length; ) {
      const length = view.getUint32(at, true);
      items.push(new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    return items;
  }
  const little = dtype[0] !== ">";
  const kind = dtype.slice(1);
  const size = Number(dtype.slice(2));
  for (let at = 0; at < bytes.length; at += size) {
    if (kind === "f8") items.push(view.getFloat64(at, little));
    else if (kind === "f4") items.push(view.getFloat32(at, little));
    else if (kind === "i8") items.push(Number(view.getBigInt64(at, little)));
    else if (kind === "u8") items.push(Number(view.getBigUint64(at, little)));
    else if (kind === "i4") items.push(view.getInt32(at, little));
    else if (kind === "u4") items.push(view.getUint32(at, little));
    else if (kind === "i2") items.push(view.getInt16(at, little));
    else if (kind === "u2") items.push(view.getUint16(at, little));
    else items.push(kind === "i1" ? view.getInt8(at) : view.getUint8(at));
  }
  return items;
}
